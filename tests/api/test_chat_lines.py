"""Streams are counted when they are promised and given back however they end."""

from __future__ import annotations

import asyncio
import gc
import http.client
from collections.abc import AsyncGenerator

import httpx
import pytest
from starlette.types import Message

from appliance.api.chat_limits import ChatLimits
from appliance.api.chat_lines import Lines
from appliance.core import errors
from tests.fakes.chat import ChatBox, served
from tests.fakes.running import free_port, wait_for


async def beats(ended: list[str]) -> AsyncGenerator[bytes, None]:
    try:
        while True:
            yield b": beat\n\n"
            await asyncio.sleep(0.01)
    finally:
        ended.append("ended")


async def receive() -> Message:
    return await asyncio.Future()


async def test_a_stream_counts_before_its_first_byte():
    lines = Lines(of_visitor=1, in_all=2)
    held = [lines.open("dana", beats([])), lines.open("eve", beats([]))]

    with pytest.raises(errors.TooMany, match="already has 1"):
        lines.open("dana", beats([]))
    with pytest.raises(errors.TooMany, match="Too many chats"):
        lines.open("frank", beats([]))

    assert len(lines) == len(held) == 2


async def test_a_response_that_is_never_sent_gives_its_place_back():
    lines = Lines(of_visitor=1, in_all=1)

    lines.open("dana", beats([]))
    gc.collect()

    assert len(lines) == 0


@pytest.mark.parametrize("version", ["2.3", "2.4"])
async def test_a_broken_line_gives_its_place_back_once_and_ends_the_stream(version):
    lines = Lines(of_visitor=2, in_all=2)
    ended: list[str] = []
    other = lines.open("dana", beats([]))
    line = lines.open("dana", beats(ended))
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)
        if len(sent) == 3:
            raise OSError

    scope = {"type": "http", "asgi": {"spec_version": version}}
    with pytest.raises(Exception):  # noqa: B017 - which one is the server's matter
        await line(scope, receive, send)
    del line
    gc.collect()

    assert ended == ["ended"]
    assert len(lines) == 1
    assert other.status_code == 200


async def test_a_cancelled_line_gives_its_place_back_and_ends_the_stream():
    lines = Lines(of_visitor=1, in_all=1)
    ended: list[str] = []
    line = lines.open("dana", beats(ended))

    async def send(_: Message) -> None:
        await asyncio.sleep(0)

    scope = {"type": "http", "asgi": {"spec_version": "2.3"}}
    task = asyncio.create_task(line(scope, receive, send))
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.wait({task})

    assert (len(lines), ended) == (0, ["ended"])


def test_readers_who_hang_up_make_room_for_others():
    port = free_port()
    with served(ChatBox, port=port, limits=ChatLimits(streams=2)) as runs:
        token = httpx.post(f"{runs.url}/v1/chat/visitors", json={}).json()["token"]

        def listen() -> tuple[http.client.HTTPConnection, int]:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            headers = {"Authorization": f"Bearer {token}"}
            connection.request("GET", "/v1/chat/stream", headers=headers)
            return connection, connection.getresponse().status

        first, second, third = listen(), listen(), listen()
        for connection, _ in (first, second, third):
            connection.close()
        wait_for(lambda: runs.call(runs.box.lines) == 0, 5, "the streams' end")
        fourth = listen()
        fourth[0].close()

    assert (first[1], second[1], third[1], fourth[1]) == (200, 200, 429, 200)
