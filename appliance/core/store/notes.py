"""Facts about the install, one short value by name: heartbeats, probes, when things were done."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from appliance.core.store.database import Connection
from appliance.core.store.tables import install

JOBS_HEARTBEAT = "jobs_heartbeat"
PHONE = "phone"
"""How the phone is: JSON with `at`, `state` (ok, warn or off) and `says`."""
MCP_PINS = "mcp_pin|"
"""Begins the notes of what MCP servers' tools were when the config was activated."""

_NEW = insert(install)
_PUT = _NEW.on_conflict_do_update(
    index_elements=[install.c.name], set_={"value": _NEW.excluded.value}
)
_BEGINS = sa.func.substr(install.c.name, 1, sa.bindparam("length")) == sa.bindparam("beginning")
_BEGINNING = sa.select(install.c.name, install.c.value).where(_BEGINS)
_FORGET = install.delete().where(_BEGINS)
_FIND = sa.select(install.c.value).where(install.c.name == sa.bindparam("wanted"))


def put(connection: Connection, name: str, value: str) -> None:
    """Write a value, in place of the one that was there."""
    connection.execute(_PUT, {"name": name, "value": value})


def find(connection: Connection, name: str) -> str | None:
    """Give a value, or None where nothing was written."""
    value: str | None = connection.execute(_FIND, {"wanted": name}).scalar()
    return value


def beginning(connection: Connection, beginning: str) -> dict[str, str]:
    """Give all notes whose names begin so, by name."""
    rows = connection.execute(_BEGINNING, {"beginning": beginning, "length": len(beginning)})
    return {row.name: row.value for row in rows}


def forget(connection: Connection, beginning: str) -> int:
    """Drop all notes whose names begin so; gives how many there were."""
    return connection.execute(_FORGET, {"beginning": beginning, "length": len(beginning)}).rowcount
