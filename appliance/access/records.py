"""The gate house's SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from appliance.access.tables import secrets
from appliance.core.store.database import Connection

_INSERT = sqlite.insert(secrets)
_SAVE = _INSERT.on_conflict_do_update(
    index_elements=[secrets.c.name],
    set_={
        "value": _INSERT.excluded.value,
        "set_at": _INSERT.excluded.set_at,
        "set_by": _INSERT.excluded.set_by,
    },
)
_VALUE = sa.select(secrets.c.value).where(secrets.c.name == sa.bindparam("name"))
_IS_THERE = sa.select(sa.literal(1)).where(secrets.c.name == sa.bindparam("name"))
_ALL = sa.select(secrets.c.name, secrets.c.set_at, secrets.c.set_by).order_by(secrets.c.name)
_STAMP = sa.select(sa.func.count(), sa.func.max(secrets.c.set_at)).select_from(secrets)
_VALUES = sa.select(secrets.c.name, secrets.c.value)
_REMOVE = secrets.delete().where(secrets.c.name == sa.bindparam("wanted"))


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored secret without its value."""

    name: str
    set_at: datetime
    set_by: str


def save(connection: Connection, name: str, sealed: bytes, at: datetime, who: str) -> None:
    """Keep a sealed value under a name, in place of an older one."""
    connection.execute(_SAVE, {"name": name, "value": sealed, "set_at": at, "set_by": who})


def sealed_value(connection: Connection, name: str) -> bytes | None:
    """Find the sealed value of a name."""
    value = connection.execute(_VALUE, {"name": name}).scalar()
    return None if value is None else bytes(value)


def is_there(connection: Connection, name: str) -> bool:
    """Tell whether a name has a value."""
    return connection.execute(_IS_THERE, {"name": name}).first() is not None


def listed(connection: Connection) -> list[Kept]:
    """List what is kept, by name."""
    return [Kept(row.name, row.set_at, row.set_by) for row in connection.execute(_ALL)]


def stamp(connection: Connection) -> tuple[int, datetime | None]:
    """Give what differs once a value is set or removed."""
    count, newest = connection.execute(_STAMP).one()
    return count, newest


def sealed_values(connection: Connection) -> list[tuple[str, bytes]]:
    """List every name with its sealed value."""
    return [(row.name, bytes(row.value)) for row in connection.execute(_VALUES)]


def remove(connection: Connection, name: str) -> bool:
    """Forget a name; tells whether it was there."""
    return connection.execute(_REMOVE, {"wanted": name}).rowcount > 0
