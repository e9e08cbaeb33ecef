"""The client of the benches over HTTP: kept-alive connections, as little work as can be.

It shares the machine with what it measures, so it does no more than it must: it writes a request,
reads a status and a body, and knows `Content-Length` and chunks.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any

_QUIET_S = 3.0
_JSON = {"Content-Type": "application/json"}


class Failed(Exception):  # noqa: N818 - what happened, not an error of ours
    """A request was answered with an error."""


class Line:
    """One connection, opened when it is first needed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._used = 0.0

    async def post(self, path: str, said: Any, headers: Mapping[str, str] = _JSON) -> bytes:
        """Post JSON (or bytes as they are) and give the answer's body.

        Raises:
            Failed: the status is no 2xx.
        """
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        head = "".join(f"{name}: {value}\r\n" for name, value in (_JSON | dict(headers)).items())
        return await self.ask(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )

    async def get(self, path: str) -> bytes:
        return await self.ask(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())

    async def ask(self, request: bytes) -> bytes:
        """Send a request as it is and give the answer's body."""
        # A server closes what has been quiet for some seconds (ours after 5).
        if self._writer is not None and time.monotonic() - self._used > _QUIET_S:
            self.close()
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        assert self._reader is not None
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        body = await self._body(self._reader, head)
        self._used = time.monotonic()
        if b"connection: close" in head:
            self.close()
        if not head[9:12].startswith(b"2"):
            raise Failed(f"{head[9:12].decode()}: {body[:200].decode(errors='replace')}")
        return body

    async def stream(self, path: str, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
        """Ask for a stream without an end and give its chunks."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}\r\n".encode())
        await self._reader.readuntil(b"\r\n\r\n")
        while size := int((await self._reader.readuntil(b"\r\n")).strip(), 16):
            yield await self._reader.readexactly(size)
            await self._reader.readexactly(2)

    def close(self) -> None:
        with suppress(RuntimeError):
            if self._writer is not None:
                self._writer.close()
        self._reader = self._writer = None

    @staticmethod
    async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
        if b"content-length:" in head:
            size = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            return await reader.readexactly(size)
        body = b""
        while b"transfer-encoding: chunked" in head:
            size = int((await reader.readuntil(b"\r\n")).strip(), 16)
            body += await reader.readexactly(size)
            await reader.readexactly(2)
            if not size:
                break
        return body
