"""The store and the keys, open: what every process begins with."""

from __future__ import annotations

import contextlib
import getpass
from dataclasses import dataclass
from pathlib import Path

from appliance.access import secrets
from appliance.core import crypto, errors
from appliance.core.clock import Clock, SystemClock
from appliance.core.crypto import Keyring
from appliance.core.settings import Settings
from appliance.core.store import notes, schema
from appliance.core.store.database import Connection, Database

CORE = "core.db"
KEY_CHECK = "key_check"


@dataclass(frozen=True, slots=True)
class Office:
    """The open store of this install, its keys, and who is at the keyboard."""

    settings: Settings
    clock: Clock
    db: Database
    keyring: Keyring

    @property
    def who(self) -> str:
        """The local user's name, for the audit."""
        with contextlib.suppress(OSError, KeyError):
            return getpass.getuser()
        return "unknown"

    def has_secret(self, name: str) -> bool:
        """Tell whether a secret has a value."""
        return secrets.exists(self.db, name)

    def secret(self, name: str) -> str | None:
        """Find a secret's value."""
        return secrets.find(self.db, self.keyring, name)

    def close(self) -> None:
        """Close the store."""
        self.db.close()


def open_office(settings: Settings, clock: Clock | None = None) -> Office:
    """Open folders, store and keys; another process may have them open too.

    Raises:
        Misconfigured: folders, schema or keys are not what they must be.
    """
    _usable(settings.data_dir)
    db = Database(settings.data_dir / CORE, busy_timeout_s=settings.busy_timeout_s)
    try:
        schema.prepare(db)
        keyring = _keys(settings, db)
    except BaseException:
        db.close()
        raise
    return Office(settings, clock or SystemClock(settings.clock_start), db, keyring)


def _usable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".write-probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as cause:
        raise errors.Misconfigured(
            f"The folder {folder} cannot be written ({cause.strerror}). Give it to the user that "
            "runs the appliance, or name another one in APPLIANCE_DATA_DIR and APPLIANCE_KEYS_DIR."
        ) from None


def _keys(settings: Settings, db: Database) -> Keyring:
    """Open the keys and hold them against what the data was sealed with."""
    expected = db.read(lambda c: notes.find(c, KEY_CHECK))
    keyring = crypto.load_or_create(settings.keys_dir, data_is_new=expected is None)
    if expected is None:
        expected = db.write_now(lambda c: _remember_key(c, keyring))
    if expected != keyring.check_value:
        raise errors.Misconfigured(
            f"The key in {settings.keys_dir} is not the one this data was sealed with. Put the "
            "right key file back; with this one nothing could be read."
        )
    return keyring


def _remember_key(connection: Connection, keyring: Keyring) -> str:
    """Record the key's check value, unless another process was faster; gives what stands."""
    known = notes.find(connection, KEY_CHECK)
    if known is None:
        notes.put(connection, KEY_CHECK, keyring.check_value)
        known = keyring.check_value
    return known
