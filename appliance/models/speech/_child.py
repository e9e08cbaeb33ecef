"""A child process that hears or speaks. Decoders hold Python's lock: none runs in a call's process.

To the child, each piece is its length (4 bytes, little endian) and its bytes.
A recogniser gets 16-bit mono sound; a piece of length 0 ends the utterance. It writes lines of
JSON: `{"ready": true}` once, `{"interim": "..."}` any number, `{"final": "..."}` for each end.
A voice gets pieces of UTF-8 text. It writes `{"ready": true, "rate": 22050}` as a line once, then
for each text pieces of sound, framed the same way, the last of length 0.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import struct
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from appliance.core import errors, settings

_LENGTH = struct.Struct("<I")
_LONGEST = 1 << 24
_READY_S = 60.0
_END_S = 2.0


class Gone(errors.Unavailable):
    """The child has ended or cannot be understood."""


@dataclass(frozen=True, slots=True)
class Program:
    """What is run. Of our variables it gets the bare ones and `env`: no secret."""

    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_module(cls, module: str, *arguments: str) -> Program:
        """Give a module of ours as a program."""
        command = [sys.executable, "-m", "appliance.core.supervised", module, *arguments]
        return cls(command, {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))})


@dataclass(slots=True)
class Child:
    """A running child; `close` ends it with everything it started."""

    process: asyncio.subprocess.Process
    hello: dict[str, Any]
    _owed: int | None = None

    @classmethod
    async def start(cls, program: Program) -> Child:
        """Run a program and wait until it says it is ready.

        Raises:
            Gone: it cannot be started, or ended before it was ready.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                *program.command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env={**settings.bare_environment(), **program.env},
                start_new_session=True,
            )
        except OSError as cause:
            raise Gone(f"{program.command[0]} cannot be started ({cause.strerror}).") from None
        child = cls(process, {})
        try:
            async with asyncio.timeout(_READY_S):
                child.hello = await child.line()
        except TimeoutError:
            await child.close()
            raise Gone(f"{program.command[0]} was not ready in {_READY_S:.0f} seconds.") from None
        except BaseException:
            await child.close()
            raise
        if child.hello.get("error"):
            await child.close()
            raise Gone(str(child.hello["error"]))
        return child

    async def put(self, piece: bytes) -> None:
        """Hand the child a piece; an empty one ends what came before."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(_LENGTH.pack(len(piece)) + piece)
            await self.process.stdin.drain()
        except (OSError, RuntimeError) as cause:
            raise Gone("the speech program has ended.") from cause

    async def line(self) -> dict[str, Any]:
        """Read a line of JSON."""
        assert self.process.stdout is not None
        try:
            read = await self.process.stdout.readline()
            told = json.loads(read) if read else None
        except ValueError as cause:
            raise Gone("the speech program wrote what is no JSON.") from cause
        if not isinstance(told, dict):
            raise Gone("the speech program has ended.")
        return told

    async def piece(self) -> bytes:
        """Read a piece of sound; empty at the end of a text.

        Whoever is interrupted while reading may read on: a piece's length is not forgotten.
        """
        assert self.process.stdout is not None
        try:
            if self._owed is None:
                read = await self.process.stdout.readexactly(_LENGTH.size)
                (self._owed,) = _LENGTH.unpack(read)
            if self._owed > _LONGEST:
                raise Gone("the speech program wrote a piece without end.")
            sound = await self.process.stdout.readexactly(self._owed)
        except (OSError, asyncio.IncompleteReadError) as cause:
            raise Gone("the speech program has ended.") from cause
        self._owed = None
        return sound

    async def close(self) -> None:
        """End it."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(_END_S):
                await self.process.communicate()  # reads to the end, which closes the pipes
