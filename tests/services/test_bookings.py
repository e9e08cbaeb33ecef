"""Slots are offered from the calendar, booked once, moved with the conversation."""

from __future__ import annotations

import multiprocessing
import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar as Ics

from appliance.contacts import identities
from appliance.contacts import tables as contact_tables
from appliance.core import errors
from appliance.core.clock import SystemClock
from appliance.core.crypto import Keyring
from appliance.core.store.columns import metadata
from appliance.core.store.database import Database
from appliance.services.bookings import ics, offer, port, tables
from appliance.toolkit import ports

NOW = datetime(2026, 11, 16, 15, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
MONDAY, THURSDAY = date(2026, 11, 16), date(2026, 11, 19)
TERMS = {"kind": "demo", "duration_min": 30, "buffer_min": 15, "capacity": 1}
ACME = ics.Organizer("acme-corp", "Acme, Corporation", "hello@acme.example")


@dataclass(frozen=True)
class Office:
    """Open on weekdays from nine to five, New York time."""

    zone: ZoneInfo = ZONE

    def spans(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        if day.weekday() > 4:
            return ()
        return (
            (
                datetime.combine(day, time(9), self.zone),
                datetime.combine(day, time(17), self.zone),
            ),
        )


class StillClock(SystemClock):
    def __init__(self, now: datetime) -> None:
        super().__init__()
        self.at = now

    def now(self) -> datetime:
        return self.at


def open_store(path):
    made = Database(path)
    rooms = [
        tables.bookings, tables.booking_cells, contact_tables.contacts, contact_tables.identities,
    ]  # fmt: skip
    made.write_now(lambda c: metadata.create_all(c, tables=rooms))
    return made


def slots_for(store, visitor="v-1", *, now=NOW, conversation="c-1", office=None):
    keyring = Keyring(b"k" * 32)
    contact = store.write_now(
        lambda c: identities.find_or_make(
            c, keyring, now, kind="visitor", value=visitor, channel="web_chat"
        )
    )

    async def once(part, unit):
        return await store.write(unit)

    return port.BookedSlots(
        db=store, keyring=keyring, clock=StillClock(now), calendar=office or Office(),
        contact_id=contact, conversation_id=conversation, once=once,
    )  # fmt: skip


@pytest.fixture
def store(tmp_path):
    made = open_store(tmp_path / "core.db")
    yield made
    made.close()


async def book(slots, on=THURSDAY, at=time(15), *, name="Ann", email="ann@example.com", **terms):
    return await slots.book(on, at, **{**TERMS, **terms}, name=name, email=email)


def local(slots_found):
    return [s.starts_at.astimezone(ZONE).strftime("%a %H:%M") for s in slots_found]


def states(store):
    return store.read(
        lambda c: c.exec_driver_sql("SELECT state FROM bookings ORDER BY sequence").scalars().all()
    )


def cells(store):
    return store.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM booking_cells").scalar())


def event_in(content: bytes) -> Any:
    [event] = Ics.from_ical(content).walk("VEVENT")
    return event


async def test_a_free_time_is_booked(store):
    slots: ports.Slots = slots_for(store)

    booked = await book(slots)

    assert booked.starts_at == datetime(2026, 11, 19, 20, tzinfo=UTC)
    assert booked.ends_at - booked.starts_at == timedelta(minutes=30)
    assert booked.reference.startswith("B-")
    assert (states(store), cells(store)) == (["booked"], 3)


async def test_the_slots_of_a_day_come_every_half_hour_and_fit_the_hours(store):
    free = await slots_for(store).free(THURSDAY, **TERMS)

    assert (local(free)[0], local(free)[-1], len(free)) == ("Thu 09:00", "Thu 16:30", 16)


async def test_a_booking_takes_its_buffer_on_both_sides_out_of_the_offer(store):
    await book(slots_for(store))

    free = local(await slots_for(store, "v-2").free(THURSDAY, **TERMS))

    assert {"Thu 14:30", "Thu 15:00", "Thu 15:30"}.isdisjoint(free)
    assert {"Thu 14:00", "Thu 16:00"} <= set(free)


@pytest.mark.parametrize("at", [time(14, 30), time(14, 45), time(15), time(15, 15), time(15, 30)])
async def test_whoever_comes_second_is_refused_and_offered_near_times(store, at):
    await book(slots_for(store))

    with pytest.raises(ports.SlotTaken) as refusal:
        await book(slots_for(store, "v-2", conversation="c-2"), at=at)

    offered = local(refusal.value.free)
    assert len(offered) == 3
    assert "Thu 14:00" in offered
    assert {"Thu 14:30", "Thu 15:00", "Thu 15:30"}.isdisjoint(offered)
    assert states(store) == ["booked"]


async def test_right_after_the_buffer_the_next_booking_fits(store):
    await book(slots_for(store))

    await book(slots_for(store, "v-2", conversation="c-2"), at=time(15, 45))

    assert states(store) == ["booked", "booked"]


async def test_each_seat_can_be_booked_once(store):
    for n in range(2):
        await book(slots_for(store, f"v-{n}", conversation=f"c-{n}"), capacity=2)

    with pytest.raises(ports.SlotTaken):
        await book(slots_for(store, "v-9", conversation="c-9"), capacity=2)


async def test_another_kind_has_its_own_seats(store):
    await book(slots_for(store))

    await book(slots_for(store, "v-2", conversation="c-2"), kind="visit")

    assert states(store) == ["booked", "booked"]


@pytest.mark.parametrize(
    ("on", "at", "why"),
    [
        (date(2026, 11, 15), time(15), "past"),
        (MONDAY, time(9), "past"),
        (MONDAY, time(10, 15), "too_soon"),
        (date(2026, 11, 21), time(15), "closed"),
        (date(2027, 1, 18), time(15), "too_far"),
        (THURSDAY, time(8), "outside_hours"),
        (THURSDAY, time(16, 45), "outside_hours"),
        (THURSDAY, time(23, 59), "outside_hours"),
        (THURSDAY, time(15, 10), "off_grid"),
    ],
)
async def test_a_time_nobody_works_is_refused_with_the_reason_and_near_times(store, on, at, why):
    with pytest.raises(ports.SlotClosed) as refusal:
        await book(slots_for(store), on, at)

    assert refusal.value.why == why
    assert len(refusal.value.free) == 3
    assert states(store) == []


async def test_on_a_closed_day_the_next_days_at_that_time_are_offered(store):
    with pytest.raises(ports.SlotClosed) as refusal:
        await book(slots_for(store), date(2026, 11, 21), time(15))

    assert local(refusal.value.free) == ["Mon 15:00", "Tue 15:00", "Wed 15:00"]


async def test_the_minimum_notice_holds_for_the_offer_too(store):
    free = local(await slots_for(store).free(MONDAY, **TERMS))

    assert free[0] == "Mon 10:30"


async def test_the_last_day_of_the_horizon_can_be_booked_and_the_next_cannot(store):
    last = MONDAY + timedelta(days=60)
    slots = slots_for(store)

    assert await slots.free(last, **TERMS)
    assert await slots.free(last + timedelta(days=3), **TERMS) == []


async def test_hours_the_clocks_skip_do_not_exist(store):
    class AllDay(Office):
        def spans(self, day):
            opens = datetime.combine(day, time(0), self.zone)
            return ((opens, datetime.combine(day, time(23), self.zone)),)

    slots = slots_for(store, now=datetime(2027, 3, 1, 15, tzinfo=UTC), office=AllDay())

    with pytest.raises(ports.SlotClosed, match="outside_hours"):
        await book(slots, date(2027, 3, 14), time(2, 30))


async def test_booking_again_in_the_conversation_moves_the_booking(store):
    slots = slots_for(store)
    first = await book(slots)

    moved = await book(slots, at=time(11))

    assert moved.reference == first.reference
    assert (states(store), cells(store)) == (["moved", "booked"], 3)
    await book(slots_for(store, "v-2", conversation="c-2"))


async def test_a_move_to_a_taken_time_leaves_the_booking_where_it_was(store):
    await book(slots_for(store, "v-2", conversation="c-2"), at=time(11))
    slots = slots_for(store)
    first = await book(slots)

    with pytest.raises(ports.SlotTaken):
        await book(slots, at=time(11))

    found = port.file(store, first.file_id, organizer=ACME)
    assert found
    assert b"DTSTART:20261119T200000Z" in found[2]
    assert cells(store) == 6


async def test_a_move_by_a_quarter_hour_over_its_own_cells_works(store):
    slots = slots_for(store)
    await book(slots)

    moved = await book(slots, at=time(15, 15))

    assert moved.starts_at == datetime(2026, 11, 19, 20, 15, tzinfo=UTC)


async def test_the_same_booking_asked_for_again_changes_nothing(store):
    slots = slots_for(store)

    assert await book(slots) == await book(slots)
    assert states(store) == ["booked"]


async def test_another_conversation_or_contact_moves_nobodys_booking(store):
    await book(slots_for(store))

    await book(slots_for(store, conversation="c-2"), at=time(11))
    await book(slots_for(store, "v-2"), at=time(12))

    assert states(store) == ["booked"] * 3


async def test_a_booking_that_is_over_is_not_moved(store):
    await book(slots_for(store))

    later = slots_for(store, now=datetime(2026, 11, 20, 15, tzinfo=UTC))
    await book(later, date(2026, 11, 23))

    assert states(store) == ["booked", "booked"]


async def test_name_and_address_are_sealed_and_fill_in_the_card(store, tmp_path):
    slots = slots_for(store)
    await book(slots, name="Ann Lee", email="Ann@Example.com")
    card = store.read(lambda c: identities.card(c, slots.keyring, slots.contact_id))
    store.close()

    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert (card.name, card.email) == ("Ann Lee", "ann@example.com")
    assert b"Ann Lee" not in stored
    assert b"ann@example" not in stored


async def test_a_wrong_address_books_nothing(store):
    with pytest.raises(errors.Refused):
        await book(slots_for(store), email="ann at example")

    assert states(store) == []


async def test_the_calendar_file_is_valid_and_names_company_and_time(store):
    booked = await book(slots_for(store))

    found = port.file(store, booked.file_id, organizer=ACME)

    assert found
    name, media_type, content = found
    event = event_in(content)
    assert (name, media_type) == (f"demo-{booked.reference}.ics", "text/calendar")
    assert content.count(b"\n") == content.count(b"\r\n")
    assert str(event["UID"]) == f"{booked.id}@acme-corp"
    assert event["DTSTART"].dt == booked.starts_at
    assert event["DTEND"].dt == booked.ends_at
    assert event["DTSTAMP"].dt == NOW
    assert str(event["SUMMARY"]) == "Demo with Acme, Corporation"
    assert str(event["ORGANIZER"]) == "mailto:hello@acme.example"
    assert max(map(len, content.split(b"\r\n"))) <= 75


async def test_a_calendar_knows_a_moved_booking_as_the_same_event(store):
    slots = slots_for(store)
    first = await book(slots)
    moved = await book(slots, at=time(11))

    old, new = (port.file(store, b.file_id, organizer=ACME) for b in (first, moved))

    assert old == new
    assert new
    event = event_in(new[2])
    assert str(event["UID"]) == f"{first.id}@acme-corp"
    assert event["SEQUENCE"] == 1
    assert event["DTSTART"].dt == moved.starts_at


def test_a_file_nobody_has_is_none(store):
    assert port.file(store, "nothing", organizer=ACME) is None


async def test_a_cell_cannot_be_taken_twice_even_past_our_own_check(store, monkeypatch):
    await book(slots_for(store))
    monkeypatch.setattr(offer.Terms, "seat", lambda self, starts_at, taken: 0)

    with pytest.raises(ports.SlotTaken):
        await book(slots_for(store, "v-2", conversation="c-2"))

    assert (states(store), cells(store)) == (["booked"], 3)


def racer(path, visitor, start, results):
    """Books the one slot; run in a thread or a process of its own."""
    import asyncio

    store = Database(path)
    slots = slots_for(store, visitor, conversation=visitor)
    start.wait(20)
    try:
        asyncio.run(book(slots, email=f"{visitor}@example.com"))
        results.put("booked")
    except ports.SlotTaken as refusal:
        results.put(local(refusal.free))
    finally:
        store.close()


@pytest.mark.parametrize("way", ["threads", "processes"])
def test_of_callers_who_race_for_one_slot_exactly_one_gets_it(store, way):
    spawn = multiprocessing.get_context("spawn")
    start, results = spawn.Barrier(3), spawn.Queue()
    runner = threading.Thread if way == "threads" else spawn.Process
    runners = [runner(target=racer, args=(store.path, f"v{n}", start, results)) for n in range(3)]

    for one in runners:
        one.start()
    answers = [results.get(timeout=60) for _ in runners]
    for one in runners:
        one.join()

    assert answers.count("booked") == 1
    assert [a for a in answers if a != "booked"] == [["Thu 13:30", "Thu 14:00", "Thu 16:00"]] * 2
    assert (states(store), cells(store)) == (["booked"], 3)
