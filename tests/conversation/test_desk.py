"""The desk: one answer for each message, one turn at a time, nothing lost, nothing done twice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from appliance.config.model import Limits
from appliance.connectors.messages import Edit, InboundMessage
from appliance.conversation import approvals, records, tickets, turns, wording
from appliance.conversation.tables import inbox, receipts
from appliance.conversation.tables import turns as turn_table
from appliance.conversation.values import State
from appliance.core.crypto import Keyring
from appliance.core.store import leases
from appliance.core.store.database import Database
from appliance.toolkit import tool
from tests.fakes.clock import FakeClock
from tests.fakes.desk import FakeDesk, Forever, Script, call


def words(messages: list[BaseMessage]) -> list[str]:
    """What the contact said since the bot last spoke."""
    said: list[str] = []
    for message in reversed(messages):
        if isinstance(message, AIMessage):
            break
        if isinstance(message, HumanMessage):
            said.insert(0, message.text)
    return said


def echo(messages: list[BaseMessage]) -> AIMessage:
    return AIMessage("You said: " + " + ".join(words(messages)))


def booker(messages: list[BaseMessage]) -> AIMessage:
    last = messages[-1]
    if isinstance(last, ToolMessage):
        return AIMessage(f"It's done. Your demo is booked. ({last.content})")
    return call("book", day=last.text)


def calls(name: str, **arguments: Any) -> Script:
    def script(messages: list[BaseMessage]) -> AIMessage:
        last = messages[-1]
        if isinstance(last, ToolMessage):
            return AIMessage(f"[{last.status}] {last.content}")
        return call(name, **arguments)

    return script


async def test_a_message_is_answered_once_and_recorded(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    async with FakeDesk(db, keyring, clock, tmp_path, echo) as desk:
        accepted = await desk.say("hello")

        assert desk.replies(accepted.contact_id) == ["You said: hello"]
        assert db.read(lambda c: records.waiting(c, accepted.contact_id)) == []
        turn = db.read(lambda c: c.execute(sa.select(turn_table)).one())
        assert turn.state == "done"
        record = db.read(lambda c: turns.record_of(c, keyring, turn.id))
        assert record["messages"] == [accepted.message_id]


async def test_the_same_message_posted_twenty_times_at_once_is_one_turn(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    async with FakeDesk(db, keyring, clock, tmp_path, echo) as desk:
        answers = await asyncio.gather(*(desk.say("hi", known_as="ann:1") for _ in range(20)))

        assert sorted(answer.repeated for answer in answers) == [False] + [True] * 19
        assert desk.replies(answers[0].contact_id) == ["You said: hi"]
        assert desk.speaker.calls == 1


async def test_three_quick_messages_get_one_answer_in_order(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    async with FakeDesk(db, keyring, clock, tmp_path, echo, debounce_ms=500) as desk:
        first = await desk.say("I want", settle=False)
        await desk.say("to book", settle=False)
        await desk.say("a demo")

        assert desk.replies(first.contact_id) == ["You said: I want + to book + a demo"]


async def test_a_new_message_before_any_effect_restarts_the_draft(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    async with FakeDesk(db, keyring, clock, tmp_path, echo) as desk:
        desk.speaker.waits_for = asyncio.Event()
        first = await desk.say("first", settle=False)
        while not desk.speaker.calls:
            await asyncio.sleep(0.005)
        desk.speaker.waits_for = None
        await desk.say("second")

        assert desk.replies(first.contact_id) == ["You said: first + second"]
        assert db.read(lambda c: c.execute(sa.select(sa.func.count(turn_table.c.id))).scalar()) == 1


async def test_a_new_message_after_an_effect_waits_for_the_next_turn(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    async with FakeDesk(db, keyring, clock, tmp_path, booker) as desk:
        first = await desk.say("monday", settle=False)
        while not desk.effects():
            await asyncio.sleep(0.005)
        desk.speaker.delay_s = 0.2
        await desk.say("tuesday")

        assert desk.effects() == ["monday", "tuesday"]
        assert len(desk.replies(first.contact_id)) == 2


async def test_a_claim_leaves_only_with_its_receipt(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    def liar(messages: list[BaseMessage]) -> AIMessage:
        return AIMessage("Wonderful. I've booked your demo for Friday. See you then.")

    async with FakeDesk(db, keyring, clock, tmp_path, liar) as desk:
        accepted = await desk.say("book friday")

        reply = desk.replies(accepted.contact_id)[0]
        assert "I've booked" not in reply
        assert "I have not booked anything yet." in reply
        assert reply.endswith("See you then.")


async def test_a_claim_with_its_receipt_leaves_as_it_is(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    async with FakeDesk(db, keyring, clock, tmp_path, booker) as desk:
        accepted = await desk.say("friday")

        reply = "It's done. Your demo is booked. (booked friday)"
        assert desk.replies(accepted.contact_id) == [reply]
        assert desk.effects() == ["friday"]


async def test_a_turn_that_died_after_its_effect_goes_on_without_repeating_it(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    def dies(messages: list[BaseMessage]) -> AIMessage:
        if isinstance(messages[-1], ToolMessage):
            raise Forever
        return booker(messages)

    async with FakeDesk(db, keyring, clock, tmp_path, dies) as desk:
        accepted = await desk.say("monday", settle=False)
        while db.read(lambda c: len(c.execute(sa.select(receipts.c.id)).all())) < 2:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert desk.replies(accepted.contact_id) == []

    async with FakeDesk(db, keyring, clock, tmp_path, booker) as again:
        clock.advance(seconds=10)
        again.desk.sweep()
        await again.desk.settled(accepted.contact_id)

        assert again.effects() == ["monday"]
        assert again.replies(accepted.contact_id) == [
            "It's done. Your demo is booked. (booked monday)"
        ]
        assert again.speaker.calls == 1


async def test_what_nobody_answered_is_found_by_the_sweep(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    async with FakeDesk(db, keyring, clock, tmp_path, echo) as desk:
        accepted = await desk.inbox.record(_message(desk, "anybody there?"))
        clock.advance(seconds=5)

        desk.desk.sweep()
        await desk.desk.settled(accepted.contact_id)

        assert desk.replies(accepted.contact_id) == ["You said: anybody there?"]


async def test_a_lane_held_elsewhere_is_left_alone_until_its_lease_ends(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    async with FakeDesk(db, keyring, clock, tmp_path, echo) as desk:
        accepted = await desk.inbox.record(_message(desk, "hello"))
        lane = f"lane:{accepted.contact_id}"
        db.write_now(lambda c: leases.take(c, clock.now(), lane, holder="other", for_s=5))

        desk.desk.notice(accepted.contact_id)
        await desk.desk.settled(accepted.contact_id)
        assert desk.replies(accepted.contact_id) == []

        clock.advance(seconds=6)
        desk.desk.sweep()
        await desk.desk.settled(accepted.contact_id)
        assert desk.replies(accepted.contact_id) == ["You said: hello"]


async def test_a_run_whose_lane_was_taken_over_writes_nothing(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    async with FakeDesk(db, keyring, clock, tmp_path, booker) as desk:
        desk.speaker.waits_for = asyncio.Event()
        accepted = await desk.say("monday", settle=False)
        while not desk.speaker.calls:
            await asyncio.sleep(0.005)
        clock.advance(seconds=60)
        lane = f"lane:{accepted.contact_id}"
        assert db.write_now(lambda c: leases.take(c, clock.now(), lane, holder="other", for_s=30))
        desk.speaker.waits_for.set()
        await desk.desk.settled(accepted.contact_id)

        assert desk.effects() == []
        assert desk.replies(accepted.contact_id) == []


async def test_tools_that_misbehave_are_bounded_and_nobody_reads_their_exceptions(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    expected = {
        "hang": "took longer than expected",
        "block": "took longer than expected",
        "fail": "problem on our side",
        "flood": "more than I can take in",
        "garble": "made no sense",
        "refuse": "closed on Sundays",
        "no_such_tool": "no such tool",
    }
    for name, phrase in expected.items():
        async with FakeDesk(db, keyring, clock, tmp_path, calls(name)) as desk:
            accepted = await desk.say("go", sender=name)

            reply = desk.replies(accepted.contact_id)[0]
            assert phrase in reply, name
            assert "hunter2" not in reply
            assert len(reply) < 1_000


async def test_what_was_done_elsewhere_is_not_called_nonsense_for_its_answer(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    done: list[int] = []

    @tool(effect="write")
    async def order(amount: int) -> int:
        """Order at a vendor whose answer is not what it promised."""
        done.append(amount)
        return object()  # type: ignore[return-value]

    async with FakeDesk(
        db, keyring, clock, tmp_path, calls("order", amount=3), tools=[order]
    ) as desk:
        accepted = await desk.say("order three")
        await desk.say("once more")

        assert [wording.TOOL_UNSURE in each for each in desk.replies(accepted.contact_id)] == [
            True,
            True,
        ]
        assert done == [3]


async def test_a_tool_that_blocks_its_thread_does_not_stop_the_desk(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    def script(messages: list[BaseMessage]) -> AIMessage:
        return echo(messages) if "quick" in messages[-1].text else calls("block")(messages)

    async with FakeDesk(db, keyring, clock, tmp_path, script) as desk:
        slow = await desk.say("slow", sender="bob", settle=False)
        quick = await desk.say("quick", sender="ann")

        assert desk.replies(slow.contact_id) == []  # it holds its thread for three seconds
        assert desk.replies(quick.contact_id) == ["You said: quick"]


async def test_a_question_for_a_person_parks_the_turn_and_survives_a_restart(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    def payer(messages: list[BaseMessage]) -> AIMessage:
        last = messages[-1]
        if isinstance(last, ToolMessage):
            return AIMessage(f"Result: {last.content}")
        if last.text == "pay":
            return call("pay", amount=7)
        return echo(messages)

    async with FakeDesk(db, keyring, clock, tmp_path, payer) as desk:
        accepted = await desk.say("pay")
        assert desk.replies(accepted.contact_id) == ["I'll ask a colleague."]
        await desk.say("meanwhile")
        assert desk.replies(accepted.contact_id)[-1] == "You said: meanwhile"

    async with FakeDesk(db, keyring, clock, tmp_path, payer) as again:
        waiting = db.read(lambda c: approvals.listed(c, keyring))
        assert [each.question for each in waiting] == ["Pay 7?"]
        db.write_now(
            lambda c: approvals.decide(
                c, keyring, clock.now(), waiting[0].id, approved=True, who="ann"
            )
        )
        again.desk.sweep()
        await again.desk.settled(accepted.contact_id)

        assert again.replies(accepted.contact_id)[-1] == "Result: paid 7"
        again.desk.sweep()
        await again.desk.settled(accepted.contact_id)
        assert len(again.replies(accepted.contact_id)) == 3


async def test_an_approval_nobody_decides_expires_as_refused(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    def payer(messages: list[BaseMessage]) -> AIMessage:
        last = messages[-1]
        return (
            AIMessage(f"{last.content}") if isinstance(last, ToolMessage) else call("pay", amount=1)
        )

    async with FakeDesk(db, keyring, clock, tmp_path, payer) as desk:
        accepted = await desk.say("pay")
        clock.advance(hours=25)

        assert db.write_now(lambda c: approvals.expire(c, keyring, clock.now())) == 1
        desk.desk.sweep()
        await desk.desk.settled(accepted.contact_id)

        assert desk.replies(accepted.contact_id)[-1] == "not allowed"


async def test_a_limit_ends_in_a_sentence_and_a_ticket(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    limits = Limits(seconds=5, model_calls=3)

    def loops(messages: list[BaseMessage]) -> AIMessage:
        return AIMessage("", tool_calls=[{"name": "refuse", "args": {}, "id": f"c{len(messages)}"}])

    async with FakeDesk(db, keyring, clock, tmp_path, loops, limits=limits) as desk:
        accepted = await desk.say("loop")

        ticket = db.read(lambda c: tickets.listed(c, keyring))[0]
        assert ticket.reference in desk.replies(accepted.contact_id)[0]
        assert ticket.reason == "limit_reached"
        latest = db.read(lambda c: records.latest_conversation(c, accepted.contact_id))
        assert latest is not None
        assert latest.state is State.WAITING


async def test_a_turn_that_takes_too_long_ends_in_a_sentence_and_a_ticket(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    async with FakeDesk(db, keyring, clock, tmp_path, echo, limits=Limits(seconds=0.2)) as desk:
        desk.speaker.delay_s = 5
        accepted = await desk.say("slow")

        assert "taking me too long" in desk.replies(accepted.contact_id)[0]
        assert len(db.read(lambda c: tickets.listed(c, keyring))) == 1


async def test_a_model_that_breaks_ends_in_a_sentence_and_a_ticket(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    def breaks(messages: list[BaseMessage]) -> AIMessage:
        raise RuntimeError("api key sk-123 is invalid")

    async with FakeDesk(db, keyring, clock, tmp_path, breaks) as desk:
        accepted = await desk.say("hello")

        reply = desk.replies(accepted.contact_id)[0]
        assert "something went wrong" in reply
        assert "sk-123" not in reply


async def test_the_bot_is_silent_while_a_person_has_the_conversation(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    async with FakeDesk(db, keyring, clock, tmp_path, echo) as desk:
        accepted = await desk.say("hello")
        ticket = db.write_now(
            lambda c: tickets.open_for(
                c,
                keyring,
                clock.now(),
                conversation_id=accepted.conversation_id,
                contact_id=accepted.contact_id,
                reason="explicit_request",
                summary="wants a person",
                department=None,
            )
        )
        db.write_now(lambda c: tickets.take(c, keyring, clock.now(), ticket.reference, "ann"))
        await desk.say("are you there?")
        db.write_now(
            lambda c: tickets.reply(c, keyring, clock.now(), ticket.reference, "ann", "I am.")
        )
        assert [m.role for m in desk.visible(accepted.contact_id)] == [
            "contact",
            "bot",
            "contact",
            "person",
        ]

        db.write_now(lambda c: tickets.close(c, keyring, clock.now(), ticket.reference, "ann"))
        await desk.say("and now?")
        assert desk.replies(accepted.contact_id)[-1] == "You said: and now?"
        assert db.read(
            lambda c: c.execute(sa.select(inbox.c.state).distinct()).scalars().all()
        ) == ["done"]


async def test_nothing_anybody_said_stands_in_the_database_file(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    async with FakeDesk(db, keyring, clock, tmp_path, calls("refuse")) as desk:
        await desk.say("canary-7f3a", sender="canary-visitor")
    db.close()

    found = b"".join(path.read_bytes() for path in tmp_path.glob("*.db*"))
    assert len(found) > 50_000
    assert b"canary-visitor" not in found
    assert b"canary-7f3a" not in found
    assert b"closed on Sundays" not in found


def _message(desk: FakeDesk, text: str) -> InboundMessage:
    return InboundMessage(
        channel="web_chat",
        account="",
        provider_id=f"ann:{text}",
        sender="ann",
        identity_kind="visitor",
        text=text,
        sent_at=desk.clock.now(),
    )


async def test_a_turn_begins_with_as_many_messages_as_were_seen_and_the_results_between(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    async with FakeDesk(db, keyring, clock, tmp_path, booker) as desk:
        for day in ("Monday", "Tuesday", "Wednesday"):
            accepted = await desk.say(day)
        conversation = db.read(lambda c: records.latest_conversation(c, accepted.contact_id))
        assert conversation is not None

        found = db.read(lambda c: records.last_messages(c, keyring, conversation, most=3))

        assert [(str(each.role), each.visible) for each in found] == [
            ("bot", True),
            ("contact", True),
            ("bot", False),
            ("tool", False),
            ("bot", True),
        ]
        assert found[1].text == "Wednesday"


async def test_an_earlier_message_that_was_edited_is_read_as_it_is_now(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    def heard(messages: list[BaseMessage]) -> AIMessage:
        return AIMessage(" | ".join(one.text for one in messages if isinstance(one, HumanMessage)))

    async with FakeDesk(db, keyring, clock, tmp_path, heard) as desk:
        await desk.say("for two", known_as="m1")
        await desk.say("at seven")
        edit = Edit("web_chat", "", "x1", "m1", "for three", clock.now())
        await desk.inbox.take([edit])

        last = await desk.say("please")

        assert desk.replies(last.contact_id)[-1] == "for three | at seven | please"
