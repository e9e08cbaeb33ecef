"""What a reviewer broke: each story failed before it was mended."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from appliance.connectors.messages import InboundMessage
from appliance.conversation import approvals, tickets
from appliance.conversation.tables import turns as turn_table
from appliance.core.crypto import Keyring
from appliance.core.store.database import Database
from tests.fakes.clock import FakeClock
from tests.fakes.desk import VENDOR, FakeDesk, Forever, call


def booker(messages: list[BaseMessage]) -> AIMessage:
    """Books what was asked for, unless its own history shows that it did."""
    last = messages[-1]
    if isinstance(last, ToolMessage):
        return AIMessage(f"Your demo is booked ({last.text}).")
    done = {m.text for m in messages if isinstance(m, ToolMessage)}
    wanted = [m.text for m in messages if isinstance(m, HumanMessage) and "day" in m.text]
    for day in wanted:
        if f"booked {day}" not in done:
            return call("book", day=day)
    return AIMessage("Just bring yourself.")


def money(messages: list[BaseMessage]) -> AIMessage:
    last = messages[-1]
    if not isinstance(last, ToolMessage):
        return call("pay", amount=1)
    if last.text == "paid 1":
        return AIMessage(
            "", tool_calls=[{"name": "pay", "args": {"amount": 2}, "id": "call-second"}]
        )
    return AIMessage(f"All done: {last.text}")


async def test_a_message_that_came_during_a_turn_is_read_after_its_reply(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    async with FakeDesk(db, keyring, clock, tmp_path, booker) as desk:
        first = await desk.say("friday", settle=False)
        while not desk.effects():
            await asyncio.sleep(0.005)
        await desk.say("thanks, anything to bring?")

        assert desk.effects() == ["friday"]
        assert desk.replies(first.contact_id)[-1] == "Just bring yourself."


async def test_a_remote_effect_that_timed_out_is_unknown_and_not_repeated(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    def insists(messages: list[BaseMessage]) -> AIMessage:
        results = [m for m in messages if isinstance(m, ToolMessage)]
        if len(results) < 2:
            calls = [{"name": "charge", "args": {"amount": 5}, "id": f"c{len(results)}"}]
            return AIMessage("", tool_calls=calls)
        return AIMessage(results[-1].text)

    VENDOR.clear()
    async with FakeDesk(db, keyring, clock, tmp_path, insists) as desk:
        accepted = await desk.say("charge me")

        assert VENDOR == [5]
        assert "won't repeat it" in desk.replies(accepted.contact_id)[0]


async def test_a_local_effect_whose_tool_then_hung_is_not_called_undone(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    def script(messages: list[BaseMessage]) -> AIMessage:
        last = messages[-1]
        return (
            AIMessage(last.text) if isinstance(last, ToolMessage) else call("book_slowly", day="x")
        )

    async with FakeDesk(db, keyring, clock, tmp_path, script) as desk:
        accepted = await desk.say("book")

        assert desk.effects() == ["x"]
        assert "can't tell whether" in desk.replies(accepted.contact_id)[0]


async def test_a_second_question_of_the_same_turn_is_resumed_as_well(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    async with FakeDesk(db, keyring, clock, tmp_path, money) as desk:
        accepted = await desk.say("pay twice")
        for _ in range(2):
            waiting = db.read(lambda c: approvals.listed(c, keyring))
            assert len(waiting) == 1
            db.write_now(
                partial(
                    approvals.decide,
                    keyring=keyring,
                    now=clock.now(),
                    wanted=waiting[0].id,
                    approved=True,
                    who="ann",
                )
            )
            desk.desk.sweep()
            await desk.desk.settled(accepted.contact_id)

        assert desk.replies(accepted.contact_id)[-1] == "All done: paid 2"


async def test_a_dead_turn_whose_words_a_person_answered_mutes_nobody(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    def dies(messages: list[BaseMessage]) -> AIMessage:
        if isinstance(messages[-1], ToolMessage):
            raise Forever
        return booker(messages)

    async with FakeDesk(db, keyring, clock, tmp_path, dies) as desk:
        accepted = await desk.say("monday", settle=False)
        while not desk.effects():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
    ticket = db.write_now(
        lambda c: tickets.open_for(
            c,
            keyring,
            clock.now(),
            conversation_id=accepted.conversation_id,
            contact_id=accepted.contact_id,
            reason="explicit_request",
            summary="",
            department=None,
        )
    )
    db.write_now(lambda c: tickets.take(c, keyring, clock.now(), ticket.id, "ann"))
    async with FakeDesk(db, keyring, clock, tmp_path, booker) as again:
        clock.advance(seconds=10)
        again.desk.sweep()
        await again.desk.settled(accepted.contact_id)
        db.write_now(lambda c: tickets.close(c, keyring, clock.now(), ticket.id, "ann"))

        await again.say("what should I bring?")

        assert len(again.replies(accepted.contact_id)) == 1
        states = db.read(lambda c: c.execute(sa.select(turn_table.c.state)).scalars().all())
        assert "running" not in states


async def test_a_resumed_turn_that_dies_after_an_effect_goes_on_from_there(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    def first_life(messages: list[BaseMessage]) -> AIMessage:
        last = messages[-1]
        if not isinstance(last, ToolMessage):
            return call("pay", amount=1)
        if last.text == "paid 1":
            return call("book", day="friday at 9")
        raise Forever

    def second_life(messages: list[BaseMessage]) -> AIMessage:
        last = messages[-1]
        if isinstance(last, ToolMessage) and last.text == "paid 1":
            return call("book", day="friday at 10")
        return AIMessage(f"Your demo is booked: {last.text}")

    async with FakeDesk(db, keyring, clock, tmp_path, first_life) as desk:
        accepted = await desk.say("pay and book")
        waiting = db.read(lambda c: approvals.listed(c, keyring))[0]
        db.write_now(
            lambda c: approvals.decide(
                c, keyring, clock.now(), waiting.id, approved=True, who="ann"
            )
        )
        desk.desk.sweep()
        while not desk.effects():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
    async with FakeDesk(db, keyring, clock, tmp_path, second_life) as again:
        again.desk.sweep()
        await again.desk.settled(accepted.contact_id)

        assert again.effects() == ["friday at 9"]
        assert "friday at 9" in again.replies(accepted.contact_id)[-1]


async def test_a_tool_that_ends_the_process_ends_nothing(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    def script(messages: list[BaseMessage]) -> AIMessage:
        last = messages[-1]
        return AIMessage(last.text) if isinstance(last, ToolMessage) else call("leave")

    async with FakeDesk(db, keyring, clock, tmp_path, script) as desk:
        for sender in ("ann", "bob"):
            accepted = await desk.say("go", sender=sender)
            assert "problem on our side" in desk.replies(accepted.contact_id)[0]


async def test_repeats_of_a_message_do_not_drop_the_draft(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    async with FakeDesk(db, keyring, clock, tmp_path, lambda m: AIMessage("Hello there.")) as desk:
        desk.speaker.delay_s = 0.3
        accepted = await desk.say("hi", known_as="ann:1", settle=False)
        for _ in range(8):
            await asyncio.sleep(0.02)
            await desk.say("hi", known_as="ann:1", settle=False)
        await desk.desk.settled(accepted.contact_id)

        assert desk.speaker.calls == 1
        assert desk.replies(accepted.contact_id) == ["Hello there."]


async def test_a_clock_set_back_leaves_nobody_waiting(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    async with FakeDesk(db, keyring, clock, tmp_path, lambda m: AIMessage("Hello there.")) as desk:
        accepted = await desk.inbox.record(
            InboundMessage("web_chat", "", "ann:1", "ann", "visitor", "hi", clock.now())
        )
        clock.advance(hours=-1)

        desk.desk.sweep()
        await desk.desk.settled(accepted.contact_id)

        assert desk.replies(accepted.contact_id) == ["Hello there."]


@pytest.mark.parametrize("reason", ["x [/nope] y", "\x1b]0;pwned\x07", "[link=http://x]"])
def test_what_a_model_gives_as_a_reason_cannot_hurt_the_list(
    db: Database,
    keyring: Keyring,
    clock: FakeClock,
    reason: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from appliance.conversation import commands

    db.write_now(
        lambda c: (
            c.exec_driver_sql(
                "INSERT INTO conversations (id, contact_id, channel, state, started_at, last_at) "
                "VALUES ('c', 'k', 'web_chat', 'open', 1, 1)"
            ),
            tickets.open_for(
                c,
                keyring,
                clock.now(),
                conversation_id="c",
                contact_id="k",
                reason=reason,
                summary="s",
                department=None,
            ),
        )[1]
    )

    commands._print_tickets(db.read(lambda c: tickets.listed(c, keyring)))

    assert "\x1b]" not in capsys.readouterr().out
