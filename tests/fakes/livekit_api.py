"""LiveKit's interface for tests: a real socket that says what it is told to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from google.protobuf.message import Message

OK = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/protobuf\r\nContent-Length: 0\r\n"
    b"Connection: close\r\n\r\n"
)


@asynccontextmanager
async def livekit(
    said: bytes | Mapping[str, bytes] | None,
) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Run it; gives its address and the heads of what it was asked.

    `said` is the answer to everything, or to each method by its name and `OK` to the others. None:
    it hangs up instead.
    """
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        answer = said.get(method(asked[-1]), OK) if isinstance(said, Mapping) else said
        if answer is not None:
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


def method(head: bytes) -> str:
    """Tell which method a request asks for."""
    return head.split(b" ")[1].decode().rsplit("/", 1)[-1]


def reply(message: Message) -> bytes:
    """Make an answer that holds a message."""
    body = message.SerializeToString()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/protobuf\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\nConnection: close\r\n\r\n" + body


def error(code: str, **meta: str) -> bytes:
    """Make an error as LiveKit's server writes it."""
    body = json.dumps({"code": code, "msg": code, "meta": meta}).encode()
    head = f"HTTP/1.1 500 Error\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\nConnection: close\r\n\r\n" + body
