"""Messages that no turn of the bot writes: recorded, and told to whoever looks on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from appliance.conversation import records
from appliance.conversation.values import Message, Role
from appliance.core import ids
from appliance.core.crypto import Keyring
from appliance.core.safe_text import storable
from appliance.core.store import events
from appliance.core.store.database import Connection


def record(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    *,
    conversation_id: str,
    contact_id: str,
    role: Role,
    text: str,
    extras: dict[str, Any] | None = None,
) -> Message:
    """Record what somebody wrote or said in a conversation, and tell of it."""
    message = Message(
        id=ids.new_id(),
        contact_id=contact_id,
        conversation_id=conversation_id,
        seq=records.next_seq(connection, contact_id),
        role=role,
        visible=True,
        text=storable(text),
        extras=extras or {},
        turn_id=None,
        at=now,
    )
    records.add_message(connection, keyring, message)
    tell(connection, now, message)
    return message


def tell(connection: Connection, now: datetime, message: Message) -> None:
    """Tell that a message is new, or says something else now."""
    events.record(
        connection,
        now,
        "message",
        message.conversation_id,
        contact_id=message.contact_id,
        message_id=message.id,
    )
