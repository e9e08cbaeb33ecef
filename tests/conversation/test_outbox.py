"""What leaves: in order, once, never lost; what may have left is never blindly repeated."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage

from appliance.connectors.messages import Delivery, DeliveryReport, Notice, Status
from appliance.conversation.outbox import care, records
from appliance.conversation.outbox.courier import Courier
from appliance.conversation.outbox.values import Outgoing
from appliance.core.effects import Outcome, Patience, State
from tests.fakes.channel import PIGEON, OneChannel, Pigeon, letter
from tests.fakes.clock import FakeClock
from tests.fakes.desk import FakeDesk

RETRY = Delivery(Outcome.RETRY, code="130429", why="slow down")
MUTE = Delivery(Outcome.RETRY, why="no connection")
UNKNOWN = Delivery(Outcome.UNKNOWN, why="cut off")
DEAD = Delivery(Outcome.DEAD, code="131026", why="nobody has this number")
STOPPED = Delivery(Outcome.STOPPED, code="190", why="the token has expired")


class Loft(FakeDesk):
    """A desk that answers on the pigeon channel."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.pigeon = Pigeon()
        self.courier = self.new_courier()
        self.desk._post = self.courier

    def new_courier(self) -> Courier:
        return Courier(
            db=self.db,
            keyring=self.keyring,
            clock=self.clock,
            channels=OneChannel(self.pigeon),
            patience=Patience(most_attempts=4),
        )

    async def write(self, text: str, **more) -> str:
        """Let somebody write; gives the contact's id once the answer was tried."""
        taken = await self.inbox.take([letter(text, self.clock.now(), **more)])
        accepted = taken.accepted[0]
        self.desk.notice(accepted.contact_id)
        await self.desk.settled(accepted.contact_id)
        await self.courier.settled()
        return accepted.contact_id

    async def later(self, seconds: float) -> None:
        """Let time pass and sweep."""
        self.clock.advance(seconds=seconds)
        self.courier.sweep(grace_s=0)
        await self.courier.settled()

    def rows(self) -> list[Outgoing]:
        found = self.db.read(
            lambda c: c.exec_driver_sql("SELECT id FROM outbox ORDER BY id, part").scalars().all()
        )
        return [row for each in found if (row := self._row(each))]

    def _row(self, outgoing_id: str) -> Outgoing | None:
        return self.db.read(lambda c: records.find(c, outgoing_id))

    def states(self) -> list[str]:
        return [str(row.state) for row in self.rows()]

    async def report(self, status: Status, provider_id: str, **more) -> None:
        report = DeliveryReport(PIGEON, "loft", provider_id, status, self.clock.now(), **more)
        taken = await self.inbox.take([report])
        for contact_id, channel in taken.to_send:
            self.courier.notice(contact_id, channel)
        await self.courier.settled()


@pytest.fixture
async def loft(db, keyring, clock: FakeClock, tmp_path: Path) -> AsyncIterator[Loft]:
    def echo(messages) -> AIMessage:
        return AIMessage(f"You said: {messages[-1].text}")

    made = Loft(db, keyring, clock, tmp_path, echo)
    async with made:
        yield made


async def test_a_reply_is_sent_once_and_shown_as_read(loft: Loft) -> None:
    await loft.write("hello", known_as="m1")

    assert [sent.text for sent in loft.pigeon.sent] == ["You said: hello"]
    assert loft.pigeon.sent[0].to.value == "+16175550142"
    assert loft.states() == ["sent"]
    assert loft.pigeon.marks == ["m1"]


