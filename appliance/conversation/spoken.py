"""What a call leaves in the conversation beside its turns, and what of a reply was really heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from appliance.connectors.messages import Identity
from appliance.contacts import identities
from appliance.conversation import arrivals, entries, records
from appliance.conversation.values import Conversation, Message, Role
from appliance.core.crypto import Keyring
from appliance.core.safe_text import storable
from appliance.core.store.database import Connection

CHANNEL = "phone"
CUT = "[The caller spoke over the rest and did not hear it.]"


def begin(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    *,
    caller: Identity,
    account: str,
    region: str,
) -> Conversation:
    """Give the conversation a call belongs to: the caller's live one, or a new one."""
    contact_id = identities.find_or_make(
        connection,
        keyring,
        now,
        kind=caller.kind,
        value=caller.value,
        channel=CHANNEL,
        region=region,
    )
    return arrivals.conversation_of(connection, now, contact_id, CHANNEL, account)


def said(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    conversation: Conversation,
    text: str,
    extras: dict[str, Any],
    *,
    role: Role = Role.BOT,
) -> None:
    """Record words that belong to no turn: ours (the greeting), or what nobody has to answer."""
    entries.record(
        connection,
        keyring,
        now,
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        role=role,
        text=text,
        extras=extras,
    )


def heard(
    connection: Connection, keyring: Keyring, now: datetime, replies: Sequence[Message], words: str
) -> None:
    """Let replies that were interrupted say what was heard of them, in the record and to the model.

    `replies` are a turn's visible messages in order, `words` what was heard of all of them.
    """
    left = storable(words).strip()
    for message in replies:
        whole = message.text.strip()
        if left.startswith(whole):
            left = left[len(whole) :].strip()
            continue
        kept = dict(message.extras.get("langchain") or {})
        kept["content"] = f"{left} {CUT}".strip()
        extras = {**message.extras, "langchain": kept, "is_cut": True, "unheard": whole}
        records.change_words(
            connection,
            keyring,
            replace(message, text=f"{left} ..." if left else "...", extras=extras),
        )
        entries.tell(connection, now, message)
        left = ""
