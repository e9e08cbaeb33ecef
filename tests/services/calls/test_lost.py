"""A message to whoever called in vain: once, and only where it may be written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from appliance.calendar import Calendar
from appliance.config import model
from appliance.connectors.messages import Echo, Identity
from appliance.conversation import arrivals, spoken, tickets
from appliance.conversation import records as conversations
from appliance.conversation.inbox import Inbox
from appliance.conversation.outbox.courier import Courier
from appliance.conversation.values import Conversation
from appliance.core.crypto import Keyring
from appliance.core.effects import Patience
from appliance.core.store.database import Connection, Database
from appliance.services.calls import lost, records, wording
from appliance.services.calls.values import Figures, Lost
from tests.fakes.channel import PIGEON, OneChannel, Pigeon, letter
from tests.fakes.clock import FakeClock

NUMBER = "+16175550142"
SORRY = "We were cut off. Write here and we go on."


@dataclass
class Switchboard:
    """Calls that are lost, and a contact who may have written by pigeon."""

    db: Database
    keyring: Keyring
    clock: FakeClock
    missed_call: model.MissedCall = field(default_factory=lambda: model.MissedCall(text=SORRY))
    pigeon: Pigeon = field(default_factory=Pigeon)
    is_open: bool = True

    async def write(self, text: str) -> None:
        """Let the caller write to us."""
        inbox = Inbox(db=self.db, keyring=self.keyring, clock=self.clock, region=lambda: "US")
        await inbox.take([letter(text, self.clock.now())])

    def call(self, *, direction: str = "inbound") -> tuple[str, Conversation]:
        """Let a call begin; gives its id."""

        def unit(connection: Connection) -> tuple[str, Conversation]:
            now = self.clock.now()
            conversation = spoken.begin(
                connection,
                self.keyring,
                now,
                caller=Identity("phone", NUMBER),
                account="100",
                region="US",
            )
            call_id = records.begin(
                connection,
                now,
                conversation_id=conversation.id,
                contact_id=conversation.contact_id,
                kind="sip",
                direction=direction,
                alive_until=now + timedelta(seconds=6),
            )
            return call_id, conversation

        return self.db.write_now(unit)

    def lose(self, **more: str) -> tuple[str, Conversation]:
        """Let a call begin and be lost."""
        call_id, conversation = self.call(**more)
        self.db.write_now(lambda c: records.lose(c, self.clock.now(), call_id))
        return call_id, conversation

    def settle(self) -> list[tuple[str, str]]:
        terms = lost.Terms(
            missed_call=self.missed_call,
            calendar=Calendar(zone=ZoneInfo("America/New_York"), week={}),
            order=[PIGEON],
            channels=OneChannel(self.pigeon if self.is_open else None),
        )
        return lost.settle(self.db, self.keyring, self.clock.now(), terms)

    async def send(self, work: list[tuple[str, str]]) -> list[str]:
        """Send what was written; gives what the pigeons carried."""
        courier = Courier(
            db=self.db,
            keyring=self.keyring,
            clock=self.clock,
            channels=OneChannel(self.pigeon),
        )
        for contact_id, channel in work:
            await courier.deliver(contact_id, channel)
        return [sent.text for sent in self.pigeon.sent]

    def became(self, call_id: str) -> Lost:
        found = self.db.read(lambda c: records.find_lost(c, call_id))
        assert found is not None
        return found


@pytest.fixture
def board(db: Database, keyring: Keyring, clock: FakeClock) -> Switchboard:
    return Switchboard(db, keyring, clock)


async def test_whoever_called_in_vain_is_written_to_once_where_they_have_written_before(
    board: Switchboard,
) -> None:
    await board.write("hello")
    call_id, conversation = board.lose()

    work = board.settle()
    again = board.settle()
    carried = await board.send(work + again)

    assert carried == [SORRY]
    assert board.pigeon.sent[0].to == Identity("phone", NUMBER)
    assert (again, board.became(call_id).state) == ([], "written")
    assert board.became(call_id).channel == PIGEON
    assert work == [(conversation.contact_id, PIGEON)]


async def test_the_conversation_of_the_call_goes_on_where_it_was_written(
    board: Switchboard,
) -> None:
    await board.write("hello")
    board.clock.advance(seconds=30)
    _, conversation = board.lose()
    await board.send(board.settle())

    board.clock.advance(seconds=30)
    await board.write("yes, about the demo")

    contact_id = conversation.contact_id
    said = board.db.read(
        lambda c: conversations.visible_newest(c, board.keyring, contact_id, most=2)
    )
    assert [each.text for each in said] == [SORRY, "yes, about the demo"]
    assert {each.conversation_id for each in said} == {conversation.id}
    _, following = board.call()
    assert following.id != conversation.id  # a new call begins anew


async def test_somebody_who_called_first_and_wrote_later_can_be_written_to(
    board: Switchboard,
) -> None:
    board.call()
    board.clock.advance(minutes=5)
    await board.write("hello")
    board.lose()

    assert await board.send(board.settle()) == [SORRY]


Setting = Callable[[Switchboard], object]


def _later(**by: float) -> Setting:
    return lambda board: board.clock.advance(**by)


def _colleague(board: Switchboard) -> None:
    """Let a colleague write to the caller from the channel's own app."""

    def unit(connection: Connection) -> None:
        echo = Echo(
            PIGEON, "loft", "e1", Identity("phone", NUMBER), "I will see", board.clock.now()
        )
        arrivals.apply(
            connection,
            board.keyring,
            board.clock.now(),
            echo,
            region="US",
            patience=Patience(),
            to_send=set(),
        )

    board.db.write_now(unit)


