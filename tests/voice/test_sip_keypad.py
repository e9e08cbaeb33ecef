"""The keypad menu by telephone: no model, no key, no recogniser, no voice but recordings."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.connectors.phone import refusals
from appliance.conversation.values import Role
from appliance.services.bookings import tables as bookings
from appliance.services.calls import records
from appliance.services.calls.values import Call
from appliance.voice import phrases, voicemail
from tests.fakes.baresip import Telephone, telephone
from tests.fakes.invite import invite
from tests.fakes.phone_worker import loudest
from tests.fakes.running import wait_for
from tests.voice.exchange import exchange, keypad_text, needs_livekit, own_address
from tests.voice.record import MONDAY, NUMBER, Desk, desk_of, hears, narrow

pytestmark = [pytest.mark.slow, needs_livekit(), pytest.mark.calls]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("keypad")
    with exchange(
        folder, module="appliance.switchboard", text=keypad_text(), clock_start=MONDAY.isoformat()
    ) as opened:
        made = desk_of(opened)
        yield made
        made.office.close()


@pytest.fixture
def caller(tmp_path: Path, desk: Desk) -> Iterator[Telephone]:
    with telephone(tmp_path / "caller", own_address(), number=NUMBER) as made:
        made.dial(desk.exchange.address)
        made.wait("CALL_ESTABLISHED", 60)
        yield made


def test_a_caller_books_the_next_but_one_free_appointment_by_keys(desk: Desk, caller: Telephone):
    hears(desk, "To book the next free appointment, press two")

    caller.press("2")
    first = hears(desk, "The next free appointment is on Monday November the sixteenth")
    caller.press("2")
    hears(desk, "The next free appointment is on Monday November the sixteenth", after=first)
    caller.press("1")

    hears(desk, "Your appointment is booked. Your reference is B dash")
    caller.wait("CALL_CLOSED", 40)
    (booked,) = desk.office.db.read(
        lambda c: list(
            c.execute(bookings.bookings.select().where(bookings.bookings.c.state == "booked"))
        )
    )
    assert booked.starts_at > MONDAY
    (conversation,) = {each.conversation_id for each in desk.messages()}
    assert booked.conversation_id == conversation
    wait_for(lambda: newest(desk).outcome is not None, 15, "the end of its row")
    call = newest(desk)
    assert (call.kind, call.state, call.outcome) == ("sip", "ended", "served")
    assert call.conversation_id == conversation
    assert call.bot_ms > 5_000


def test_a_message_is_kept_sealed_and_a_person_gets_a_ticket(
    desk: Desk, caller: Telephone, tmp_path: Path
):
    before = len(desk.said(Role.BOT))
    hears(desk, "To leave a message, press three", after=before)

    caller.press("3")
    hears(desk, "Please leave your message after the tone", after=before)
    wait_for(lambda: abs(loudest(caller.heard()[-1600:], 8000) - 1000) < 15, 40, "the tone")
    caller.say(narrow("person", tmp_path))
    time.sleep(3)  # as long as it takes to say it
    caller.press("#")

    hears(desk, "We have your message", after=before)
    (ticket,) = [each for each in desk.tickets() if each.reason == "voicemail"]
    assert NUMBER in ticket.summary
    message_id = ticket.summary.split(" ")[-2]
    data = desk.exchange.folder / "data"
    sound = voicemail.open_message(data, desk.office.keyring, message_id)
    assert sound[:4] == b"RIFF"
    assert b"RIFF" not in (data / "voicemail" / f"{message_id}.sealed").read_bytes()


def test_an_address_that_may_not_call_is_refused_at_once_and_logged(desk: Desk) -> None:
    answer = invite("127.0.0.1", desk.exchange.sip, source="127.0.0.1")

    assert answer.startswith("SIP/2.0 400")
    wait_for(lambda: refusals.ADDRESS in desk.exchange.log(), 15, "the reason")


@pytest.mark.parametrize(("mask", "status"), [("{}", "400"), ("{}/32", "486")])
def test_nobody_comes_in_by_naming_an_allowed_address_as_their_own(
    desk: Desk, mask: str, status: str
) -> None:
    host = mask.format(own_address())

    answer = invite("127.0.0.1", desk.exchange.sip, source="127.0.0.1", caller_host=host)

    assert answer.split(" ")[1] == status


# The last one: the telephone is off then.
def test_when_everything_stops_a_call_under_way_is_told_so_and_hung_up(
    desk: Desk, caller: Telephone
) -> None:
    before = len(desk.said(Role.BOT))
    hears(desk, "To leave a message, press three", after=before)

    desk.exchange.runs.process.terminate()

    hears(desk, phrases.STOPPING.text, after=before)
    caller.wait("CALL_CLOSED", 30)
    wait_for(lambda: bool(stopped(desk)), 15, "its row")
    (call,) = stopped(desk)
    lost = desk.office.db.read(lambda c: records.find_lost(c, call.id))
    assert lost is not None
    assert desk.exchange.runs.process.wait(60) == 0


def stopped(desk: Desk) -> list[Call]:
    """Give the calls that a stop has ended; each process has a clock of its own in a rehearsal."""
    found = desk.office.db.read(lambda c: records.newest(c, most=50))
    return [call for call in found if call.outcome == "stopped"]


def newest(desk: Desk) -> Call:
    return desk.office.db.read(lambda c: records.newest(c, most=1))[0]
