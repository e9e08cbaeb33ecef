"""The SQL of calls we owe: one statement a function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from appliance.core.effects import State
from appliance.core.store.database import Connection
from appliance.services.dials.tables import call_wishes, dial_attempts, dials


@dataclass(frozen=True, slots=True, kw_only=True)
class DialRow:
    """A call we owe as stored; `number` and `reason` are sealed."""

    id: str
    origin: str
    contact_id: str
    number: bytes
    number_blind: bytes
    reason: bytes
    state: str
    attempts: int
    next_attempt_at: datetime | None
    lease_until: datetime | None
    expires_at: datetime
    code: str | None
    created_by: str
    created_at: datetime
    answered_at: datetime | None


_ROW = sa.select(*(dials.c[name] for name in DialRow.__dataclass_fields__))
_DUE = (
    _ROW.where(
        dials.c.state == "queued",
        dials.c.next_attempt_at <= sa.bindparam("present", type_=dials.c.next_attempt_at.type),
    )
    .order_by(dials.c.next_attempt_at)
    .limit(sa.bindparam("most"))
)
_LEFT = _ROW.where(
    dials.c.state == "sending",
    dials.c.lease_until < sa.bindparam("present", type_=dials.c.lease_until.type),
)
_NEW_WISH = insert(call_wishes)
_WISH = _NEW_WISH.on_conflict_do_update(
    index_elements=[call_wishes.c.contact_id],
    set_={name: _NEW_WISH.excluded[name] for name in ("may_call", "said_by", "at")},
)


def add(connection: Connection, row: DialRow) -> bool:
    """Record a call we owe; False where its origin has one already."""
    made = insert(dials).on_conflict_do_nothing(index_elements=["origin"])
    values = {name: getattr(row, name) for name in DialRow.__dataclass_fields__}
    return connection.execute(made, values).rowcount > 0


def find(connection: Connection, dial_id: str) -> DialRow | None:
    """Find one by id."""
    return _row(connection.execute(_ROW.where(dials.c.id == dial_id)).first())


def find_by_origin(connection: Connection, origin: str) -> DialRow | None:
    """Find one by what asks for it."""
    return _row(connection.execute(_ROW.where(dials.c.origin == origin)).first())


def due(connection: Connection, now: datetime, *, most: int) -> list[DialRow]:
    """List what is to be dialled now, the longest waiting first."""
    return _rows(connection.execute(_DUE, {"present": now, "most": most}))


def left(connection: Connection, now: datetime) -> list[DialRow]:
    """List what is being dialled by a process that has given no word in time."""
    return _rows(connection.execute(_LEFT, {"present": now}))


def newest(connection: Connection, *, most: int) -> list[DialRow]:
    """List the newest first."""
    return _rows(connection.execute(_ROW.order_by(dials.c.created_at.desc()).limit(most)))


def change(connection: Connection, dial_id: str, *, only: Sequence[State], **columns: Any) -> bool:
    """Change columns of one that stands in one of the states `only`; False where it does not."""
    changed = (
        dials.update().where(dials.c.id == dial_id, dials.c.state.in_(list(only))).values(**columns)
    )
    return connection.execute(changed).rowcount > 0


def begin_attempt(connection: Connection, attempt_id: str, row: DialRow, now: datetime) -> None:
    """Record that it is dialled for the next time."""
    made = {
        "id": attempt_id,
        "dial_id": row.id,
        "ordinal": row.attempts + 1,
        "number_blind": row.number_blind,
        "began_at": now,
    }
    connection.execute(dial_attempts.insert(), made)


def end_attempt(
    connection: Connection, dial_id: str, ordinal: int, now: datetime, answer: str
) -> None:
    """Record how an attempt ended."""
    connection.execute(
        dial_attempts.update()
        .where(dial_attempts.c.dial_id == dial_id, dial_attempts.c.ordinal == ordinal)
        .values(ended_at=now, answer=answer)
    )


def drop_attempt(connection: Connection, dial_id: str, ordinal: int) -> None:
    """Forget an attempt that was not made."""
    connection.execute(
        dial_attempts.delete().where(
            dial_attempts.c.dial_id == dial_id, dial_attempts.c.ordinal == ordinal
        )
    )


def answers_of(connection: Connection, dial_id: str) -> list[str | None]:
    """List how the attempts ended, in order; None is under way."""
    found = sa.select(dial_attempts.c.answer).where(dial_attempts.c.dial_id == dial_id)
    return list(connection.execute(found.order_by(dial_attempts.c.ordinal)).scalars())


def count_since(connection: Connection, since: datetime, number: bytes | None = None) -> int:
    """Count the attempts since an instant, to one number or to all."""
    counted = sa.select(sa.func.count()).where(dial_attempts.c.began_at >= since)
    if number is not None:
        counted = counted.where(dial_attempts.c.number_blind == number)
    return int(connection.execute(counted).scalar_one())


def save_wish(
    connection: Connection, now: datetime, contact_id: str, *, may_call: bool, said_by: str
) -> None:
    """Record whether a contact wishes to be called; the latest word holds."""
    said = {"contact_id": contact_id, "may_call": may_call, "said_by": said_by, "at": now}
    connection.execute(_WISH, said)


def wishes_of(connection: Connection, contacts: Sequence[str]) -> list[bool]:
    """List what contacts have said of being called; nothing of those who have said nothing."""
    said = sa.select(call_wishes.c.may_call).where(call_wishes.c.contact_id.in_(list(contacts)))
    return list(connection.execute(said).scalars())


def _rows(found: Any) -> list[DialRow]:
    return [DialRow(**row._mapping) for row in found]


def _row(row: Any) -> DialRow | None:
    return DialRow(**row._mapping) if row is not None else None
