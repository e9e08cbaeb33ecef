"""LiveKit's interface for tests: a real socket that says one thing to every request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/protobuf\r\nContent-Length: 0\r\n\r\n"


@asynccontextmanager
async def livekit(said: bytes | None) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Run it; gives its address and the heads of what it was asked. None: it hangs up instead."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        if said is not None:
            writer.write(said)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


def error(code: str, **meta: str) -> bytes:
    """Make an error as LiveKit's server writes it."""
    body = json.dumps({"code": code, "msg": code, "meta": meta}).encode()
    head = f"HTTP/1.1 500 Error\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\nConnection: close\r\n\r\n" + body
