"""What messages carry: a row each, and a sealed file beside the database once it was fetched."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from appliance.conversation.tables import attachments
from appliance.core.crypto import Keyring
from appliance.core.store.database import Connection

_DUE = (
    sa.select(attachments)
    .where(
        attachments.c.state == "waiting",
        attachments.c.next_attempt_at
        <= sa.bindparam("present", type_=attachments.c.next_attempt_at.type),
    )
    .order_by(attachments.c.created_at)
    .limit(sa.bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something a message carries. `media` is what connectors.messages.Media is made of."""

    id: str
    message_id: str
    channel: str
    media: dict[str, Any]
    attempts: int
    created_at: datetime


def any_due(connection: Connection, now: datetime) -> bool:
    """Tell whether anything has to be fetched now."""
    return connection.execute(_DUE, {"present": now, "most": 1}).first() is not None


def due(connection: Connection, keyring: Keyring, now: datetime, *, most: int) -> list[Attachment]:
    """List what has to be fetched now, oldest first."""
    return [
        Attachment(
            id=row.id,
            message_id=row.message_id,
            channel=row.channel,
            media=keyring.open_json("attachments|media", row.id, row.media),
            attempts=row.attempts,
            created_at=row.created_at,
        )
        for row in connection.execute(_DUE, {"present": now, "most": most})
    ]


def later(connection: Connection, wanted: Attachment, at: datetime | None, why: str) -> None:
    """Note that a fetch failed; without a next instant it is given up."""
    _set(
        connection,
        wanted,
        state="waiting" if at else "gone",
        attempts=wanted.attempts + 1,
        next_attempt_at=at,
        why=why,
    )


def lost(connection: Connection, wanted: Attachment, why: str) -> None:
    """Note that it will never be fetched."""
    _set(connection, wanted, state="gone", next_attempt_at=None, why=why)


def kept(connection: Connection, wanted: Attachment, size_bytes: int) -> None:
    """Note that its file is there."""
    _set(connection, wanted, state="kept", next_attempt_at=None, why=None, size_bytes=size_bytes)


def write(keyring: Keyring, folder: Path, wanted: Attachment, content: bytes) -> None:
    """Seal bytes into a file of their own, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / f"{wanted.id}.part"
    with part.open("wb") as file:
        file.write(keyring.seal("attachments|content", wanted.id, content.decode("latin-1")))
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / wanted.id)


def read(keyring: Keyring, folder: Path, attachment_id: str) -> bytes:
    """Give the bytes of a kept attachment."""
    sealed = (folder / attachment_id).read_bytes()
    return keyring.open("attachments|content", attachment_id, sealed).encode("latin-1")


def _set(connection: Connection, wanted: Attachment, **columns: Any) -> None:
    connection.execute(attachments.update().where(attachments.c.id == wanted.id).values(**columns))
