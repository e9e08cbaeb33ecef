"""Calls that the bot makes: the whole way to a real telephone that answers, is busy, or rings."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from appliance.assembly import dials
from appliance.contacts import identities
from appliance.conversation.values import Role
from appliance.core import ids
from appliance.core.effects import State
from appliance.services.calls import records as calls
from appliance.services.dials import port, records
from appliance.services.dials.values import Dial
from tests.fakes.baresip import Telephone, busy_telephone, telephone
from tests.fakes.running import free_port, wait_for
from tests.voice.calls import config_text
from tests.voice.exchange import exchange, needs_livekit, own_address
from tests.voice.record import MONDAY, NUMBER, Desk, desk_of, narrow
from tests.voice.test_sip_whole import tell

pytestmark = [pytest.mark.slow, needs_livekit(), pytest.mark.calls]

REASON = "Your table is booked for tonight."
OPENING = ["A machine speaks.", f"I am calling for Acme Corporation. {REASON}"]


@pytest.fixture(scope="module")
def port_of_trunk() -> int:
    return free_port()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, port_of_trunk: int) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("dials")
    (folder / "script.txt").write_text("")
    phone = f"""  phone:
    allowed_addresses: [{own_address()}]
    ring_s: 60
  trunk:
    address: {own_address()}:{port_of_trunk}
    number: "+16175550100"
  outbound:
    enabled: true
    needs_consent: false
    per_number_per_day: 20
    ring_s: 6
    attempts: 2
  manners:"""
    text = config_text(folder).replace("  manners:", phone)
    with exchange(
        folder, module="appliance.switchboard", text=text, clock_start=MONDAY.isoformat()
    ) as opened:
        made = desk_of(opened)
        yield made
        made.office.close()


def owe(desk: Desk, reason: str = REASON) -> Dial:
    """Owe the telephone with NUMBER a call."""
    here = desk.office
    terms = dials.live_terms(here)

    def unit(connection):
        contact = identities.find_or_make(
            connection, here.keyring, MONDAY, kind="phone", value=NUMBER, channel="phone"
        )
        return port.put(
            connection,
            here.keyring,
            MONDAY,
            terms,
            origin=ids.new_id(),
            contact_id=contact,
            number=NUMBER,
            reason=reason,
            by="test",
            expires_at=MONDAY + timedelta(days=2),
        )

    made: Dial = here.db.write_now(unit)
    return made


def see(desk: Desk, dial: Dial) -> Dial:
    found = desk.office.db.read(lambda c: port.find(c, desk.office.keyring, dial.id))
    assert found is not None
    return found


def answers(desk: Desk, dial: Dial) -> list[str | None]:
    return desk.office.db.read(lambda c: records.answers_of(c, dial.id))


@contextlib.contextmanager
def ringing(folder: Path, sip: int, *, answers: bool = False) -> Iterator[Telephone]:
    with telephone(folder, own_address(), number=NUMBER, answers=answers, sip=sip) as made:
        yield made


def test_who_answers_hears_who_calls_and_why_and_can_talk(
    desk: Desk, port_of_trunk: int, tmp_path: Path
):
    with ringing(tmp_path / "callee", port_of_trunk, answers=True) as callee:
        dial = owe(desk)
        callee.wait("CALL_ESTABLISHED", 60)
        wait_for(lambda: desk.said(Role.BOT) == OPENING, 40, "disclosure and reason")
        wait_for(lambda: see(desk, dial).state is State.DELIVERED, 20, "the row says so")

        said = tell(desk, callee, narrow("hours", tmp_path), "when are you open")
        assert "9:00" in said
        callee.hang_up()

    assert answers(desk, dial) == ["answered"]
    (message, *_) = desk.messages()
    (call, *_) = desk.office.db.read(lambda c: calls.of_conversation(c, message.conversation_id))
    assert call.direction == "outbound"
    assert call.disclosed_ms is not None


def test_a_busy_telephone_is_tried_again_later(desk: Desk, port_of_trunk: int):
    with busy_telephone(own_address(), port_of_trunk):
        dial = owe(desk)
        wait_for(lambda: answers(desk, dial) == ["busy"], 40, "busy")

    seen = see(desk, dial)
    assert (seen.state, seen.code) == (State.QUEUED, "busy")
    assert seen.next_attempt_at is not None
    assert seen.next_attempt_at > MONDAY + timedelta(minutes=40)


def test_a_telephone_nobody_takes_stops_ringing(desk: Desk, port_of_trunk: int, tmp_path: Path):
    with ringing(tmp_path / "callee", port_of_trunk) as callee:
        dial = owe(desk)
        callee.wait("CALL_INCOMING", 40)
        wait_for(lambda: answers(desk, dial) == ["no_answer"], 40, "no answer")
        callee.wait("CALL_CLOSED", 20)

    assert see(desk, dial).state is State.QUEUED


def test_a_dialler_that_is_killed_dials_nobody_twice(
    desk: Desk, port_of_trunk: int, tmp_path: Path
):
    with ringing(tmp_path / "callee", port_of_trunk) as callee:
        dial = owe(desk)
        callee.wait("CALL_INCOMING", 40)

        warden = desk.exchange.program("appliance.switchboard.warden")
        warden.kill()
        wait_for(lambda: desk.exchange.is_back("switchboard.warden", warden.pid), 40, "a new one")
        later = MONDAY + timedelta(hours=1)
        desk.office.db.write_now(lambda c: port.give_up_left(c, later))
        callee.wait("CALL_CLOSED", 60)

        assert see(desk, dial).state is State.UNKNOWN
        assert answers(desk, dial) == ["unknown"]
        assert len(callee.events("CALL_INCOMING")) == 1
        assert dial.id not in due(desk, later)


def due(desk: Desk, at: datetime) -> list[str]:
    return [row.id for row in desk.office.db.read(lambda c: records.due(c, at, most=50))]


def test_a_telephone_that_declines_is_not_one_that_nobody_takes(
    desk: Desk, port_of_trunk: int, tmp_path: Path
):
    with ringing(tmp_path / "callee", port_of_trunk) as callee:
        dial = owe(desk)
        callee.wait("CALL_INCOMING", 40)
        callee.tell("hangup", "scode=603")
        wait_for(lambda: answers(desk, dial) != [None], 40, "an answer")

    assert answers(desk, dial) in (["declined"], ["busy"])
