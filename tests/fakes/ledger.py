"""What an appliance's store holds, read by a test from outside: a faults test's last word."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from appliance.contacts.tables import identities
from appliance.conversation import tables, turns
from appliance.core import crypto
from appliance.core.store.database import Connection, Database
from appliance.services.bookings.tables import booking_cells, bookings


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn as recorded; `messages` are the ids of the messages it answered."""

    id: str
    contact_id: str
    state: str
    limit_hit: str | None
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The rows, read in one go. `contacts` by visitor id; `replies` counts visible ones by turn."""

    contacts: dict[str, str]
    turns: tuple[Turn, ...]
    inbox: tuple[Any, ...]
    replies: Counter[str]
    booked: tuple[Any, ...]
    cells: tuple[Any, ...]

    @property
    def waiting(self) -> int:
        """How many messages nobody has answered."""
        return sum(row.state == "waiting" for row in self.inbox)

    def turns_of(self, visitor: str) -> list[Turn]:
        """List a visitor's turns, oldest first."""
        return [turn for turn in self.turns if turn.contact_id == self.contacts.get(visitor)]

    def bookings_of(self, visitor: str) -> list[Any]:
        """List what a visitor has booked and not moved."""
        return [row for row in self.booked if row.contact_id == self.contacts.get(visitor)]


def read(folder: Path) -> Ledger:
    """Read an appliance's folder, running or not."""
    keyring = crypto.load_or_create(folder / "keys", data_is_new=False)
    database = Database(folder / "data" / "core.db", busy_timeout_s=10)
    try:
        return database.read(lambda connection: _read(connection, keyring))
    finally:
        database.close()


def _read(connection: Connection, keyring: crypto.Keyring) -> Ledger:
    rows = connection.execute(sa.select(identities).where(identities.c.kind == "visitor"))
    contacts = {keyring.open("identities|value", row.id, row.value): row.contact_id for row in rows}
    said = tables.messages.c
    replies = connection.execute(
        sa.select(said.turn_id).where(said.role == "bot", said.visible == sa.literal(1, sa.Integer))
    ).scalars()
    found = connection.execute(sa.select(tables.turns).order_by(tables.turns.c.id)).all()
    return Ledger(
        contacts=contacts,
        turns=tuple(
            Turn(
                row.id,
                row.contact_id,
                row.state,
                row.limit_hit,
                tuple(turns.record_of(connection, keyring, row.id).get("messages", ())),
            )
            for row in found
        ),
        inbox=tuple(connection.execute(sa.select(tables.inbox))),
        replies=Counter(replies),
        booked=tuple(connection.execute(sa.select(bookings).where(bookings.c.state == "booked"))),
        cells=tuple(connection.execute(sa.select(booking_cells))),
    )
