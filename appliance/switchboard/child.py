"""One program of the switchboard: started, watched, started again, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from appliance.connectors.phone.servers import Program
from appliance.core import logs, settings

_log = logs.get(__name__)

READY_S = 60.0
_LOOK_EVERY_S = 0.1
_LONGEST_LINE = 1 << 16
# From the second death in a minute on, a program waits before it is started again.
_PAUSES_S = (0.0, 0.5, 2.0, 5.0, 15.0)
_SHORT_LIFE_S = 60.0
# Warnings that every call ends or begins with.
_ORDINARY = {
    "error reading data channel",
    "Failed to ping without candidate pairs. Connection is not possible yet.",
}
# The program ends with this process, however that ends.
_TIED = (sys.executable, "-u", "-m", "appliance.core.supervised")


@dataclass(slots=True, kw_only=True)
class Child:
    """A program and its process.

    Attributes:
        born: Hears of every start that has come to be ready.
        died: Hears of every end nobody has asked for, before it is started again.
        refused: Says why a call was turned away of which a line of the program's log tells.
    """

    program: Program
    born: Callable[[], None] = lambda: None
    died: Callable[[], None] = lambda: None
    refused: Callable[[Mapping[str, Any]], str | None] = lambda _: None
    deaths: int = 0
    is_ready: bool = False
    _process: Process | None = None
    _short_lives: int = 0
    _is_stopping: bool = False
    _task: asyncio.Task[None] | None = None
    _ready: asyncio.Event = field(default_factory=asyncio.Event)

    def start(self) -> None:
        """Run it from now on."""
        self._task = asyncio.create_task(self._keep(), name=self.program.name)

    async def ready(self) -> bool:
        """Wait until it has been ready once; False where that takes too long."""
        try:
            async with asyncio.timeout(READY_S):
                await self._ready.wait()
        except TimeoutError:
            return False
        return True

    @property
    def pid(self) -> int | None:
        """Its process, while there is one."""
        return self._process.pid if self._process and self._process.returncode is None else None

    def ask_to_end(self) -> None:
        """Ask its process to end; unless it is being stopped, it is started again."""
        if self.pid is not None:
            assert self._process is not None
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(self.program.stop_signal)

    async def stop(self) -> None:
        """End it: asked first, then made to."""
        if self._task is None:
            return
        self._is_stopping = True
        if self.pid is not None:
            assert self._process is not None
            self.ask_to_end()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.program.stop_s):
                    await self._process.wait()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _keep(self) -> None:
        while True:
            began = time.monotonic()
            await self._live()
            self.is_ready = False
            self.deaths += 1
            is_short = time.monotonic() - began < _SHORT_LIFE_S
            self._short_lives = self._short_lives + 1 if is_short else 0
            pause = _PAUSES_S[min(self._short_lives, len(_PAUSES_S)) - 1] if is_short else 0.0
            if self._is_stopping:
                return
            _log.error("a program of the phone has ended", program=self.program.name)
            self.died()
            await asyncio.sleep(pause)

    async def _live(self) -> None:
        """Run it once, to its end."""
        program = self.program
        own = program.is_ours
        environment = settings.whole_environment() if own else settings.bare_environment()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *_TIED,
                *([] if own else ["--"]),
                *program.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=None if own else PIPE,  # our own write to the common log themselves
                stderr=None if own else STDOUT,
                env={**environment, **program.environment},
                limit=_LONGEST_LINE,
            )
        except OSError as cause:
            _log.error("a program cannot be started", program=program.name, why=cause.strerror)
            return
        _log.info("a program of the phone starts", program=program.name, pid=self._process.pid)
        waiting = asyncio.create_task(self._wait_ready())
        try:
            if self._process.stdout is not None:
                await self._copy(self._process.stdout)
            await self._process.wait()
        finally:
            waiting.cancel()
            if self._process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
                await self._process.wait()

    async def _wait_ready(self) -> None:
        while not await self._answers():  # noqa: ASYNC110 - a foreign program tells nothing
            await asyncio.sleep(_LOOK_EVERY_S)
        self.is_ready = True
        self._ready.set()
        self.born()

    async def _answers(self) -> bool:
        program = self.program
        try:
            if program.port is not None:
                _, writer = await asyncio.open_connection("127.0.0.1", program.port)
            elif program.socket is not None:
                _, writer = await asyncio.open_unix_connection(str(program.socket))
            else:
                return True
        except OSError:
            return False
        writer.close()
        return True

    async def _copy(self, lines: asyncio.StreamReader) -> None:
        """Log what a foreign program says of trouble; the rest is its own business."""
        while True:
            try:
                line = await lines.readline()
            except ValueError:
                continue  # longer than anything worth reading
            if not line:
                return
            self._repeat(line)

    def _repeat(self, line: bytes) -> None:
        """Log a line that tells of trouble, or of a call that was turned away."""
        told = read(line)
        why = self.refused(told)
        if why is not None:
            _log.warning("a call was turned away", why=why, **fields(told, line))
        elif is_trouble(told):
            name = self.program.name
            _log.warning("a program reports trouble", program=name, **fields(told, line))


def read(line: bytes) -> Mapping[str, Any]:
    """Read a line of a LiveKit program's log; empty where it is none."""
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def is_trouble(told: Mapping[str, Any]) -> bool:
    """Tell whether a line is a warning or worse, and none that every call brings."""
    return told.get("level") in {"warn", "error", "fatal"} and told.get("msg") not in _ORDINARY


def fields(told: Mapping[str, Any], line: bytes) -> dict[str, str]:
    """Give what of a line may stand in plain fields, and all of it where personal data may."""
    kept = ("msg", "error", "reason", "status", "trunkID", "fromHost", "fromIP", "sipTrunk")
    found = {f"said_{name.lower()}": str(told[name]) for name in kept if told.get(name)}
    return {**found, "pii_said": line.decode(errors="replace").strip()}