def _person(board: Switchboard) -> None:
    def unit(connection: Connection) -> None:
        [due] = records.due(connection, most=2)
        call = records.find(connection, due.call_id)
        assert call is not None
        now = board.clock.now()
        ticket = tickets.open_for(
            connection,
            board.keyring,
            now,
            conversation_id=call.conversation_id,
            contact_id=call.contact_id,
            reason="explicit_request",
            summary="",
            department=None,
        )
        tickets.take(connection, board.keyring, now, ticket.id, "ann")

    board.db.write_now(unit)


@pytest.mark.parametrize(
    ("what", "setting", "why"),
    [
        ("the caller calls again", lambda board: board.call(), wording.CALLED_AGAIN),
        ("nobody looks for an hour", _later(hours=1), wording.TOO_LATE),
        ("a person has the call's conversation", _person, wording.WITH_PERSON),
        ("a colleague writes on the channel", _colleague, f"{PIGEON}: {wording.WITH_PERSON}"),
        (
            "it is night",
            lambda board: setattr(
                board, "missed_call", model.MissedCall(text=SORRY, not_after=time(9))
            ),
            wording.QUIET,
        ),
        (
            "no text is set",
            lambda board: setattr(board, "missed_call", model.MissedCall()),
            wording.NO_TEXT,
        ),
        (
            "the channel is closed",
            lambda board: setattr(board, "is_open", False),
            wording.REFUSED.format(channel=PIGEON, why="it is closed"),
        ),
    ],
)
async def test_nothing_is_written_and_the_row_says_why_where(
    board: Switchboard, what: str, setting: Setting, why: str
) -> None:
    await board.write("hello")
    call_id, _ = board.lose()
    setting(board)

    assert board.settle() == [], what

    assert (board.became(call_id).state, board.became(call_id).why) == ("withheld", why)


async def test_whoever_has_never_written_is_not_written_to(board: Switchboard) -> None:
    call_id, _ = board.lose()

    assert board.settle() == []

    assert board.became(call_id).why == wording.NEVER_WROTE.format(channel=PIGEON)


