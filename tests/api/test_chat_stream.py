"""The stream: nothing lost, nothing twice, whatever order the events come in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from appliance.api import stream
from appliance.api.chat_shapes import Message
from tests.fakes.chat import ChatBox, Dropped, Said

VISITOR = "visitor-1"


def shown(said: Said) -> Message:
    return Message.model_validate(
        {
            "seq": said.seq,
            "id": said.id,
            "client_id": None,
            "from": "bot",
            "text": said.text,
            "at": said.at,
            "quick_replies": [],
            "citations": [],
            "files": [],
            "turn": None,
        }
    )


class Reader:
    """Reads blocks of a stream as (event, data) pairs; beats are ("beat", None)."""

    def __init__(self, box: ChatBox, *, after: int = 0, beat_s: float = 15) -> None:
        made = stream.Stream(box, VISITOR, after=after, shown=shown, beat_s=beat_s)  # type: ignore[arg-type]
        self.blocks: AsyncIterator[bytes] = made.events()

    async def next(self) -> tuple[str, Any]:
        block = (await asyncio.wait_for(anext(self.blocks), 5)).decode()
        assert block.endswith("\n\n")
        if block.startswith(":"):
            return "beat", None
        lines = dict(line.split(": ", 1) for line in block.strip().split("\n"))
        return lines["event"], json.loads(lines["data"])

    async def take(self, count: int) -> list[tuple[str, Any]]:
        return [await self.next() for _ in range(count)]


@pytest.fixture
async def box() -> ChatBox:
    return ChatBox()


async def test_a_new_reader_gets_what_was_said_then_the_state(box):
    box.say(VISITOR, "one")
    box.say(VISITOR, "two")

    events = await Reader(box).take(4)

    assert [event for event, _ in events] == ["beat", "message", "message", "state"]
    assert [data["text"] for _, data in events[1:3]] == ["one", "two"]
    assert events[3][1] == {"state": "open", "mode": "basic"}


async def test_a_returning_reader_gets_only_what_came_since(box):
    first = box.say(VISITOR, "one")
    box.say(VISITOR, "two")

    events = await Reader(box, after=first.seq).take(3)

    assert [data["text"] for event, data in events if event == "message"] == ["two"]


async def test_a_message_said_between_listening_and_reading_comes_once(box):
    reader = Reader(box)
    await reader.next()  # it listens now, and has not read history yet
    box.say(VISITOR, "in between")

    events = await reader.take(2)
    box.tell(VISITOR, "typing", on=True)

    assert [event for event, _ in [*events, await reader.next()]] == ["message", "state", "typing"]


async def test_events_out_of_order_and_repeated_give_messages_in_order_once(box):
    box.repeats_events = True
    reader = Reader(box)
    await reader.take(2)

    for text in ("one", "two", "three"):
        box.say(VISITOR, text)
    for queue in box.talk(VISITOR).listeners:
        waiting = [queue.get_nowait() for _ in range(queue.qsize())]
        for event in reversed(waiting):
            queue.put_nowait(event)
    box.tell(VISITOR, "typing", on=False)

    events = await reader.take(4)
    assert [data.get("text") for _, data in events] == ["one", "two", "three", None]


async def test_more_messages_than_a_page_all_come(box):
    for number in range(2 * stream.PAGE + 1):
        box.say(VISITOR, str(number))

    events = await Reader(box).take(2 * stream.PAGE + 3)

    texts = [data["text"] for event, data in events if event == "message"]
    assert texts == [str(number) for number in range(2 * stream.PAGE + 1)]
    assert events[-1][0] == "state"


async def test_chunks_and_resets_pass_as_they_come(box):
    reader = Reader(box)
    await reader.take(2)

    box.tell(VISITOR, "chunk", turn="t", text="We are\nopen")
    box.tell(VISITOR, "reset", turn="t")
    box.tell(VISITOR, "gossip", about="another visitor")
    box.tell(VISITOR, "typing", on=False)

    assert await reader.take(3) == [
        ("chunk", {"turn": "t", "text": "We are\nopen"}),
        ("reset", {"turn": "t"}),
        ("typing", {"on": False}),
    ]


async def test_a_new_state_of_the_conversation_is_told_with_the_next_message(box):
    reader = Reader(box)
    await reader.take(2)

    box.talk(VISITOR).state = "with_person"
    box.say(VISITOR, "Hello, this is Sam", role="person")

    assert (await reader.take(2))[1] == ("state", {"state": "with_person", "mode": "basic"})


async def test_a_new_state_is_told_at_once_and_once(box):
    reader = Reader(box)
    await reader.take(2)

    box.talk(VISITOR).state = "waiting"
    box.tell(VISITOR, "state")
    box.tell(VISITOR, "state")
    box.tell(VISITOR, "typing", on=False)

    assert await reader.take(2) == [
        ("state", {"state": "waiting", "mode": "basic"}),
        ("typing", {"on": False}),
    ]


async def test_a_reader_who_was_too_slow_is_let_go_quietly(box):
    reader = Reader(box)
    await reader.take(2)

    box.tell(VISITOR, "cut off")

    with pytest.raises(StopAsyncIteration):
        await reader.next()
    assert box.lines() == 0


async def test_silence_has_a_beat(box):
    reader = Reader(box, beat_s=0.02)
    await reader.take(2)

    assert await reader.take(2) == [("beat", None), ("beat", None)]


async def test_the_stream_ends_itself_when_the_process_drains(box):
    reader = Reader(box)
    await reader.take(2)

    box.draining.set()

    with pytest.raises(StopAsyncIteration):
        await reader.next()
    assert box.lines() == 0


async def test_a_reader_who_leaves_leaves_nothing_behind(box):
    reader = Reader(box)
    await reader.take(2)

    await reader.blocks.aclose()  # type: ignore[attr-defined]

    assert box.lines() == 0
    assert len(asyncio.all_tasks()) == 1


async def test_a_broken_subscription_ends_the_stream_with_its_error(box):
    reader = Reader(box)
    await reader.take(2)

    box.drop_lines()

    with pytest.raises(Dropped):
        await reader.next()
    assert box.lines() == 0


def test_words_cannot_break_out_of_their_event():
    hostile = "a\n\nevent: message\ndata: {}\r\n\r\n\u2028\u0085"

    block = stream.block("chunk", {"text": hostile})

    assert block.count(b"\n") == 3
    assert b"\r" not in block
    assert json.loads(block.split(b"data: ", 1)[1])["text"] == hostile
