"""The turn record: begun with the lane's lease, closed in one transaction with all it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from appliance.conversation import records
from appliance.conversation.outbox import records as outbox
from appliance.conversation.run import Invocation
from appliance.conversation.tables import tool_invocations, turns
from appliance.conversation.values import Conversation, Draft, Message
from appliance.core import ids
from appliance.core.crypto import Keyring
from appliance.core.store import events
from appliance.core.store.database import Connection

_RECORD = "turns|record"
_ADD = turns.insert()
_RUNNING = (
    sa.select(turns.c.id, turns.c.attempts, turns.c.conversation_id, turns.c.began_at)
    .where(
        turns.c.contact_id == sa.bindparam("contact"),
        turns.c.conversation_id == sa.bindparam("conversation"),
        turns.c.state == "running",
    )
    .order_by(turns.c.id)
    .limit(1)
)
_END_RUNNING = (
    turns.update()
    .where(
        turns.c.contact_id == sa.bindparam("contact"),
        turns.c.conversation_id == sa.bindparam("conversation"),
        turns.c.state == "running",
    )
    .values(state="failed", ended_at=sa.bindparam("present", type_=turns.c.ended_at.type))
)
_AGAIN = (
    turns.update()
    .where(turns.c.id == sa.bindparam("turn"))
    .values(attempts=turns.c.attempts + 1, state="running")
)
_VERSION = sa.select(turns.c.config_version, turns.c.attempts, turns.c.conversation_id).where(
    turns.c.id == sa.bindparam("turn")
)
_CLOSE = (
    turns.update()
    .where(turns.c.id == sa.bindparam("turn"))
    .values(
        state=sa.bindparam("end_state"),
        ended_at=sa.bindparam("ended", type_=turns.c.ended_at.type),
        provider=sa.bindparam("by_provider"),
        model=sa.bindparam("by_model"),
        tokens_in=sa.bindparam("tokens_given"),
        tokens_out=sa.bindparam("tokens_made"),
        cost=sa.bindparam("price"),
        latency_ms=sa.bindparam("took_ms"),
        limit_hit=sa.bindparam("limit_name"),
        record=sa.bindparam("sealed"),
    )
)
_NO_ATTEMPTS = turns.update().where(turns.c.id == sa.bindparam("turn")).values(attempts=0)
_ADD_INVOCATION = tool_invocations.insert()


@dataclass(frozen=True, slots=True)
class Closing:
    """How a turn ends; tokens are counts, latency in milliseconds.

    `cost` is a decimal as text, None where a price is not known.
    """

    state: str
    provider: str | None
    model: str | None
    tokens_in: int
    tokens_out: int
    cost: str | None
    latency_ms: int
    limit_hit: str | None
    record: dict[str, Any]


def running(connection: Connection, conversation: Conversation) -> Any | None:
    """Find a turn of this conversation that began and never ended: its process died."""
    parameters = {"contact": conversation.contact_id, "conversation": conversation.id}
    return connection.execute(_RUNNING, parameters).first()


def end_running(connection: Connection, now: datetime, conversation: Conversation) -> None:
    """Give up turns that died and whose words were answered otherwise."""
    connection.execute(
        _END_RUNNING,
        {"contact": conversation.contact_id, "conversation": conversation.id, "present": now},
    )


def begin(connection: Connection, now: datetime, conversation: Conversation, version: str) -> str:
    """Record that a turn begins; gives its id."""
    turn_id = ids.new_id()
    connection.execute(
        _ADD,
        {
            "id": turn_id,
            "conversation_id": conversation.id,
            "contact_id": conversation.contact_id,
            "state": "running",
            "attempts": 1,
            "config_version": version,
            "began_at": now,
        },
    )
    return turn_id


def again(connection: Connection, turn_id: str) -> None:
    """Record that a turn starts over."""
    connection.execute(_AGAIN, {"turn": turn_id})


def find(connection: Connection, turn_id: str) -> Any | None:
    """Find a turn's config_version, attempts and conversation_id."""
    return connection.execute(_VERSION, {"turn": turn_id}).first()


def close(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    conversation: Conversation,
    turn_id: str,
    closing: Closing,
    *,
    drafts: Sequence[Draft],
    invocations: Sequence[Invocation],
    proof: Sequence[dict[str, Any]],
) -> list[Message]:
    """Write everything a turn leaves: messages, outbox, invocations, its record, events."""
    written = _messages(connection, now, conversation, turn_id, drafts)
    records.add_messages(connection, keyring, written)
    for message in written:
        if message.visible:
            events.record(
                connection,
                now,
                "message",
                conversation.id,
                contact_id=conversation.contact_id,
                message_id=message.id,
            )
            outbox.enqueue(connection, now, conversation, message, proof)
    for invocation in invocations:
        _add_invocation(connection, keyring, conversation.id, turn_id, invocation)
    connection.execute(
        _CLOSE,
        {
            "turn": turn_id,
            "end_state": closing.state,
            "ended": now,
            "by_provider": closing.provider,
            "by_model": closing.model,
            "tokens_given": closing.tokens_in,
            "tokens_made": closing.tokens_out,
            "price": closing.cost,
            "took_ms": closing.latency_ms,
            "limit_name": closing.limit_hit,
            "sealed": keyring.seal_json(_RECORD, turn_id, closing.record),
        },
    )
    if closing.state == "parked":  # waiting for a person is no crash
        connection.execute(_NO_ATTEMPTS, {"turn": turn_id})
    records.touch(connection, conversation.id, now)
    return written


def record_of(connection: Connection, keyring: Keyring, turn_id: str) -> dict[str, Any]:
    """Give a closed turn's record: what replay and audit read."""
    sealed = connection.execute(sa.select(turns.c.record).where(turns.c.id == turn_id)).scalar()
    opened: dict[str, Any] = keyring.open_json(_RECORD, turn_id, sealed) if sealed else {}
    return opened


def _messages(
    connection: Connection,
    now: datetime,
    conversation: Conversation,
    turn_id: str,
    drafts: Sequence[Draft],
) -> list[Message]:
    first = records.next_seq(connection, conversation.contact_id) if drafts else 0
    return [
        Message(
            id=ids.new_id(),
            contact_id=conversation.contact_id,
            conversation_id=conversation.id,
            seq=seq,
            role=draft.role,
            visible=draft.visible,
            text=draft.text,
            extras=draft.extras,
            turn_id=turn_id,
            at=now,
        )
        for seq, draft in enumerate(drafts, first)
    ]


def _add_invocation(
    connection: Connection,
    keyring: Keyring,
    conversation_id: str,
    turn_id: str,
    invocation: Invocation,
) -> None:
    invocation_id = ids.new_id()
    connection.execute(
        _ADD_INVOCATION,
        {
            "id": invocation_id,
            "conversation_id": conversation_id,
            "turn_id": turn_id,
            "tool": invocation.tool,
            "arguments": keyring.seal_json(
                "tool_invocations|arguments", invocation_id, invocation.arguments
            ),
            "result": keyring.seal("tool_invocations|result", invocation_id, invocation.result),
            "status": invocation.status,
            "error": invocation.error,
            "started_at": invocation.started_at,
            "completed_at": invocation.completed_at,
            "duration_ms": invocation.duration_ms,
        },
    )
