"""Secrets by name: from the environment, or sealed in the database.

`APPLIANCE_SECRET_<NAME>` wins over the database, so that an orchestrator's secret needs no copy.
Values are never listed, logged or shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from appliance.access import records
from appliance.core import errors, settings
from appliance.core.crypto import Keyring
from appliance.core.store import events
from appliance.core.store.database import Connection, Database

LONGEST = 65_536

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_PLACE = "secrets|value"


@dataclass(frozen=True, slots=True)
class Listed:
    """A secret as people may see it. `source` is `environment` or `store`."""

    name: str
    source: str
    set_at: datetime | None
    set_by: str | None


def find(database: Database, keyring: Keyring, name: str) -> str | None:
    """Find a secret's value, or None.

    Raises:
        Misconfigured: the stored value was sealed with another key.
    """
    given = settings.secret_from_environment(name)
    if given:
        return given
    sealed = database.read(lambda connection: records.sealed_value(connection, name))
    return None if sealed is None else keyring.open(_PLACE, name, sealed)


def exists(database: Database, name: str) -> bool:
    """Tell whether a secret has a value, without opening it."""
    if settings.secret_from_environment(name):
        return True
    return database.read(lambda connection: records.is_there(connection, name))


def save(
    connection: Connection, keyring: Keyring, now: datetime, *, name: str, value: str, who: str
) -> None:
    """Seal a value under a name, in place of an older one.

    Raises:
        Refused: the name is none, or the value is empty or too long.
    """
    check_name(name)
    if not value:
        raise errors.Refused(f"The secret {name} would be empty. Give its value on standard input.")
    if len(value) > LONGEST:
        raise errors.TooLarge(
            f"The value for {name} has {len(value)} characters, more than {LONGEST}. "
            "Check that it is the right file."
        )
    records.save(connection, name, keyring.seal(_PLACE, name, value), now, who)
    events.record(connection, now, "secret", name=name)  # channels are opened anew with it


def listed(database: Database, wanted: frozenset[str] = frozenset()) -> list[Listed]:
    """List secrets by name: the stored ones, and those of `wanted` that the environment gives.

    The environment's names cannot be told back from its variables, so a config's references are
    asked for by `wanted`.
    """
    kept = {row.name: row for row in database.read(records.listed)}
    found = []
    for name in sorted({*kept, *wanted}):
        row = kept.get(name)
        if settings.secret_from_environment(name):
            found.append(Listed(name, "environment", None, None))
        elif row is not None:
            found.append(Listed(name, "store", row.set_at, row.set_by))
    return found


def remove(connection: Connection, name: str) -> None:
    """Forget a stored secret.

    Raises:
        NotFound: nothing is stored under the name.
    """
    if not records.remove(connection, name):
        raise errors.NotFound(
            f"No secret {name} is stored. `appliance secrets list` shows what there is."
        )


@dataclass(slots=True, kw_only=True)
class AllValues:
    """Every secret's value, for those who see to it that none gets out.

    The store is asked each time whether it has changed, and read again only then.
    """

    db: Database
    keyring: Keyring
    _stamp: object = None
    _values: tuple[str, ...] = ()

    def __call__(self) -> tuple[str, ...]:
        """Give the values; the environment's stay as the process found them."""
        stamp = self.db.read(records.stamp)
        if stamp != self._stamp:
            sealed = self.db.read(records.sealed_values)
            stored = [self.keyring.open(_PLACE, name, value) for name, value in sealed]
            self._values = (*settings.secrets_in_environment(), *stored)
            self._stamp = stamp
        return self._values


def check_name(name: str) -> None:
    """Raise Refused unless a name can be a secret's."""
    if not _NAME.fullmatch(name):
        raise errors.Refused(
            f"{name[:64]!r} cannot name a secret. Use small letters, digits and -, e.g. openai-key."
        )
