"""`appliance up`: runs every process under supervisord until told to stop.

supervisord restarts what dies, in hundredths of a second. What it lacks is ours: a pipe for its
output (its own /dev/fd/1 fails on a socket), an exit code that tells a failure, one appliance a
data folder, and nobody left behind when this process is killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType

from appliance.core import errors, safe_text, sockets, supervised
from appliance.core.settings import Settings
from appliance.processes import listing, readiness, supervisord
from appliance.processes.pump import Pump
from appliance.processes.watch import GAVE_UP, Watch

STOP_S = 90.0
_LOOK_EVERY_S = 0.5
_DRAIN_OUTPUT_S = 2.0


def up(settings: Settings, processes: Iterable[listing.Process] = listing.PROCESSES) -> int:
    """Run until SIGTERM or SIGINT; gives the exit code: 0 after a clean stop.

    Raises:
        Misconfigured: the port is taken, or the data folder belongs to a running appliance.
    """
    with _only_one(settings.data_dir):
        port = sockets.check_free(settings.host, settings.port)
        chosen = settings.model_copy(update={"port": port})
        with tempfile.TemporaryDirectory(prefix="frontdesk-") as folder:
            configuration = _written(chosen, processes, Path(folder))
            return _Run(chosen, Path(folder), configuration).until_stopped()


@contextlib.contextmanager
def _only_one(data_dir: Path) -> Iterator[None]:
    run = data_dir / "run"
    try:
        run.mkdir(parents=True, exist_ok=True)
        lock = (run / "up.lock").open("a")
    except OSError as wrong:
        raise errors.Misconfigured(
            f"The data folder {data_dir} cannot be written ({wrong.strerror}). "
            "Give this user the right to write there, or set APPLIANCE_DATA_DIR."
        ) from wrong
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise errors.Misconfigured(
                f"An appliance is already running on the data folder {data_dir}. "
                "Stop it first, or set APPLIANCE_DATA_DIR to another folder."
            ) from None
        yield


def _written(settings: Settings, processes: Iterable[listing.Process], folder: Path) -> Path:
    environment = {
        "APPLIANCE_PORT": str(settings.port),
        "APPLIANCE_DATA_DIR": str(settings.data_dir),
        # Memory that threads hand back stays within two pools: 18 MB less of the api at rest.
        "MALLOC_ARENA_MAX": "2",
    }
    if settings.log_format == "auto" and sys.stderr.isatty():
        environment["APPLIANCE_LOG_FORMAT"] = "text"
    text = supervisord.configuration(processes, folder, environment)
    path = folder / "supervisord.conf"
    path.write_text(text)
    return path


class _Run:
    """One life of supervisord and its processes."""

    def __init__(self, settings: Settings, folder: Path, configuration: Path) -> None:
        self._settings = settings
        self._folder = folder
        self._configuration = configuration
        self._asked_at: float | None = None
        self._pump: Pump

    def until_stopped(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)
        child = self._start()
        self._pump = Pump()  # a thread: only after the fork
        assert child.stdout is not None
        arguments = (child.stdout, sys.stderr.fileno())
        copier = threading.Thread(target=self._pump.copy, args=arguments, daemon=True)
        copier.start()
        try:
            code = self._watch(child)
        finally:
            _end(child)
        copier.join(timeout=2)
        self._pump.drain(_DRAIN_OUTPUT_S)
        return code

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_at = self._asked_at or time.monotonic()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and file
            [sys.executable, "-W", "ignore", "-m", "supervisor.supervisord", "-c",
             str(self._configuration)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches this process alone, which stops in order
            preexec_fn=supervised.die_with_parent,  # noqa: PLW1509 - no threads run yet
        )  # fmt: skip

    def _watch(self, child: subprocess.Popen[bytes]) -> int:
        watch, told = Watch(), False
        while child.poll() is None:
            if self._asked_at is not None:
                return self._stop(child)
            verdict = watch.look(supervisord.states(self._folder), time.monotonic())
            if verdict:
                self._say(verdict.sentence)
                self._stop(child)
                return verdict.exit_code
            if not told and (answer := readiness.settled(self._settings)):
                told = True
                banner = readiness.banner(self._settings, answer)
                self._pump.put(sys.stdout.fileno(), banner.encode())
            time.sleep(_LOOK_EVERY_S)
        self._say("The supervisor ended by itself.")
        return GAVE_UP

    def _say(self, sentence: str) -> None:
        line = f"appliance: {safe_text.one_line(sentence)}\n"
        self._pump.put(sys.stderr.fileno(), line.encode())

    def _stop(self, child: subprocess.Popen[bytes]) -> int:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(STOP_S - 2)
        except subprocess.TimeoutExpired:
            self._say("The stop took too long; what is left is ended now.")
            return GAVE_UP
        return 0 if child.returncode == 0 else GAVE_UP


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.kill()
        child.wait()
