"""The history of configs: remembered by content, one of them active, any of them to go back to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from appliance.config import load, model, records
from appliance.config.problems import Steps, field_name
from appliance.config.records import Version
from appliance.core import audit, errors
from appliance.core.store import events, notes
from appliance.core.store.database import Connection, Database

__all__ = [
    "Change",
    "Version",
    "activate",
    "active",
    "by_id",
    "config_of",
    "diff",
    "find",
    "history",
    "last_good",
    "live",
    "remember",
]

_ID_CHARACTERS = 12


@dataclass(frozen=True, slots=True)
class Change:
    """A place at which two configs differ. None stands for a value that is not there."""

    field: str
    before: Any
    after: Any


def remember(database: Database, now: datetime, loaded: load.Loaded, who: str) -> str:
    """Keep a loaded config and make it the active one; gives its version id.

    The same content keeps its id, and making the active one active again changes nothing.

    Raises:
        Refused: the config has errors.
    """
    config = loaded.config
    if config is None:
        raise errors.Refused(
            f"The config was not taken over: problems found: {len(loaded.errors)}. "
            "`appliance config validate` lists them."
        )
    version_id = loaded.digest[:_ID_CHARACTERS]
    values = {
        "id": version_id,
        "digest": loaded.digest,
        "schema_version": config.version,
        "yaml": loaded.text,
        "content": config.model_dump(mode="json"),
        "created_at": now,
        "activated_at": None,
        "active": False,
        "who": who,
    }

    def unit(connection: Connection) -> str:
        records.keep(connection, values)
        activate(connection, now, version_id, who)
        return version_id

    return database.write_now(unit)


def activate(connection: Connection, now: datetime, version_id: str, who: str) -> bool:
    """Make a kept version the active one and write it into the audit; False where it already was.

    Either way the tools of MCP servers are trusted anew, as their servers list them next.

    Raises:
        NotFound: there is no such version.
    """
    version = by_id(connection, version_id)
    before = records.active(connection)
    if notes.forget(connection, notes.MCP_PINS):  # their tools are taken as they are from now on
        audit.record(connection, now, who, "mcp.trust_anew", version=version_id)
    if version.active:
        events.record(connection, now, "config", version=version_id)
        return False
    records.retire(connection)
    records.activate(connection, version_id, now)
    audit.record(
        connection, now, who, "config.activate",
        version=version_id, before=before.id if before else None,
    )  # fmt: skip
    events.record(connection, now, "config", version=version_id)
    return True


def active(database: Database) -> Version | None:
    """Find the version in use."""
    return database.read(records.active)


def last_good(database: Database) -> Version | None:
    """Find the version to run on when the file is broken: the active one, else the last active."""
    return database.read(
        lambda connection: records.active(connection) or records.latest(connection)
    )


def by_id(connection: Connection, version_id: str) -> Version:
    """Get a version by its id.

    Raises:
        NotFound: there is none.
    """
    found = records.by_id(connection, version_id)
    if found is None:
        raise errors.NotFound(
            f"There is no config version {version_id[:40]!r}. "
            "`appliance config history` lists them."
        )
    return found


def find(database: Database, name: str) -> Version:
    """Get a version by what people call it: its id, its number, or `active`.

    Raises:
        NotFound: there is none.
    """

    def query(connection: Connection) -> Version:
        if name == "active":
            found = records.active(connection)
        elif name.isascii() and name.isdigit() and len(name) < _ID_CHARACTERS:
            found = records.by_number(connection, int(name))
        else:
            found = None
        return found or by_id(connection, name)

    return database.read(query)


def history(database: Database, most: int = 100) -> list[Version]:
    """List the newest versions first."""
    return database.read(lambda connection: records.history(connection, most))


def config_of(version: Version) -> model.BotConfig:
    """Give the typed config of a version, as it was accepted then.

    Raises:
        Misconfigured: this release no longer knows what the version says.
    """
    try:
        return model.BotConfig.model_validate(version.content)
    except ValueError as cause:
        raise errors.Misconfigured(
            f"Config version {version.id} was made for another release and does not fit this one. "
            "Activate a file that `appliance config validate` accepts."
        ) from cause


def live(database: Database) -> model.BotConfig | None:
    """Give the config in use; None where none is.

    Raises:
        Misconfigured: this release no longer knows what it says.
    """
    version = active(database)
    return config_of(version) if version else None


def diff(before: Any, after: Any) -> list[Change]:
    """List the places at which two configs (as plain JSON values) differ, in order.

    Lists of named things (`id`, `name`, `on`) are compared by name, so that an insertion is one
    change.
    """
    return list(_changes(before, after, ()))


def _changes(before: Any, after: Any, steps: Steps) -> Iterator[Change]:
    if before == after and type(before) is type(after):
        return
    before, after = _keyed(before, after)
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _changes(before.get(key), after.get(key), (*steps, key))
    elif before != after:
        yield Change(field_name(steps), before, after)


def _keyed(before: Any, after: Any) -> tuple[Any, Any]:
    """Turn two lists into sections by name or position, so that they compare alike."""
    if not (isinstance(before, list) and isinstance(after, list)):
        return before, after
    for key in ("id", "name", "on"):
        named = [_by_name(items, key) for items in (before, after)]
        if all(found is not None for found in named):
            return named[0], named[1]
    if all(isinstance(item, dict | list) for item in (*before, *after)):
        return dict(enumerate(before)), dict(enumerate(after))
    return before, after


def _by_name(items: list[Any], key: str) -> dict[Any, Any] | None:
    if not all(isinstance(item, dict) and key in item for item in items):
        return None
    named = {item[key]: item for item in items}
    return named if len(named) == len(items) else None
