"""The config room's SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from appliance.config.tables import config_versions
from appliance.core.store.database import Connection

_COLUMNS = config_versions.c
_KEEP = sqlite.insert(config_versions).on_conflict_do_nothing(index_elements=[_COLUMNS.digest])
_RETIRE = (
    config_versions.update()
    .where(_COLUMNS.active.is_(sa.literal_column("1")))
    .values(active=sa.literal_column("0"))
)
_ACTIVATE = (
    config_versions.update()
    .where(_COLUMNS.id == sa.bindparam("wanted"))
    .values(active=sa.literal_column("1"), activated_at=sa.bindparam("at"))
)
_ALL = sa.select(config_versions)
_ACTIVE = _ALL.where(_COLUMNS.active.is_(sa.literal_column("1")))
_BY_ID = _ALL.where(_COLUMNS.id == sa.bindparam("id"))
_BY_NUMBER = _ALL.where(_COLUMNS.number == sa.bindparam("number"))
_LATEST = (
    _ALL.where(_COLUMNS.activated_at.is_not(None))
    .order_by(_COLUMNS.activated_at.desc(), _COLUMNS.number.desc())
    .limit(1)
)
_HISTORY = _ALL.order_by(_COLUMNS.number.desc()).limit(sa.bindparam("most"))


@dataclass(frozen=True, slots=True)
class Version:
    """A config that was accepted. `content` is its canonical JSON, `yaml` the file's text."""

    number: int
    id: str
    digest: str
    schema_version: str
    yaml: str
    content: dict[str, Any]
    created_at: datetime
    activated_at: datetime | None
    active: bool
    who: str


def keep(connection: Connection, values: dict[str, Any]) -> None:
    """Keep a version; one that is there already stays as it is."""
    connection.execute(_KEEP, values)


def retire(connection: Connection) -> None:
    """Leave no version active."""
    connection.execute(_RETIRE)


def activate(connection: Connection, version_id: str, at: datetime) -> None:
    """Mark a version active since an instant."""
    connection.execute(_ACTIVATE, {"wanted": version_id, "at": at})


def active(connection: Connection) -> Version | None:
    """Find the version in use."""
    return _one(connection.execute(_ACTIVE))


def latest(connection: Connection) -> Version | None:
    """Find the version that was put into use last."""
    return _one(connection.execute(_LATEST))


def by_id(connection: Connection, version_id: str) -> Version | None:
    """Find a version by its id."""
    return _one(connection.execute(_BY_ID, {"id": version_id}))


def by_number(connection: Connection, number: int) -> Version | None:
    """Find a version by its number."""
    return _one(connection.execute(_BY_NUMBER, {"number": number}))


def history(connection: Connection, most: int) -> list[Version]:
    """List the newest versions first."""
    return [_version(row) for row in connection.execute(_HISTORY, {"most": most})]


def _one(rows: sa.CursorResult[Any]) -> Version | None:
    row = rows.first()
    return None if row is None else _version(row)


def _version(row: sa.Row[Any]) -> Version:
    return Version(**row._mapping)
