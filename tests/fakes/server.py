"""A real api process over a folder of its own, that can be killed and started again; its clients.

The appliance's clock goes on across restarts, as a machine's does.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.fakes.running import ROOT, environment, free_port, wait_for

MONDAY = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)  # 10:00 in New York
START_S = 90.0
ANSWER_S = 90.0
_ASK_EVERY_S = 0.08
_DEBOUNCE = "debounce_ms: 350"


@dataclass
class Answer:
    """What came back over HTTP. `body` is JSON where it is JSON, else text."""

    status: int
    headers: http.client.HTTPMessage
    body: Any


class Server:
    """`python -m appliance.api` on a free port, its clock on a Monday morning."""

    def __init__(
        self,
        folder: Path,
        *,
        debounce_ms: int = 0,
        config: str | None = None,
        **settings: object,
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.config = folder / "bot_config.yaml"
        self.config.write_text(sample(debounce_ms) if config is None else config, "utf-8")
        self.settings = {"config": self.config, "trusted_proxies": "127.0.0.1", **settings}
        self.process: subprocess.Popen[bytes] | None = None
        self._began = time.monotonic()
        self._lives = itertools.count(1)

    # -- its life ----------------------------------------------------------------------------------

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the process and wait for nothing."""
        log = self.folder / f"log-{next(self._lives)}.txt"
        with log.open("wb") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "appliance.api"],
                cwd=ROOT,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
            )
        return self.process

    def start(self) -> None:
        """Start the process and wait until it is ready."""
        self.launch()
        self.wait_for("/ready", 200)

    def wait_for(self, path: str, status: int) -> Answer:
        """Wait until a path answers with a status; fails at once where the process has ended."""
        found: list[Answer] = []

        def met() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, f"the api ended:\n{self.log}"
            with contextlib.suppress(OSError, http.client.HTTPException):
                found[:] = [self.ask("GET", path)]
            return bool(found) and found[0].status == status

        wait_for(met, START_S, f"{status} from {path}\n{self.log}")
        return found[0]

    def kill(self) -> None:
        """Kill -9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self, within_s: float = 90) -> int:
        """Send SIGTERM and wait; gives the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within_s)

    def command(self, *arguments: str, said: str = "") -> subprocess.CompletedProcess[bytes]:
        """Run an `appliance` command over the same folders."""
        return subprocess.run(
            [sys.executable, "-m", "appliance", *arguments],
            cwd=ROOT,
            env=self.environment(),
            input=said.encode(),
            capture_output=True,
            timeout=240,
        )

    def environment(self) -> dict[str, str]:
        """Give the environment its processes have."""
        now = MONDAY + timedelta(seconds=time.monotonic() - self._began)
        return environment(
            self.folder, self.port, **{"clock_start": now.isoformat(), **self.settings}
        )

    @property
    def log(self) -> str:
        """What every life has written to its log."""
        files = sorted(self.folder.glob("log-*.txt"), key=lambda path: path.stat().st_mtime_ns)
        return "\n".join(path.read_text("utf-8", "replace") for path in files)

    @property
    def database(self) -> Path:
        """Where core.db lies."""
        return self.folder / "data" / "core.db"

    # -- over HTTP ---------------------------------------------------------------------------------

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: dict[str, str] | None = None,
        timeout_s: float = 90,
    ) -> Answer:
        """Send one request. A `bytes` body is sent as it is, anything else as JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        with contextlib.closing(connection):
            connection.request(
                method, path, sent, {"Content-Type": "application/json", **(headers or {})}
            )
            response = connection.getresponse()
            said = response.read()
            is_json = "json" in (response.getheader("content-type") or "")
            return Answer(
                response.status, response.headers, json.loads(said) if is_json else said.decode()
            )

    def visitor(self, number: int = 1) -> Client:
        """Begin to chat, from an address of one's own."""
        made = Client(self, f"203.0.113.{number}")
        made.begin()
        return made