async def test_what_is_written_while_a_round_ends_is_sent_in_the_next(
    loft: Loft, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver = Courier.deliver

    async def ends_late(courier: Courier, contact_id: str, channel: str) -> None:
        await deliver(courier, contact_id, channel)
        if len(loft.pigeon.sent) == 1:
            await loft.inbox.take([letter("more", loft.clock.now())])
            loft.desk.notice(contact_id)
            await loft.desk.settled(contact_id)

    monkeypatch.setattr(Courier, "deliver", ends_late)

    await loft.write("hello")

    assert [sent.text for sent in loft.pigeon.sent] == ["You said: hello", "You said: more"]


async def test_waiting_for_what_has_just_ended_gives_way_to_its_end(
    loft: Loft, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = asyncio.Event()

    async def deliver(courier: Courier, contact_id: str, channel: str) -> None:
        ended.set()

    monkeypatch.setattr(Courier, "deliver", deliver)
    loft.courier.notice("anybody", PIGEON)
    await ended.wait()

    async with asyncio.timeout(5):
        await loft.courier.settled()


async def test_what_was_surely_not_accepted_is_tried_again_later(loft: Loft) -> None:
    loft.pigeon.script = [RETRY]

    await loft.write("hello")
    before = loft.states()
    await loft.later(1)
    too_early = len(loft.pigeon.asked)
    await loft.later(10)

    assert (before, too_early) == (["queued"], 1)
    assert loft.states() == ["sent"]
    assert len(loft.pigeon.sent) == 1


async def test_the_provider_says_how_long_to_wait(loft: Loft) -> None:
    loft.pigeon.script = [Delivery(Outcome.RETRY, code="429", retry_after_s=300)]

    await loft.write("hello")
    await loft.later(290)
    asked = len(loft.pigeon.asked)
    await loft.later(20)

    assert asked == 1
    assert loft.states() == ["sent"]


async def test_what_may_have_been_accepted_is_never_repeated(loft: Loft) -> None:
    loft.pigeon.script = [UNKNOWN]

    await loft.write("hello")
    await loft.later(3600)

    assert loft.states() == ["unknown"]
    assert len(loft.pigeon.asked) == 1


async def test_a_report_settles_what_was_unknown(loft: Loft) -> None:
    loft.pigeon.script = [UNKNOWN]
    await loft.write("hello")
    row = loft.rows()[0]

    await loft.report(Status.DELIVERED, "p-9", outbox_id=f"{row.id}:1")

    assert loft.states() == ["delivered"]


async def test_a_later_message_waits_for_an_earlier_one(loft: Loft) -> None:
    loft.pigeon.script = [RETRY]
    await loft.write("first")

    await loft.write("second")
    held = list(loft.pigeon.sent)
    await loft.later(10)

    assert held == []
    assert [sent.text for sent in loft.pigeon.sent] == ["You said: first", "You said: second"]


async def test_another_contact_does_not_wait(loft: Loft) -> None:
    loft.pigeon.script = [RETRY]
    await loft.write("first")

    await loft.write("second", sender="+16175550143")

    assert [sent.text for sent in loft.pigeon.sent] == ["You said: second"]


async def test_a_long_message_leaves_in_parts_in_order(loft: Loft) -> None:
    loft.pigeon.longest = 8
    loft.pigeon.script = [Delivery(Outcome.SENT, provider_id="a"), RETRY]

    await loft.write("abcdefgh")
    await loft.later(10)

    assert "".join(sent.text for sent in loft.pigeon.sent) == "You said: abcdefgh"
    assert loft.states() == ["sent"] * 3


async def test_a_dead_message_is_listed_and_a_person_may_try_it_again(loft: Loft) -> None:
    loft.pigeon.script = [DEAD]
    await loft.write("hello")
    stuck = loft.db.read(lambda c: records.stuck(c, most=10))

    loft.db.write_now(lambda c: records.again(c, loft.clock.now(), stuck[0].id))
    await loft.later(1)

    assert [(row.code, row.why) for row in stuck] == [("131026", "nobody has this number")]
    assert loft.states() == ["sent"]


async def test_patience_ends(loft: Loft) -> None:
    loft.pigeon.script = [RETRY] * 10

    await loft.write("hello")
    for _ in range(10):
        await loft.later(1000)

    assert loft.states() == ["dead"]
    assert len(loft.pigeon.asked) == 4


async def test_an_expired_token_stops_the_channel_at_once_and_loses_nothing(loft: Loft) -> None:
    loft.pigeon.script = [STOPPED]
    await loft.write("first")
    stops = loft.db.read(records.stops)

    await loft.write("second", sender="+16175550143")
    await loft.later(600)
    asked = len(loft.pigeon.asked)
    loft.pigeon.works = True
    went_on = await care.try_again(loft.db, loft.clock, OneChannel(loft.pigeon), PIGEON)
    await loft.later(1)

    assert [(stop.channel, stop.code) for stop in stops] == [(PIGEON, "190")]
    assert asked == 1
    assert went_on
    assert sorted(loft.states()) == ["sent", "sent"]


async def test_a_channel_that_is_still_refused_stays_stopped(loft: Loft) -> None:
    loft.pigeon.script, loft.pigeon.works = [STOPPED], False
    await loft.write("first")

    went_on = await care.try_again(loft.db, loft.clock, OneChannel(loft.pigeon), PIGEON)

    assert not went_on
    assert loft.db.read(records.stops)


async def test_a_provider_that_does_not_answer_is_left_alone_for_a_while(loft: Loft) -> None:
    loft.pigeon.script = [MUTE] * 3
    for number in range(3):
        await loft.write("hello", sender=f"+1617555010{number}")

    await loft.write("hello", sender="+16175550109")
    asked = len(loft.pigeon.asked)
    await loft.later(60)  # one may try
    await loft.later(1)

    assert asked == 3
    assert loft.states() == ["sent"] * 4


async def test_one_contact_that_is_limited_does_not_hold_back_the_others(loft: Loft) -> None:
    loft.pigeon.script = [RETRY] * 5
    for number in range(5):
        await loft.write("hello", sender=f"+1617555010{number}")

    await loft.write("hello", sender="+16175550109")

    assert [sent.to.value for sent in loft.pigeon.sent] == ["+16175550109"]


async def test_who_dies_while_sending_leaves_an_unknown_and_what_follows_goes_on(
    loft: Loft,
) -> None:
    loft.pigeon.holds = asyncio.Event()
    taken = await loft.inbox.take([letter("first", loft.clock.now())])
    contact_id = taken.accepted[0].contact_id
    loft.desk.notice(contact_id)
    await loft.desk.settled(contact_id)
    while not loft.pigeon.asked:
        await asyncio.sleep(0.01)
    await loft.courier.stop(within_s=0)  # as a kill: the row stays as it is
    loft.pigeon.holds = None
    loft.courier = loft.desk._post = loft.new_courier()

    await loft.write("second")
    held = list(loft.pigeon.sent)
    await loft.later(61)

    assert held == []
    assert loft.states() == ["unknown", "sent"]
    assert [sent.text for sent in loft.pigeon.sent] == ["You said: second"]


async def test_two_processes_send_a_part_once(loft: Loft) -> None:
    other = loft.new_courier()
    loft.desk._post = None
    contact_id = await loft.write("hello")

    for courier in (loft.courier, other):
        courier.notice(contact_id, PIGEON)
    await asyncio.gather(loft.courier.settled(), other.settled())

    assert len(loft.pigeon.sent) == 1


async def test_a_connector_that_breaks_leaves_an_unknown(loft: Loft) -> None:
    loft.pigeon.script = [RuntimeError("a bug")]

    await loft.write("hello")

    assert loft.states() == ["unknown"]
    assert loft.rows()[0].why == "the connector broke: RuntimeError"


async def test_states_only_rise_whatever_order_reports_come_in(loft: Loft) -> None:
    await loft.write("hello")

    seen = []
    for status in (Status.READ, Status.DELIVERED, Status.SENT, Status.READ):
        await loft.report(status, "p-1")
        seen += loft.states()

    assert seen == ["read"] * 4


async def test_a_report_may_be_faster_than_the_answer_it_speaks_of(loft: Loft) -> None:
    loft.pigeon.holds = asyncio.Event()
    taken = await loft.inbox.take([letter("hello", loft.clock.now())])
    loft.desk.notice(taken.accepted[0].contact_id)
    await loft.desk.settled(taken.accepted[0].contact_id)
    while not loft.pigeon.asked:
        await asyncio.sleep(0.01)
    row = loft.rows()[0]

    report = DeliveryReport(
        PIGEON, "loft", "p-1", Status.DELIVERED, loft.clock.now(), outbox_id=f"{row.id}:1"
    )
    await loft.inbox.take([report])
    loft.pigeon.holds.set()
    await loft.courier.settled()

    assert loft.states() == ["delivered"]


async def test_accepted_and_then_failed_is_tried_again_where_that_may_help(loft: Loft) -> None:
    await loft.write("hello")

    await loft.report(Status.FAILED, "p-1", outcome=Outcome.RETRY, code="131000")
    await loft.later(10)
    first_again = [sent.text for sent in loft.pigeon.sent]
    await loft.report(Status.FAILED, "p-1", outcome=Outcome.RETRY, code="131000")  # a repeat
    await loft.later(10)

    assert first_again == ["You said: hello"] * 2
    assert len(loft.pigeon.sent) == 2
    assert loft.states() == ["sent"]


async def test_accepted_and_then_reported_as_too_late_is_dead_without_a_late_form(
    loft: Loft,
) -> None:
    await loft.write("hello")

    await loft.report(
        Status.FAILED, "p-1", outcome=Outcome.WINDOW, code="131047", why="the window is closed"
    )

    await loft.later(10)
    assert [(str(row.state), row.why) for row in loft.rows()] == [
        ("dead", "the window is closed there is no late form")
    ]
    assert len(loft.pigeon.sent) == 1


async def test_a_window_the_provider_found_closed_is_answered_in_the_late_form(loft: Loft) -> None:
    loft.pigeon.late_form = True
    loft.pigeon.script = [Delivery(Outcome.WINDOW, code="131047", why="the window is closed")]

    await loft.write("hello")

    assert [sent.text for sent in loft.pigeon.sent] == ["[late] You said: hello"]
    assert loft.states() == ["sent"]


async def test_a_late_form_that_is_refused_as_late_ends_there(loft: Loft) -> None:
    loft.pigeon.late_form = True
    closed = Delivery(Outcome.WINDOW, code="131047", why="the window is closed")
    loft.pigeon.script = [closed, closed]

    await loft.write("hello")
    await loft.later(3600)

    assert len(loft.pigeon.asked) == 2
    assert [(str(row.state), row.code) for row in loft.rows()] == [("dead", "131047")]


async def test_accepted_and_reported_as_too_late_leaves_once_more_in_the_late_form(
    loft: Loft,
) -> None:
    loft.pigeon.late_form = True
    await loft.write("hello")

    await loft.report(Status.FAILED, "p-1", outcome=Outcome.WINDOW, code="131047")
    await loft.later(10)

    assert [sent.text for sent in loft.pigeon.sent] == ["You said: hello", "[late] You said: hello"]
    await loft.report(Status.FAILED, "p-2", outcome=Outcome.WINDOW, code="131047")
    await loft.later(10)
    assert [str(row.state) for row in loft.rows()] == ["failed"]


async def test_what_may_be_tried_twice_is_not_tried_a_third_time(loft: Loft) -> None:
    once_more = Delivery(Outcome.RETRY, code="131053", why="no upload", most_attempts=2)
    loft.pigeon.script = [once_more, once_more, once_more]

    await loft.write("hello")
    await loft.later(30)
    await loft.later(3600)

    assert len(loft.pigeon.asked) == 2
    assert loft.states() == ["dead"]


async def test_what_was_delivered_cannot_fail_any_more(loft: Loft) -> None:
    await loft.write("hello")
    await loft.report(Status.DELIVERED, "p-1")

    await loft.report(Status.FAILED, "p-1", outcome=Outcome.RETRY)

    assert loft.states() == ["delivered"]


async def test_reports_of_other_programs_messages_are_kept_beside(loft: Loft) -> None:
    await loft.report(Status.DELIVERED, "somebody-elses", outbox_id="no-such:1")

    kept = loft.db.read(lambda c: c.exec_driver_sql("SELECT kind FROM notices").scalars().all())
    assert list(kept) == ["report"]


async def test_a_closed_window_is_judged_by_the_contacts_own_clock(loft: Loft) -> None:
    sent_at = loft.clock.now() - timedelta(hours=23, minutes=59)
    taken = await loft.inbox.take([letter("hello", sent_at)])
    loft.desk._post = None
    loft.desk.notice(taken.accepted[0].contact_id)
    await loft.desk.settled(taken.accepted[0].contact_id)

    await loft.later(120)

    assert loft.pigeon.asked == []
    assert [(str(row.state), row.why) for row in loft.rows()] == [
        ("dead", "the window of 24 hours is closed there is no late form")
    ]


async def test_a_notice_that_the_account_is_closed_stops_the_channel(loft: Loft) -> None:
    notice = Notice(PIGEON, "loft", "n1", "account_update", "the account was closed", stops=True)

    await loft.inbox.take([notice])
    await loft.write("hello")

    assert loft.pigeon.asked == []
    assert [stop.why for stop in loft.db.read(records.stops)] == ["the account was closed"]
    assert loft.states() == [str(State.QUEUED)]
