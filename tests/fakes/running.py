"""Starts a process of ours as a user's shell would, and finds its address."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Below the ports the system gives to outgoing connections, and apart for tests that run at once.
_PORTS = 1_000
# One after the other, so that none is given twice before it is listened on.
_TRIED = itertools.count(random.randrange(_PORTS))


def free_port() -> int:
    """Give a port nobody listens on, and that no other test process of this run will be given."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for _ in range(_PORTS):
        port = 20_000 + worker * _PORTS + next(_TRIED) % _PORTS
        with contextlib.ExitStack() as trials, contextlib.suppress(OSError):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                trial = trials.enter_context(socket.socket(type=kind))
                trial.bind(("", port))  # on every address: telephones listen on the machine's own
            return port
    raise AssertionError("no port is free")


@dataclass
class Running:
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def get(self, path: str, timeout_s: float = 30) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        with contextlib.closing(connection):
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()

    def answers(self) -> bool:
        try:
            return self.get("/up", 1)[0] == 200
        except OSError:
            return False


def wait_for(met: Callable[[], bool], within_s: float, what: str) -> float:
    """Wait until `met`; gives the seconds it took. A busy machine gets four times `within_s`."""
    began = time.monotonic()
    while not met():
        if time.monotonic() - began > 4 * within_s:
            raise AssertionError(f"not within {within_s} s: {what}")
        time.sleep(0.02)
    return time.monotonic() - began


def environment(folder: Path, port: int, **settings: object) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("APPLIANCE_")}
    ours = {
        "data_dir": folder / "data",
        "keys_dir": folder / "keys",
        "cache_dir": os.environ.get("APPLIANCE_CACHE_DIR", ""),
        "port": port,
        "log_format": "json",
        **settings,
    }
    return kept | {f"APPLIANCE_{name.upper()}": str(value) for name, value in ours.items()}


@contextlib.contextmanager
def command(
    folder: Path,
    *words: str | Path,
    stdout: int = subprocess.DEVNULL,
    stderr: int = subprocess.DEVNULL,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `appliance WORDS` from the project's folder; at the end it is killed if it still runs."""
    # A shell lets what it runs in the background ignore Ctrl-C, and so would what we start.
    deaf = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    process = subprocess.Popen(
        [
            *(["env", "--default-signal=INT"] if deaf else []),
            *[sys.executable, "-m", "appliance", *map(str, words)],
        ],
        cwd=ROOT,
        env=environment(folder, 0),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@contextlib.contextmanager
def running(folder: Path, *arguments: str, **settings: object) -> Iterator[Running]:
    """Run `python -m ARGUMENTS`; at the end it is stopped, and killed if it does not stop."""
    port = int(str(settings.pop("port", 0))) or free_port()
    log = folder / f"log-{port}-{time.monotonic_ns()}.txt"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=environment(folder, port, **settings),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
        try:
            yield Running(process, port, log)
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
