"""The Slots port over the built-in bookings, and the file a booking gives its contact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from appliance.contacts import identities, normal
from appliance.core import ids
from appliance.core.clock import Clock
from appliance.core.crypto import Keyring
from appliance.core.store.database import Connection, Database
from appliance.core.store.once import Once
from appliance.services.bookings import ics, offer, records
from appliance.services.bookings.records import BookingRow
from appliance.toolkit.ports import Booking, Slot, SlotClosed, SlotTaken


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedSlots:
    """The calendar of what can be booked, bound to one contact in one conversation."""

    db: Database
    keyring: Keyring
    clock: Clock
    calendar: offer.Hours
    contact_id: str
    conversation_id: str
    once: Once

    async def free(
        self,
        on: date,
        *,
        kind: str,
        duration_min: int,
        buffer_min: int,
        capacity: int,
        horizon_days: int = 60,
    ) -> list[Slot]:
        """List the free slots of a day in order."""
        terms = offer.Terms(
            kind=kind,
            duration_min=duration_min,
            buffer_min=buffer_min,
            capacity=capacity,
            horizon_days=horizon_days,
        )
        return self.db.read(
            lambda connection: offer.free(
                on,
                hours=self.calendar,
                terms=terms,
                now=self.clock.now(),
                taken_between=_taken_between(connection, kind),
            )
        )

    async def book(
        self,
        on: date,
        at: time,
        *,
        kind: str,
        duration_min: int,
        buffer_min: int,
        capacity: int,
        horizon_days: int = 60,
        name: str,
        email: str,
    ) -> Booking:
        """Book a slot, moving the contact's booking of this conversation that is still to come.

        Raises:
            SlotTaken: no seat is left at that time.
            SlotClosed: see `toolkit.ports.SlotClosed`.
            Refused: the e-mail address is none.
        """
        terms = offer.Terms(
            kind=kind,
            duration_min=duration_min,
            buffer_min=buffer_min,
            capacity=capacity,
            horizon_days=horizon_days,
        )
        return await self._take(on, at, terms, name=name, email=normal.email(email))

    async def book_by_phone(self, on: date, at: time, *, number: str, **terms: Any) -> Booking:
        """Book a slot for a caller of whom the number alone is known; `terms` as for `book`.

        Raises:
            SlotTaken: no seat is left at that time.
            SlotClosed: see `toolkit.ports.SlotClosed`.
        """
        card = self.db.read(lambda c: identities.card(c, self.keyring, self.contact_id))
        name, email = card.name or number, card.email or ""
        return await self._take(on, at, offer.Terms(**terms), name=name, email=email)

    async def _take(
        self, on: date, at: time, terms: offer.Terms, *, name: str, email: str
    ) -> Booking:
        def unit(connection: Connection) -> dict[str, str]:
            return _recorded(self._book(connection, on, at, terms, name=name, email=email))

        return _booking(await self.once("booking", unit))

    def _book(
        self,
        connection: Connection,
        on: date,
        at: time,
        terms: offer.Terms,
        *,
        name: str,
        email: str,
    ) -> BookingRow:
        now = self.clock.now()
        starts_at = self._open(connection, on, at, terms, now=now)
        before = records.find_upcoming(
            connection,
            conversation_id=self.conversation_id,
            contact_id=self.contact_id,
            kind=terms.kind,
            now=now,
        )
        if before and self._is_same(before, starts_at, terms, name=name, email=email):
            return before
        if before:
            records.free_cells(connection, before.id)
            records.set_state(connection, before.id, "moved")
        row = self._row(before, starts_at, terms, name=name, email=email, now=now)
        records.add(connection, row)
        taken = _taken_between(connection, terms.kind)
        cells = terms.cells(starts_at)
        seat = terms.seat(starts_at, taken(cells[0], cells[-1] + offer.CELL))
        if seat is None or not records.take_cells(
            connection, kind=terms.kind, seat=seat, cells=cells, booking_id=row.id
        ):
            raise SlotTaken(self._near(connection, on, at, terms, now=now))
        self._remember(connection, name=name, email=email, now=now)
        return row

    def _open(
        self, connection: Connection, on: date, at: time, terms: offer.Terms, *, now: datetime
    ) -> datetime:
        starts_at = offer.instant(on, at, self.calendar.zone)
        why = offer.why_not(on, starts_at, hours=self.calendar, terms=terms, now=now)
        if why or starts_at is None:
            raise SlotClosed(why or "outside_hours", self._near(connection, on, at, terms, now=now))
        return starts_at

    def _near(
        self, connection: Connection, on: date, at: time, terms: offer.Terms, *, now: datetime
    ) -> list[Slot]:
        return offer.near(
            on,
            at,
            hours=self.calendar,
            terms=terms,
            now=now,
            taken_between=_taken_between(connection, terms.kind),
        )

    def _row(
        self,
        before: BookingRow | None,
        starts_at: datetime,
        terms: offer.Terms,
        *,
        name: str,
        email: str,
        now: datetime,
    ) -> BookingRow:
        booking_id = ids.new_id()
        return BookingRow(
            id=booking_id,
            event_id=before.event_id if before else booking_id,
            sequence=before.sequence + 1 if before else 0,
            reference=before.reference if before else f"B-{booking_id[-8:].upper()}",
            conversation_id=self.conversation_id,
            contact_id=self.contact_id,
            kind=terms.kind,
            starts_at=starts_at,
            ends_at=starts_at + terms.duration,
            name=self.keyring.seal("bookings|name", booking_id, name),
            email=self.keyring.seal("bookings|email", booking_id, email),
            state="booked",
            created_at=now,
            file_id=ids.new_id(),
        )

    def _is_same(
        self, row: BookingRow, starts_at: datetime, terms: offer.Terms, *, name: str, email: str
    ) -> bool:
        return (
            (row.starts_at, row.ends_at) == (starts_at, starts_at + terms.duration)
            and self.keyring.open("bookings|name", row.id, row.name) == name
            and self.keyring.open("bookings|email", row.id, row.email) == email
        )

    def _remember(self, connection: Connection, *, name: str, email: str, now: datetime) -> None:
        """Fill in what the contact's card lacks; a booking for somebody else renames nobody."""
        card = identities.card(connection, self.keyring, self.contact_id)
        identities.save_card(
            connection,
            self.keyring,
            now,
            self.contact_id,
            name=None if card.name or not email else name,  # a bare number names nobody
            email=None if card.email else email or None,
        )


def file(db: Database, file_id: str, *, organizer: ics.Organizer) -> tuple[str, str, bytes] | None:
    """Give name, media type and content of a booking's calendar file, as the booking stands now."""

    def newest(connection: Connection) -> BookingRow | None:
        event_id = records.find_event_of_file(connection, file_id)
        return records.find_newest(connection, event_id) if event_id else None

    row = db.read(newest)
    if row is None:
        return None
    return f"{row.kind}-{row.reference}.ics", "text/calendar", ics.render(row, organizer)


def _taken_between(connection: Connection, kind: str) -> offer.TakenBetween:
    return lambda first, end: records.taken(connection, kind=kind, first=first, end=end)


def _recorded(row: BookingRow) -> dict[str, str]:
    return {
        "id": row.id,
        "reference": row.reference,
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
        "file_id": row.file_id,
    }


def _booking(recorded: dict[str, Any]) -> Booking:
    return Booking(
        id=recorded["id"],
        reference=recorded["reference"],
        starts_at=datetime.fromisoformat(recorded["starts_at"]),
        ends_at=datetime.fromisoformat(recorded["ends_at"]),
        file_id=recorded["file_id"],
    )
