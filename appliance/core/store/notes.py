"""Facts about the install, one short value by name: heartbeats, probes, when things were done."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from appliance.core.store.database import Connection
from appliance.core.store.tables import install

JOBS_HEARTBEAT = "jobs_heartbeat"

_NEW = insert(install)
_PUT = _NEW.on_conflict_do_update(
    index_elements=[install.c.name], set_={"value": _NEW.excluded.value}
)
_FIND = sa.select(install.c.value).where(install.c.name == sa.bindparam("wanted"))


def put(connection: Connection, name: str, value: str) -> None:
    """Write a value, in place of the one that was there."""
    connection.execute(_PUT, {"name": name, "value": value})


def find(connection: Connection, name: str) -> str | None:
    """Give a value, or None where nothing was written."""
    value: str | None = connection.execute(_FIND, {"wanted": name}).scalar()
    return value
