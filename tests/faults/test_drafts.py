"""Drafts that are dropped, and writes that nobody waits for any more, leave nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import threading
from pathlib import Path

import sqlalchemy as sa
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from appliance.conversation.run import Equipped
from appliance.conversation.tables import receipts
from appliance.core.crypto import Keyring
from appliance.core.store import notes
from appliance.core.store.database import Database
from appliance.toolkit import ports, tool
from tests.fakes.clock import FakeClock
from tests.fakes.desk import FakeDesk, Forever, call


def thinks_long(messages: list[BaseMessage]) -> AIMessage:
    """Ask a tool and never speak of it; hear the second message if it stands last."""
    if isinstance(messages[-1], ToolMessage):
        raise Forever
    return AIMessage("I heard you.") if messages[-1].text == "second" else call("refuse")


def kept_results(db: Database) -> int:
    return db.read(lambda c: len(c.execute(sa.select(receipts.c.id)).all()))


async def until(met) -> None:
    async with asyncio.timeout(10):
        while not met():
            await asyncio.sleep(0.005)


async def test_a_new_draft_hears_the_newer_words_after_the_old_ones_tools(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
):
    async with FakeDesk(db, keyring, clock, tmp_path, thinks_long) as desk:
        first = await desk.say("first", settle=False)
        await until(lambda: desk.speaker.calls == 2)

        await desk.say("second")

        assert desk.replies(first.contact_id) == ["I heard you."]
        assert [message.text for message in desk.speaker.seen[-1][1:]] == ["first", "second"]


async def test_a_dead_turn_hears_the_newer_words_after_its_old_tools(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
):
    async with FakeDesk(db, keyring, clock, tmp_path, thinks_long) as desk:
        first = await desk.say("first", settle=False)
        await until(lambda: desk.speaker.calls == 2 and kept_results(db) == 1)

    async with FakeDesk(db, keyring, clock, tmp_path, thinks_long) as again:
        await again.say("second")

        assert again.replies(first.contact_id) == ["I heard you."]
        assert [message.text for message in again.speaker.seen[-1][1:]] == ["first", "second"]


async def test_a_tool_of_a_dropped_draft_changes_nothing_any_more(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
):
    began, go, over = threading.Event(), threading.Event(), threading.Event()

    @tool(effect="write", timeout_s=10)
    async def late(surveys: ports.Surveys) -> str:
        """Block its thread, deaf to being cancelled, then write."""
        began.set()
        go.wait(10)
        try:
            await surveys.answer(1, "too late")
        finally:
            over.set()
        return "done"

    def script(messages: list[BaseMessage]) -> AIMessage:
        if messages[-1].text != "second":
            return call("late")
        go.set()  # the new draft has begun: now the old one's tool wakes up
        over.wait(10)
        return AIMessage("Nothing was done.")

    async with FakeDesk(db, keyring, clock, tmp_path, script) as desk:
        tools = {"late": Equipped(late, desk.bots.behavior.limits)}
        desk.bots.bot = dataclasses.replace(desk.bots.bot, tools=tools)
        first = await desk.say("first", settle=False)
        await until(began.is_set)

        await desk.say("second")

        assert desk.replies(first.contact_id) == ["Nothing was done."]
        assert desk.effects() == []


async def test_a_write_nobody_waits_for_is_not_made_when_the_lock_is_gone(
    db: Database, tmp_path: Path
):
    entered, go = threading.Event(), threading.Event()

    def hold(_connection) -> None:
        entered.set()
        go.wait(10)

    blocked = asyncio.create_task(db.write(hold))
    await until(entered.is_set)
    given_up = asyncio.create_task(db.write(lambda c: notes.put(c, "given up", "yes")))
    await asyncio.sleep(0)  # it stands in the writer's queue now

    given_up.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await given_up
    go.set()
    await blocked
    await db.write(lambda c: notes.put(c, "wanted", "yes"))

    assert db.read(lambda c: notes.find(c, "given up")) is None
    assert db.read(lambda c: notes.find(c, "wanted")) == "yes"