@pytest.mark.parametrize("word", ["STOP", "stop.", "Stop please", "Unsubscribe", "ARRETER", "baja"])
async def test_whoever_wrote_stop_is_not_written_to_until_they_write_start(
    board: Switchboard, word: str
) -> None:
    await board.write(word)
    first, _ = board.lose()
    refused = board.settle()
    board.clock.advance(minutes=1)
    await board.write("START")
    board.lose()

    assert refused == []
    assert board.became(first).why == wording.STOPPED.format(channel=PIGEON)
    assert await board.send(board.settle()) == [SORRY]


async def test_a_word_that_only_sounds_like_stop_is_none(board: Switchboard) -> None:
    await board.write("can you stop by tomorrow?")
    board.lose()

    assert await board.send(board.settle()) == [SORRY]


async def test_a_closed_window_withholds_it_unless_there_is_a_late_form(
    board: Switchboard,
) -> None:
    await board.write("hello")
    board.clock.advance(hours=25)
    first, _ = board.lose()
    refused = board.settle()
    board.pigeon.late_form = True
    board.clock.advance(minutes=1)
    board.lose()

    assert refused == []
    assert "window of 24 hours" in (board.became(first).why or "")
    assert await board.send(board.settle()) == [f"[late] {SORRY}"]


async def test_words_of_the_call_itself_open_no_window(board: Switchboard) -> None:
    await board.write("hello")
    board.clock.advance(hours=25)
    call_id, _ = board.lose()
    inbox = Inbox(db=board.db, keyring=board.keyring, clock=board.clock, region=lambda: "US")
    words = letter("what are your hours", board.clock.now())
    await inbox.take([replace(words, channel="phone", account="100")])

    assert board.settle() == []

    assert "window of 24 hours" in (board.became(call_id).why or "")


async def test_calls_lost_within_the_hour_are_one_message(board: Switchboard) -> None:
    await board.write("hello")
    board.lose()
    carried = await board.send(board.settle())
    board.clock.advance(minutes=10)
    second, _ = board.lose()

    assert board.settle() == []

    assert carried == [SORRY]
    assert board.became(second).why == wording.WRITTEN_LATELY


async def test_a_call_of_ours_is_not_written_after(board: Switchboard) -> None:
    await board.write("hello")
    call_id, _ = board.lose(direction="outbound")

    assert board.settle() == []
    assert board.db.read(lambda c: records.find_lost(c, call_id)) is None


async def test_a_call_whose_caller_is_still_there_is_not_over(board: Switchboard) -> None:
    _, conversation = board.call()
    now = board.clock.now() + timedelta(seconds=7)

    board.db.write_now(
        lambda c: records.stays(c, conversation.contact_id, now + timedelta(seconds=6))
    )

    assert not board.db.read(lambda c: records.any_dead(c, now))
    assert board.db.read(lambda c: records.any_dead(c, now + timedelta(seconds=7)))


async def test_a_call_whose_process_died_is_lost_and_one_that_ended_is_not(
    board: Switchboard,
) -> None:
    await board.write("hello")
    ended, _ = board.call()
    board.db.write_now(
        lambda c: records.end(
            c, board.clock.now(), ended, Figures(), outcome="caller_hung_up", handoff=None
        )
    )
    board.clock.advance(seconds=1)
    dropped, _ = board.call()
    board.clock.advance(seconds=7)

    now = board.clock.now()
    assert board.db.read(lambda c: records.any_dead(c, now))
    assert board.db.write_now(lambda c: records.drop_dead(c, now)) == 1
    assert not board.db.read(lambda c: records.any_dead(c, now))

    assert await board.send(board.settle()) == [SORRY]
    assert board.became(dropped).lost_at == now
    assert board.db.read(lambda c: records.find_lost(c, ended)) is None
    call = board.db.read(lambda c: records.find(c, dropped))
    assert call is not None
    assert (call.state, call.outcome) == ("dropped", "dropped")
