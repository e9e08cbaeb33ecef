"""The sound of calls on the disk: `DATA/calls/ID`, sealed piece by piece as it comes.

A piece is its length (4 bytes, little endian) and what `Keyring.seal_bytes` made, bound to the call
and to its place among the pieces. What a killed process leaves opens up to its last whole piece.
The rows are the truth: a file without one that calls for it is swept.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from appliance.core import errors
from appliance.core.crypto import Keyring
from appliance.core.store.database import Connection, Database
from appliance.services.calls import records

FOLDER = "calls"

_PLACE = "voice_recordings|sound"
_LENGTH = struct.Struct("<I")


@dataclass(slots=True)
class Writing:
    """A recording that is being written."""

    keyring: Keyring
    path: Path
    _descriptor: int = -1
    _pieces: int = field(default=0, init=False)

    @classmethod
    def begin(cls, keyring: Keyring, folder: Path, call_id: str) -> Writing:
        """Begin a file.

        Raises:
            OSError: it cannot be written.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / call_id
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        return cls(keyring, path, os.open(path, flags, 0o600))

    def add(self, piece: bytes) -> None:
        """Seal a piece and bring it to the disk.

        Raises:
            OSError: it cannot be written; nothing of it counts.
        """
        sealed = self.keyring.seal_bytes(_PLACE, f"{self.path.name}|{self._pieces}", piece)
        end = os.fstat(self._descriptor).st_size
        whole = _LENGTH.pack(len(sealed)) + sealed
        if os.write(self._descriptor, whole) < len(whole):
            os.ftruncate(self._descriptor, end)
            raise OSError(f"{self.path} could not be written whole")
        os.fdatasync(self._descriptor)
        self._pieces += 1

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def read(keyring: Keyring, folder: Path, call_id: str) -> bytes:
    """Give a recording's sound.

    Raises:
        NotFound: there is none, or it holds nothing.
        Misconfigured: another key sealed it, or it was changed.
    """
    try:
        sealed = (folder / call_id).read_bytes()
    except FileNotFoundError:
        raise errors.NotFound(f"The call {call_id} has no recording.") from None
    sound = b"".join(
        keyring.open_bytes(_PLACE, f"{call_id}|{number}", piece)
        for number, piece in enumerate(_pieces(sealed))
    )
    if not sound:  # its process was killed in the first second
        raise errors.NotFound(f"The recording of the call {call_id} holds nothing.")
    return sound


def erase(
    db: Database,
    folder: Path,
    *,
    call_id: str | None = None,
    conversation_id: str | None = None,
    contact_id: str | None = None,
) -> int:
    """Erase the sound of one call, or of all of a conversation or contact; gives how many.

    The words stay: they belong to the conversation's messages.

    Raises:
        Refused: it is not said whose, or more than one is named.
    """
    if [call_id, conversation_id, contact_id].count(None) != 2:
        raise errors.Refused("Say whose: --call ID or --contact ID")

    def unit(connection: Connection) -> int:
        return records.erase_recordings(
            connection, call_id=call_id, conversation_id=conversation_id, contact_id=contact_id
        )

    erased = db.write_now(unit)
    sweep(db, folder)
    return erased


def care(db: Database, folder: Path, now: datetime, *, keep_days: int) -> None:
    """End what dead processes recorded, and erase what is old."""
    before = now - timedelta(days=keep_days)

    def unit(connection: Connection) -> None:
        records.keep_what_the_dead_recorded(connection)
        records.erase_recordings(connection, before=before)

    db.write_now(unit)
    sweep(db, folder)


def sweep(db: Database, folder: Path) -> None:
    """Remove the files that no row calls for: refused, erased, or of a row that never was."""
    there = [path for path in folder.glob("*") if path.is_file()]
    if there:  # listed before the rows are read: who begins writes the row first
        wanted = db.read(records.with_sound)
        for path in there:
            if path.name not in wanted:
                path.unlink(missing_ok=True)


def _pieces(sealed: bytes) -> Iterator[bytes]:
    """Cut a file into its pieces; a last one that is not whole was never finished."""
    at = 0
    while at + _LENGTH.size <= len(sealed):
        (length,) = _LENGTH.unpack_from(sealed, at)
        at += _LENGTH.size + length
        if at <= len(sealed):
            yield sealed[at - length : at]