@dataclass
class Client:
    """A visitor's widget: a token, ids of its own, and patience."""

    server: Server
    address: str
    token: str = ""
    id: str = ""
    sent: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Get a token."""
        answer = self._ask("POST", "/v1/chat/visitors", {})
        assert answer.status == 201, answer
        self.token, self.id = answer.body["token"], answer.body["visitor"]

    def post(self, client_id: str, text: str, *, timeout_s: float = 90) -> Answer:
        """Post a message once."""
        return self._ask(
            "POST", "/v1/chat/messages", {"id": client_id, "text": text}, timeout_s=timeout_s
        )

    def post_raw(self, body: bytes) -> Answer:
        """Post bytes as a message."""
        return self._ask("POST", "/v1/chat/messages", body)

    def say(self, text: str) -> int:
        """Post a message under one id until it is accepted; gives its seq."""
        client_id = f"m{len(self.sent) + 1}"
        accepted: list[int] = []

        def met() -> bool:
            try:
                answer = self.post(client_id, text)
            except (OSError, http.client.HTTPException):
                return False
            assert answer.status in {202, 429, 503}, answer
            if answer.status == 202:
                accepted.append(answer.body["seq"])
            return bool(accepted)

        self._until(met, f"message {client_id} accepted")
        self.sent.append(client_id)
        return accepted[0]

    def talk(self, text: str) -> str:
        """Say something and give the bot's answer."""
        return self.answer(self.say(text))

    def answer(self, seq: int) -> str:
        """Wait for the bot's first words after a message."""
        found: list[str] = []

        def met() -> bool:
            with contextlib.suppress(OSError, http.client.HTTPException):
                found[:] = [m["text"] for m in self.history(seq) if m["from"] == "bot"]
            return bool(found)

        self._until(met, f"an answer to message {seq}")
        return found[0]

    def history(self, after: int = 0) -> list[dict[str, Any]]:
        """Read what this visitor sees."""
        read: list[dict[str, Any]] = []
        while True:
            answer = self._ask("GET", f"/v1/chat/messages?after={after}")
            if answer.status == 429:
                time.sleep(float(answer.headers["Retry-After"]))
                continue
            if answer.status != 200:
                raise http.client.HTTPException(f"the history answered {answer.status}")
            read += answer.body["messages"]
            if not answer.body["more"]:
                return read
            after = read[-1]["seq"]

    def _until(self, met: Callable[[], bool], what: str) -> None:
        """Ask again and again, not so often that twenty visitors take all the processor."""
        ends = time.monotonic() + ANSWER_S
        while not met():
            assert time.monotonic() < ends, f"no {what}\n{self.server.log[-3000:]}"
            time.sleep(_ASK_EVERY_S)

    def _ask(self, method: str, path: str, body: object = None, *, timeout_s: float = 90) -> Answer:
        headers = {"X-Forwarded-For": self.address}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return self.server.ask(method, path, body, headers=headers, timeout_s=timeout_s)


def sample(debounce_ms: int = 0) -> str:
    """Give the sample config's text with another debounce."""
    text = (ROOT / "bot_config.yaml").read_text("utf-8")
    assert text.count(_DEBOUNCE) == 1
    return text.replace(_DEBOUNCE, f"debounce_ms: {debounce_ms}")


@contextlib.contextmanager
def serving(server: Server, *, start: bool = True) -> Iterator[Server]:
    """Start a server for the block; at its end nothing of it is left running."""
    try:
        if start:
            server.start()
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()


def slow_tool(folder: Path, name: str, *, before: bool) -> Path:
    """Copy the sample tools; `name` then tells when it stands before, or after, its work and waits.

    Gives the new tools folder. The tool writes `began` into it and goes on once `go` is there.
    """
    tools = folder / "tools"
    shutil.copytree(ROOT / "tools", tools, ignore=shutil.ignore_patterns("__pycache__"))
    wait = f"""
import asyncio as _asyncio
from pathlib import Path as _Path

_work = {name}.coroutine


async def _wait():
    (_Path(__file__).parent / "began").touch()
    while not (_Path(__file__).parent / "go").exists():
        await _asyncio.sleep(0.02)


async def _slowly(**given):
    if {before}:
        await _wait()
    done = await _work(**given)
    if not {before}:
        await _wait()
    return done


{name}.coroutine = _slowly
"""
    path = tools / f"{name}.py"
    path.write_text(path.read_text("utf-8") + wait, "utf-8")
    return tools
