"""A server as a child of ours that speaks by its standard input and output.

The SDK's own stdio client is not used: it holds lines of any length, logs every line that is no
message, and leaves its child alive when we are killed. The child here gets none of our variables,
dies with us, and is ended with its whole process group.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from asyncio.streams import FlowControlMixin
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import IO

import anyio
from mcp import types
from mcp.shared.message import SessionMessage

from appliance.connectors.mcp import wire, words
from appliance.connectors.mcp.lines import Lines, Overlong
from appliance.core import settings

_CHUNK = 65_536
_LONGEST_STDERR = 2_000
_MOST_STRANGE = 500
_PATIENCE_S = 1.0
# The child asks the kernel to be killed when the thread that started it ends, then becomes the
# program: the connection's thread lives as long as we do. (pdeathsig, because preexec_fn is not
# safe in a process with threads.)
_BECOME = """
import ctypes, os, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 9)
if os.getppid() != int(sys.argv[1]):
    os._exit(1)
try:
    os.execvp(sys.argv[2], sys.argv[2:])
except OSError as wrong:
    sys.stderr.write(f"{sys.argv[2]}: {wrong.strerror}\\n")
    sys.stderr.flush()
    os._exit(127)
"""


@dataclass(frozen=True, slots=True)
class Program:
    """What is run, and the variables it gets beside the bare ones."""

    command: str
    args: tuple[str, ...]
    env: dict[str, str]


@asynccontextmanager
async def opened(
    program: Program, *, lost: Callable[[wire.Broken], None], said: Callable[[str], None]
) -> AsyncIterator[wire.Streams]:
    """Run a program and speak with it; `said` hears its standard error by line, `lost` its end.

    Raises:
        Broken: it cannot be started.
    """
    try:
        process = _start(program)
    except (OSError, ValueError) as cause:
        raise wire.Broken(f"it cannot be started: {words.line(str(cause), 200)}") from None
    to_us, incoming = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    outgoing, from_us = anyio.create_memory_object_stream[SessionMessage](0)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    pumps = [
        asyncio.create_task(_listen(process, process.stdout, to_us, lost)),
        asyncio.create_task(_hear(process.stderr, said)),
        asyncio.create_task(_speak(process.stdin, from_us)),
    ]
    try:
        yield wire.Streams(incoming, outgoing)
    finally:
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        for stream in (to_us, incoming, outgoing, from_us):
            stream.close()
        await asyncio.shield(asyncio.to_thread(_end, process))


def _start(program: Program) -> subprocess.Popen[bytes]:
    become = [sys.executable, "-I", "-S", "-c", _BECOME, str(os.getpid())]
    return subprocess.Popen(  # noqa: S603 - a person has written this program into the config
        [*become, program.command, *program.args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env=settings.bare_environment() | program.env,
        cwd="/",
        start_new_session=True,
    )


async def _chunks(pipe: IO[bytes]) -> AsyncGenerator[bytes, None]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_CHUNK)
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    try:
        while chunk := await reader.read(_CHUNK):
            yield chunk
    finally:
        transport.close()


async def _listen(
    process: subprocess.Popen[bytes],
    pipe: IO[bytes],
    to_us: anyio.abc.ObjectSendStream[SessionMessage | Exception],
    lost: Callable[[wire.Broken], None],
) -> None:
    """Read messages; a program that says nothing else for long is given up."""
    lines, strange = Lines(wire.LARGEST_BYTES), 0
    async with contextlib.aclosing(_chunks(pipe)) as chunks:
        async for chunk in chunks:
            for line in lines.feed(chunk):
                message = _message(line)
                if message is not None:
                    strange = 0
                    await to_us.send(SessionMessage(message))
                elif line:
                    strange += 1
            if strange > _MOST_STRANGE:
                lost(wire.Broken("its standard output is not MCP: send its log to standard error"))
                return
    ended = await asyncio.to_thread(_ended, process, _PATIENCE_S)
    lost(wire.Broken(f"it {ended or 'closed its output'}"))


def _message(line: bytes | Overlong) -> types.JSONRPCMessage | None:
    if isinstance(line, Overlong):
        return wire.instead(line.head)
    try:
        return types.JSONRPCMessage.model_validate_json(line)
    except ValueError:
        return None


async def _hear(pipe: IO[bytes], said: Callable[[str], None]) -> None:
    lines = Lines(_LONGEST_STDERR)
    async with contextlib.aclosing(_chunks(pipe)) as chunks:
        async for chunk in chunks:
            for line in lines.feed(chunk):
                text = line.head if isinstance(line, Overlong) else line
                if text.strip():
                    said(words.line(text.decode(errors="replace"), _LONGEST_STDERR))


async def _speak(pipe: IO[bytes], from_us: anyio.abc.ObjectReceiveStream[SessionMessage]) -> None:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.connect_write_pipe(FlowControlMixin, pipe)
    writer = asyncio.StreamWriter(transport, protocol, None, loop)
    try:
        async for sent in from_us:
            said = sent.message.model_dump_json(by_alias=True, exclude_none=True)
            writer.write(said.encode() + b"\n")
            await writer.drain()
    except (ConnectionError, OSError):
        return  # whoever listens hears of its end
    finally:
        transport.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program and everything in its group: its input is closed, then TERM, then KILL."""
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    for sent in (None, signal.SIGTERM):
        if sent is not None:
            _signal(process, sent)
        if _ended(process, _PATIENCE_S):
            break
    _signal(process, signal.SIGKILL)  # before it is reaped, so that its id is still its own
    process.wait()


def _ended(process: subprocess.Popen[bytes], within_s: float) -> str | None:
    """Wait for a program's end without reaping it; tells how it ended, None where it runs on."""
    until = time.monotonic() + within_s
    while True:
        try:
            flags = os.WEXITED | os.WNOWAIT | os.WNOHANG
            found = os.waitid(os.P_PID, process.pid, flags)
        except ChildProcessError:
            return "ended"
        if found is not None and found.si_code == os.CLD_EXITED:
            return f"ended (exit code {found.si_status})"
        if found is not None:
            return f"was killed (signal {found.si_status})"
        if time.monotonic() >= until:
            return None
        time.sleep(0.01)


def _signal(process: subprocess.Popen[bytes], sent: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, sent)
