"""A model server on a real socket: OpenAI's, Anthropic's and Google's streams by the path.

    async with ModelServer(script) as server: ...     inside a test's loop; `server.url`
    python -m tests.fakes.model_server --port 0 [--script echo|booking|FILE] [--delay-ms N]

A script is a function from the request to a `Step` (model_script.py). As a process it prints
`listening on http://127.0.0.1:PORT`; `echo` says the last words again, `booking` books a demo
(booking_model.py), a file holds a JSON list of steps (the fields of Step), given in turn and then
from the first one again. Nothing waits unless a step says so. A mistake of a test's own script is
raised when the server is left.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType

from tests.fakes import model_wire, web
from tests.fakes.booking_model import book_a_demo
from tests.fakes.model_script import Asked, Script, Step, echo, step_of


@dataclass
class ModelServer:
    """Answers by `script`. `requests` keeps what was asked; `die` and `revive` keep the port."""

    script: Script = echo
    port: int = 0
    requests: list[Asked] = field(default_factory=list)
    connections: int = 0
    broken: Exception | None = None
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """The address without a path; OpenAI-compatible clients add /v1."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> ModelServer:
        await self.revive()
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _cause: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self.die()
        if self.broken is not None:
            raise self.broken

    async def revive(self) -> None:
        """Listen, on the same port as before."""
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def die(self) -> None:
        """Stop listening and reset every connection, in the middle of whatever it sends."""
        server, self._server = self._server, None
        if server is None:
            return
        await web.ended(server, self._hang_up)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _hang_up(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._open.add(writer)
        self.connections += 1
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._open.discard(writer)
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False where the connection has ended."""
        head = await reader.readuntil(b"\r\n\r\n")
        line, *fields = head.decode("latin-1").rstrip().split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (field.partition(":") for field in fields)
        }
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        path, _, query = line.split(" ")[1].partition("?")
        if model_wire.dialect_of(path) is None:
            writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
            return True
        request = model_wire.asked(path, headers, json.loads(body))
        self.requests.append(request)
        try:
            step = self.script(request)
        except Exception as mistake:  # a test's own, told when the server is left
            self.broken = mistake
            step = Step(status=500)
        streams = bool(request.body.get("stream")) or "alt=sse" in query
        return await self._answer(step, request, writer, streams=streams)

    async def _answer(
        self, step: Step, request: Asked, writer: asyncio.StreamWriter, *, streams: bool
    ) -> bool:
        if step.delay_s:
            await asyncio.sleep(step.delay_s)
        is_stream = streams and step.status < 400
        kind = "text/event-stream" if is_stream else "application/json"
        more = "".join(f"{name}: {value}\r\n" for name, value in step.headers.items())
        writer.write(
            f"HTTP/1.1 {step.status} Fake\r\ncontent-type: {kind}\r\n{more}"
            "transfer-encoding: chunked\r\n\r\n".encode()
        )
        written = model_wire.pieces(step, request, stream=streams)
        if not (step.pace_s or step.drip_s or step.endless) and step.cut_after is None:
            whole = b"".join(written)
            writer.write(_chunk(whole) + b"0\r\n\r\n")
            await writer.drain()
            return True
        sent = 0
        for piece in _sized(written, single=bool(step.drip_s) or step.cut_after is not None):
            if step.cut_after is not None and sent >= step.cut_after:
                await writer.drain()
                await asyncio.sleep(0.01)  # let what was sent arrive before the reset
                writer.transport.abort()
                return False
            writer.write(_chunk(piece))
            sent += len(piece)
            await writer.drain()
            await asyncio.sleep(step.drip_s or step.pace_s)
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True


def _chunk(piece: bytes) -> bytes:
    return f"{len(piece):x}\r\n".encode() + piece + b"\r\n" if piece else b""


def _sized(pieces: Iterator[bytes], *, single: bool) -> Iterator[bytes]:
    """Give single bytes where every byte counts."""
    return (bytes([one]) for piece in pieces for one in piece) if single else pieces


def _script_of(name: str, delay_s: float) -> Script:
    known: dict[str, Script] = {"echo": echo, "booking": book_a_demo}
    if script := known.get(name):
        return lambda asked: replace(script(asked), delay_s=delay_s)
    steps = itertools.cycle([step_of(one) for one in json.loads(Path(name).read_text())])
    return lambda _: next(steps)


async def _main() -> None:
    parser = argparse.ArgumentParser(description="A model server that says what it is told to.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--script", default="echo", help="echo, booking, or a JSON list of steps")
    parser.add_argument("--delay-ms", type=float, default=0, help="of echo and booking: silence")
    given = parser.parse_args()
    async with ModelServer(_script_of(given.script, given.delay_ms / 1000), given.port) as server:
        print(f"listening on {server.url}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main())
