"""Conversations end when nothing is said any more, questions when nobody decides."""

from __future__ import annotations

from pathlib import Path

from langchain_core.messages import AIMessage

from appliance.conversation import housekeeping, records
from appliance.conversation.values import State
from appliance.core.crypto import Keyring
from appliance.core.store import events
from appliance.core.store.database import Database
from tests.fakes.clock import FakeClock
from tests.fakes.desk import FakeDesk, call


async def test_an_idle_conversation_closes_and_the_next_words_begin_a_new_one(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    async with FakeDesk(db, keyring, clock, tmp_path, lambda _: AIMessage("Hello.")) as desk:
        first = await desk.say("hello")
        clock.advance(hours=11)
        assert housekeeping.close_idle(db, clock, idle_h=12) == 0
        clock.advance(hours=2)

        assert housekeeping.close_idle(db, clock, idle_h=12) == 1
        second = await desk.say("hello again")

        assert second.contact_id == first.contact_id
        assert second.conversation_id != first.conversation_id
        closed = db.read(lambda c: records.find_conversation(c, first.conversation_id))
        assert closed is not None
        assert closed.state is State.CLOSED
        assert [message.text for message in desk.visible(first.contact_id)] == [
            "hello",
            "Hello.",
            "hello again",
            "Hello.",
        ]


async def test_questions_expire_and_old_events_go(
    db: Database, keyring: Keyring, clock: FakeClock, tmp_path: Path
) -> None:
    async with FakeDesk(db, keyring, clock, tmp_path, lambda _: call("pay", amount=1)) as desk:
        await desk.say("pay")
        assert housekeeping.expire_approvals(db, keyring, clock) == 0
        clock.advance(hours=25)

        assert housekeeping.expire_approvals(db, keyring, clock) == 1
        clock.advance(days=8)
        assert housekeeping.prune_events(db, clock) > 0
        assert db.read(lambda c: events.after(c, 0)) == []
