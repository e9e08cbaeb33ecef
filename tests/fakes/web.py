"""A small HTTP/1.1 server over real sockets that answers as told, and misbehaves as told.

The handler sees each request whole and gives a `Reply`, a `Drip` or `CUT`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

MOST_HEAD = 65_536
_STEPS_IN = 8


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came: header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drip:
    """Pieces of a body, sent one by one with a pause; `length` is what the head claims."""

    pieces: Iterable[bytes]
    pause_s: float = 0.0
    length: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Cut:
    """Hang up without a word."""


CUT = Cut()
Handler = Callable[[Request], Awaitable[Reply | Drip | Cut]]


def as_json(value: object, status: int = 200, **headers: str) -> Reply:
    return Reply(
        status, json.dumps(value).encode(), {"content-type": "application/json", **headers}
    )


@dataclass(slots=True)
class Site:
    """A running server. `requests` are those read whole; `names` the TLS names asked for."""

    handler: Handler
    host: str = "127.0.0.1"
    scheme: str = "http"
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    sent_bytes: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while (request := await _read(reader)) is not None:
                self.requests.append(request)
                answer = await self.handler(request)
                if isinstance(answer, Cut):
                    break
                await self._write(writer, answer)
                if request.headers.get("connection", "").lower() == "close":
                    break
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # the other side hung up: theirs to do
        finally:
            self._writers.discard(writer)
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError, TimeoutError):
                await writer.wait_closed()

    async def _write(self, writer: asyncio.StreamWriter, answer: Reply | Drip) -> None:
        if isinstance(answer, Reply):
            answer_headers = {"content-length": str(len(answer.body)), **answer.headers}
            writer.write(_head(answer.status, answer_headers) + answer.body)
            await writer.drain()
            return
        headers = dict(answer.headers)
        if answer.length is not None:
            headers["content-length"] = str(answer.length)
        else:
            headers["connection"] = "close"
        writer.write(_head(200, headers))
        for piece in answer.pieces:
            writer.write(piece)
            await writer.drain()
            self.sent_bytes += len(piece)
            await asyncio.sleep(answer.pause_s)
        if answer.length is None:
            raise ConnectionResetError

    def hang_up(self) -> None:
        for writer in list(self._writers):
            writer.close()


@contextlib.asynccontextmanager
async def serving(
    handler: Handler, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Site]:
    """Serve on a port until the block ends."""
    site = Site(handler, host, "https" if tls else "http")
    if tls is not None:
        tls.sni_callback = lambda _sock, name, _context: site.names.append(name)
    server = await asyncio.start_server(site.connected, host, port, ssl=tls, limit=MOST_HEAD)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        await ended(server, site.hang_up)


async def ended(server: asyncio.Server, hang_up: Callable[[], None]) -> None:
    """End a server; `hang_up` ends the connections that are known.

    Who is just coming in is known some steps later. From Python 3.12 on a server waits at its end
    for every connection: one that nobody hangs up would hold it for ever.
    """
    for _ in range(_STEPS_IN):
        await asyncio.sleep(0)
    server.close()
    hang_up()
    await server.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    method, target, _ = first.split(" ", 2)
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return Request(method, parts.path, query, headers, body)


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
