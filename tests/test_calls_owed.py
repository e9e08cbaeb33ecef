"""Follow-ups by telephone: each owes one call, and says what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from appliance.assembly import calls_owed, dials
from appliance.assembly.office import Office, open_office
from appliance.config import versions
from appliance.connectors.phone.answers import Answer
from appliance.contacts import identities
from appliance.core.settings import Settings
from appliance.services.bookings import records as bookings
from appliance.services.bookings.records import BookingRow
from appliance.services.dials import port, records
from appliance.services.dials.values import Dial
from appliance.services.followups import records as followups
from tests.config import sample
from tests.fakes.clock import FakeClock

NUMBER = "+16175550142"
VOICE = """
voice:
  enabled: true
  config:
    stt: { provider: deepgram }
    tts: { provider: deepgram }
  trunk: { address: sip.example, number: "+16175550100" }
  outbound:
    enabled: true
    needs_consent: false
    remind_before_h: 24
"""


@pytest.fixture
def office(tmp_path: Path, clock: FakeClock) -> Iterator[Office]:
    opened = open_office(Settings(data_dir=tmp_path / "data", keys_dir=tmp_path / "keys"), clock)
    before, off, after = sample.SMALL.partition("\nvoice:\n  enabled: false\n")
    assert off
    loaded = sample.loaded((before + VOICE + after).encode())
    assert loaded.config is not None, loaded.problems
    version = versions.remember(opened.db, clock.now(), loaded, "test")
    opened.db.write_now(lambda c: versions.activate(c, clock.now(), version, "test"))
    yield opened
    opened.close()


def contact(office: Office, number: str | None = NUMBER) -> str:
    kind, value = ("phone", number) if number else ("visitor", "v1")
    return office.db.write_now(
        lambda c: identities.find_or_make(
            c, office.keyring, office.clock.now(), kind=kind, value=value, channel="phone"
        )
    )


def follow_up(office: Office, who: str, **payload: Any) -> str:
    office.db.write_now(
        lambda c: followups.put(
            c,
            office.keyring,
            action_id="one",
            contact_id=who,
            action_type=calls_owed.CALL,
            scheduled_for=office.clock.now(),
            payload={"reason": "Your watch is ready.", **payload},
        )
    )
    return "one"


def book(office: Office, who: str, starts_at: datetime, *, created_at: datetime) -> str:
    row = BookingRow(
        id="b1",
        event_id="b1",
        sequence=0,
        reference="B-123456",
        conversation_id="c",
        contact_id=who,
        kind="demo",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        name=b"",
        email=b"",
        state="booked",
        created_at=created_at,
        file_id="f1",
    )
    office.db.write_now(lambda c: bookings.add(c, row))
    return "reminder-b1"


def owed(office: Office) -> list[Dial]:
    rows = office.db.read(lambda c: records.newest(c, most=50))
    return [port.opened(office.keyring, row) for row in rows]


def became(office: Office, action: str) -> tuple[str, str | None]:
    return office.db.read(lambda c: followups.found(c, office.keyring, action))


def dial(office: Office, answer: Answer) -> None:
    terms = dials.live_terms(office)
    now = office.clock.now()
    begun = office.db.write_now(
        lambda c: port.begin(c, office.keyring, now, owed(office)[0].id, terms)
    )
    assert begun is not None
    office.db.write_now(lambda c: port.end(c, now, begun, answer, terms))


def test_a_follow_up_owes_one_call_however_often_it_is_looked_at(office: Office):
    follow_up(office, contact(office))

    for _ in range(3):
        calls_owed.look(office)

    (one,) = owed(office)
    assert (one.number, one.reason) == (NUMBER, "Your watch is ready.")
    assert became(office, "one") == ("pending", None)


def test_a_follow_up_whose_call_was_answered_is_done(office: Office):
    action = follow_up(office, contact(office))
    calls_owed.look(office)

    dial(office, Answer.ANSWERED)
    calls_owed.look(office)

    assert became(office, action) == ("done", "answered")


def test_a_follow_up_whose_number_does_not_exist_has_failed_and_says_why(office: Office):
    action = follow_up(office, contact(office))
    calls_owed.look(office)

    dial(office, Answer.NO_SUCH_NUMBER)
    calls_owed.look(office)

    assert became(office, action) == ("failed", "no_such_number")


def test_a_contact_without_a_number_cannot_be_called(office: Office):
    action = follow_up(office, contact(office, None))

    calls_owed.look(office)

    assert owed(office) == []
    assert became(office, action) == ("failed", "No telephone number of theirs is known.")


def test_a_number_abroad_is_not_called_and_the_follow_up_says_so(office: Office):
    action = follow_up(office, contact(office, "+4930123456"))

    calls_owed.look(office)

    status, why = became(office, action)
    assert status == "failed"
    assert "calls go to US only" in str(why)


def test_an_appointment_is_reminded_of_once_a_day_before(office: Office, clock: FakeClock):
    booked_at = clock.now()
    book(office, contact(office), booked_at + timedelta(days=3), created_at=booked_at)
    calls_owed.look(office)
    assert owed(office) == []

    clock.advance(days=2)
    for _ in range(2):
        calls_owed.look(office)

    (one,) = owed(office)
    assert "Thursday, November 19 at 10:00 AM" in one.reason
    assert one.expires_at == booked_at + timedelta(days=3)


def test_who_has_just_booked_for_today_is_not_reminded(office: Office, clock: FakeClock):
    book(office, contact(office), clock.now() + timedelta(hours=3), created_at=clock.now())

    calls_owed.look(office)

    assert owed(office) == []


def test_an_appointment_that_is_cancelled_is_not_reminded_of(office: Office, clock: FakeClock):
    booked_at = clock.now()
    action = book(office, contact(office), booked_at + timedelta(days=3), created_at=booked_at)
    clock.advance(days=2)
    calls_owed.look(office)

    office.db.write_now(lambda c: bookings.set_state(c, "b1", "cancelled"))
    calls_owed.look(office)

    assert became(office, action)[0] == "cancelled"
    assert [(each.state, each.code) for each in owed(office)] == [("dead", "void")]
