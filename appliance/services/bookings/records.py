"""The SQL of bookings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from appliance.core.store.database import Connection
from appliance.services.bookings.tables import booking_cells, bookings


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRow:
    """A booking as stored; `name` and `email` are sealed."""

    id: str
    event_id: str
    sequence: int
    reference: str
    conversation_id: str
    contact_id: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    name: bytes
    email: bytes
    state: str
    created_at: datetime
    file_id: str


_COLUMNS = [bookings.c[name] for name in BookingRow.__dataclass_fields__]
_ADD = bookings.insert()
_TAKE = booking_cells.insert()
_FREE = booking_cells.delete().where(booking_cells.c.booking_id == sa.bindparam("id_"))
_FREE_OF = booking_cells.delete().where(
    booking_cells.c.booking_id.in_(
        sa.select(bookings.c.id).where(bookings.c.contact_id == sa.bindparam("contact"))
    )
)
_TAKEN = sa.select(booking_cells.c.seat, booking_cells.c.cell_at).where(
    booking_cells.c.kind == sa.bindparam("kind_"),
    booking_cells.c.cell_at >= sa.bindparam("first"),
    booking_cells.c.cell_at < sa.bindparam("end"),
)
_STATE = (
    bookings.update()
    .where(bookings.c.id == sa.bindparam("id_"))
    .values(state=sa.bindparam("state_"))
)
_UPCOMING = (
    sa.select(*_COLUMNS)
    .where(
        bookings.c.conversation_id == sa.bindparam("conversation"),
        bookings.c.contact_id == sa.bindparam("contact"),
        bookings.c.kind == sa.bindparam("kind_"),
        bookings.c.state == "booked",
        bookings.c.starts_at > sa.bindparam("now"),
    )
    .order_by(bookings.c.created_at.desc(), bookings.c.id.desc())
    .limit(1)
)
_STARTING = (
    sa.select(*_COLUMNS)
    .where(
        bookings.c.state == "booked",
        bookings.c.starts_at > sa.bindparam("first"),
        bookings.c.starts_at <= sa.bindparam("end"),
    )
    .order_by(bookings.c.starts_at)
)
_BY_ID = sa.select(*_COLUMNS).where(bookings.c.id == sa.bindparam("id_"))
_BY_FILE = sa.select(bookings.c.event_id).where(bookings.c.file_id == sa.bindparam("file"))
_NEWEST = (
    sa.select(*_COLUMNS)
    .where(bookings.c.event_id == sa.bindparam("event"))
    .order_by(bookings.c.sequence.desc())
    .limit(1)
)


def add(connection: Connection, row: BookingRow) -> None:
    """Record a booking."""
    connection.execute(_ADD, asdict(row))


def take_cells(
    connection: Connection, *, kind: str, seat: int, cells: Sequence[datetime], booking_id: str
) -> bool:
    """Occupy one seat's cells; False where the unique index refuses, another holding one."""
    try:
        connection.execute(
            _TAKE,
            [
                {"kind": kind, "seat": seat, "cell_at": cell, "booking_id": booking_id}
                for cell in cells
            ],
        )
    except IntegrityError:
        return False
    return True


def free_cells(connection: Connection, booking_id: str) -> None:
    """Give up what a booking occupies."""
    connection.execute(_FREE, {"id_": booking_id})


def free_cells_of(connection: Connection, contact_id: str) -> None:
    """Give up what all bookings of a contact occupy."""
    connection.execute(_FREE_OF, {"contact": contact_id})


def taken(
    connection: Connection, *, kind: str, first: datetime, end: datetime
) -> set[tuple[int, datetime]]:
    """Give the occupied (seat, cell) pairs from `first` up to, not including, `end`."""
    found = connection.execute(_TAKEN, {"kind_": kind, "first": first, "end": end})
    return {(seat, cell) for seat, cell in found}


def set_state(connection: Connection, booking_id: str, state: str) -> None:
    """Note that a booking was moved or cancelled."""
    connection.execute(_STATE, {"id_": booking_id, "state_": state})


def find_upcoming(
    connection: Connection, *, conversation_id: str, contact_id: str, kind: str, now: datetime
) -> BookingRow | None:
    """Find the newest booking of a contact in a conversation that is still to come."""
    row = connection.execute(
        _UPCOMING,
        {"conversation": conversation_id, "contact": contact_id, "kind_": kind, "now": now},
    ).first()
    return BookingRow(**row._mapping) if row else None


def starting(connection: Connection, first: datetime, end: datetime) -> list[BookingRow]:
    """List the bookings that hold and start after `first`, up to `end`, in order."""
    rows = connection.execute(_STARTING, {"first": first, "end": end})
    return [BookingRow(**row._mapping) for row in rows]


def find(connection: Connection, booking_id: str) -> BookingRow | None:
    """Find a booking by id."""
    row = connection.execute(_BY_ID, {"id_": booking_id}).first()
    return BookingRow(**row._mapping) if row else None


def find_event_of_file(connection: Connection, file_id: str) -> str | None:
    """Find which event a calendar file stands for."""
    return connection.execute(_BY_FILE, {"file": file_id}).scalar()


def find_newest(connection: Connection, event_id: str) -> BookingRow | None:
    """Find the booking that holds for an event after all its moves."""
    row = connection.execute(_NEWEST, {"event": event_id}).first()
    return BookingRow(**row._mapping) if row else None
