"""The events table: what happened, for every process that wants to follow.

SQLite tells nobody of another process's commit. A follower polls `PRAGMA data_version` on a
connection of its own (about 5 us) and looks for rows only when it has moved.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from appliance.core import errors, logs
from appliance.core.store.database import Connection, Database
from appliance.core.store.tables import events

_log = logs.get(__name__)
_INSERT = events.insert()
_AFTER = (
    sa.select(events.c.id, events.c.kind, events.c.conversation_id, events.c.about)
    .where(events.c.id > sa.bindparam("after"))
    .order_by(events.c.id)
    .limit(500)
)
_LAST = sa.select(sa.func.coalesce(sa.func.max(events.c.id), 0))
_PRUNE = events.delete().where(events.c.at < sa.bindparam("before"))


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was committed. `about` holds ids and kinds, never personal data."""

    id: int
    kind: str
    conversation_id: str | None
    about: dict[str, Any]


def record(
    connection: Connection,
    now: datetime,
    kind: str,
    conversation_id: str | None = None,
    **about: str | int | bool | None,
) -> None:
    """Add an event in the caller's transaction."""
    connection.execute(
        _INSERT,
        {"kind": kind, "conversation_id": conversation_id, "about": about, "at": now},
    )


def after(connection: Connection, event_id: int) -> list[Event]:
    """List up to 500 events after one, oldest first."""
    rows = connection.execute(_AFTER, {"after": event_id})
    return [Event(row.id, row.kind, row.conversation_id, row.about or {}) for row in rows]


def last_id(connection: Connection) -> int:
    """Give the newest event's id, or 0."""
    return int(connection.execute(_LAST).scalar_one())


def prune(connection: Connection, now: datetime, *, keep: timedelta = timedelta(days=7)) -> int:
    """Delete old events; the rows they speak of stay."""
    return connection.execute(_PRUNE, {"before": now - keep}).rowcount


class Follower:
    """Hands every committed event of every process to a callback, in order."""

    def __init__(
        self,
        db: Database,
        heard: Callable[[list[Event]], Awaitable[None]],
        *,
        every_s: float = 0.1,
        after: int | None = None,
    ) -> None:
        self._db = db
        self._heard = heard
        self._every_s = every_s
        self._kicked = asyncio.Event()
        self._seen = db.read(last_id) if after is None else after

    def kick(self) -> None:
        """Look now: this process has just committed something."""
        self._kicked.set()

    async def run(self) -> None:
        """Follow until cancelled, from the event it was made with; trouble is logged, not fatal."""
        with self._db.reading.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            version = current = -1
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._every_s):
                        await self._kicked.wait()
                self._kicked.clear()
                try:
                    current = raw.execute("PRAGMA data_version").fetchone()[0]
                    if current != version:
                        await self._look()
                except (errors.Unavailable, sqlite3.OperationalError):
                    continue  # the next look finds the same
                except Exception as cause:  # noqa: BLE001 - whoever listens must go on listening
                    _log.error("an event was not heard", exc_info=cause)
                version = current

    async def _look(self) -> None:
        while True:
            found = self._db.read(lambda connection: after(connection, self._seen))
            if not found:
                return
            self._seen = found[-1].id
            await self._heard(found)
