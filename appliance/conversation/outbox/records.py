"""The SQL of the outbox: one statement a function."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from appliance.conversation.outbox.values import DIRECT, Outgoing, Stop
from appliance.conversation.tables import inbox, messages, outbox, stopped_channels
from appliance.conversation.values import Conversation, Message
from appliance.core import ids
from appliance.core.effects import State
from appliance.core.store.database import Connection

_ADD = outbox.insert()
_ROW = sa.select(
    outbox.c.id,
    outbox.c.message_id,
    outbox.c.part,
    outbox.c.conversation_id,
    outbox.c.contact_id,
    outbox.c.channel,
    outbox.c.account,
    outbox.c.state,
    outbox.c.attempts,
    outbox.c.next_attempt_at,
    outbox.c.lease_until,
    outbox.c.provider_key,
    outbox.c.code,
    outbox.c.why,
    outbox.c.created_at,
)
_BY_ID = _ROW.where(outbox.c.id == sa.bindparam("wanted"))
_BY_PROVIDER = _ROW.where(outbox.c.provider_key == sa.bindparam("known_as")).limit(1)
_OPEN = (
    _ROW.join(messages, messages.c.id == outbox.c.message_id)
    .where(
        outbox.c.contact_id == sa.bindparam("contact"),
        outbox.c.channel == sa.bindparam("on_channel"),
        outbox.c.state.in_(("queued", "sending")),
    )
    .order_by(messages.c.seq, outbox.c.part)
)
_DUE = (
    sa.select(outbox.c.contact_id, outbox.c.channel)
    .where(
        sa.or_(
            sa.and_(
                outbox.c.state == "queued",
                outbox.c.next_attempt_at
                <= sa.bindparam("before", type_=outbox.c.next_attempt_at.type),
            ),
            sa.and_(
                outbox.c.state == "sending",
                outbox.c.lease_until <= sa.bindparam("present", type_=outbox.c.lease_until.type),
            ),
        )
    )
    .distinct()
    .limit(1000)
)
_TAKE = (
    outbox.update()
    .where(outbox.c.id == sa.bindparam("wanted"))
    .values(
        state="sending",
        attempts=outbox.c.attempts + 1,
        lease_until=sa.bindparam("until", type_=outbox.c.lease_until.type),
    )
)
_SETTLE = (
    outbox.update()
    .where(
        outbox.c.id == sa.bindparam("wanted"),
        # A late end of an earlier attempt says nothing of this one.
        outbox.c.attempts == sa.bindparam("attempt"),
        outbox.c.state.in_(("sending", "unknown")),
    )
    .values(
        state=sa.bindparam("end_state"),
        next_attempt_at=sa.bindparam("next_at", type_=outbox.c.next_attempt_at.type),
        lease_until=None,
        provider_key=sa.func.coalesce(sa.bindparam("known_as"), outbox.c.provider_key),
        code=sa.bindparam("error_code"),
        why=sa.bindparam("reason"),
        sent_at=sa.func.coalesce(
            sa.bindparam("at_sent", type_=outbox.c.sent_at.type), outbox.c.sent_at
        ),
    )
)
_NAME = (
    outbox.update()
    .where(outbox.c.id == sa.bindparam("wanted"), outbox.c.provider_key.is_(None))
    .values(provider_key=sa.bindparam("known_as"))
)
_REPORT = (
    outbox.update()
    .where(outbox.c.id == sa.bindparam("wanted"))
    .values(
        state=sa.bindparam("end_state"),
        next_attempt_at=sa.bindparam("next_at", type_=outbox.c.next_attempt_at.type),
        lease_until=None,
        provider_key=sa.bindparam("known_as"),
        code=sa.bindparam("error_code"),
        why=sa.bindparam("reason"),
        sent_at=sa.func.coalesce(
            outbox.c.sent_at, sa.bindparam("at_sent", type_=outbox.c.sent_at.type)
        ),
        reported_at=sa.bindparam("present", type_=outbox.c.reported_at.type),
    )
)
_AGAIN = (
    outbox.update()
    .where(
        outbox.c.id == sa.bindparam("wanted"),
        outbox.c.state.in_(("failed", "unknown", "dead")),
    )
    .values(
        state="queued",
        attempts=0,
        provider_key=None,
        created_at=sa.bindparam("present", type_=outbox.c.created_at.type),
        next_attempt_at=sa.bindparam("present", type_=outbox.c.next_attempt_at.type),
    )
)
_STUCK = (
    _ROW.where(outbox.c.state.in_(("failed", "unknown", "dead")))
    .order_by(outbox.c.created_at.desc())
    .limit(sa.bindparam("most"))
)
_COUNTS = (
    sa.select(outbox.c.state, sa.func.count())
    .where(outbox.c.state.in_(("queued", "sending")))
    .group_by(outbox.c.state)
    .union_all(
        sa.select(outbox.c.state, sa.func.count())
        .where(outbox.c.state.in_(("failed", "unknown", "dead")))
        .group_by(outbox.c.state)
    )
)
_OLDEST = sa.select(sa.func.min(outbox.c.created_at)).where(
    outbox.c.state.in_(("queued", "sending"))
)
_HEARD = (
    sa.select(inbox.c.sent_at)
    .join(messages, messages.c.id == inbox.c.message_id)
    .where(
        messages.c.contact_id == sa.bindparam("contact"),
        messages.c.role == "contact",
        inbox.c.channel == sa.bindparam("on_channel"),
    )
    .order_by(messages.c.seq.desc())
    .limit(1)
)
_NEW_STOP = insert(stopped_channels)
_STOP = _NEW_STOP.on_conflict_do_update(
    index_elements=[stopped_channels.c.channel],
    set_={"code": _NEW_STOP.excluded.code, "why": _NEW_STOP.excluded.why},
)
_GO_ON = stopped_channels.delete().where(stopped_channels.c.channel == sa.bindparam("on_channel"))
_STOPS = sa.select(stopped_channels).order_by(stopped_channels.c.channel)
_IS_STOPPED = sa.select(sa.literal(1)).where(
    stopped_channels.c.channel == sa.bindparam("on_channel")
)
_WAKE = (
    outbox.update()
    .where(
        outbox.c.channel == sa.bindparam("on_channel"),
        outbox.c.state == "queued",
        outbox.c.next_attempt_at > sa.bindparam("present", type_=outbox.c.next_attempt_at.type),
    )
    .values(next_attempt_at=sa.bindparam("present", type_=outbox.c.next_attempt_at.type))
)


def enqueue(
    connection: Connection,
    now: datetime,
    conversation: Conversation,
    message: Message,
    proof: Sequence[Any],
) -> None:
    """Record that a message leaves; in the transaction that writes it."""
    is_direct = conversation.channel in DIRECT
    connection.execute(
        _ADD,
        {
            "id": ids.new_id(),
            "message_id": message.id,
            "part": 0,
            "conversation_id": conversation.id,
            "contact_id": conversation.contact_id,
            "channel": conversation.channel,
            "account": conversation.account,
            "state": "sent" if is_direct else "queued",
            "attempts": int(is_direct),
            "next_attempt_at": None if is_direct else now,
            "proof": list(proof),
            "created_at": now,
            "sent_at": now if is_direct else None,
        },
    )


def add_parts(connection: Connection, first: Outgoing, count: int) -> None:
    """Add the further parts of a message whose first part is about to be sent; again: nothing."""
    add = insert(outbox).on_conflict_do_nothing(index_elements=["message_id", "part"])
    for part in range(1, count):
        connection.execute(
            add,
            {
                "id": ids.new_id(),
                "message_id": first.message_id,
                "part": part,
                "conversation_id": first.conversation_id,
                "contact_id": first.contact_id,
                "channel": first.channel,
                "account": first.account,
                "state": "queued",
                "attempts": 0,
                "next_attempt_at": first.created_at,
                "proof": [],
                "created_at": first.created_at,
            },
        )


def find(connection: Connection, outgoing_id: str) -> Outgoing | None:
    """Find a part by our id."""
    return _outgoing(connection.execute(_BY_ID, {"wanted": outgoing_id}).first())


def find_by_provider(connection: Connection, known_as: bytes) -> Outgoing | None:
    """Find a part by the keyed hash of the provider's id."""
    return _outgoing(connection.execute(_BY_PROVIDER, {"known_as": known_as}).first())


def open_rows(connection: Connection, contact_id: str, channel: str) -> list[Outgoing]:
    """List what has still to be sent to a contact on a channel, in order."""
    rows = connection.execute(_OPEN, {"contact": contact_id, "on_channel": channel})
    return [found for row in rows if (found := _outgoing(row))]


def due(connection: Connection, now: datetime, before: datetime) -> list[tuple[str, str]]:
    """List contact and channel where something is due since `before` or was left by the dead."""
    rows = connection.execute(_DUE, {"before": before, "present": now})
    return [(row.contact_id, row.channel) for row in rows]


def take(connection: Connection, outgoing_id: str, until: datetime) -> None:
    """Write the intent to send."""
    connection.execute(_TAKE, {"wanted": outgoing_id, "until": until})


def settle(
    connection: Connection,
    outgoing: Outgoing,
    state: State,
    *,
    attempt: int,
    next_at: datetime | None = None,
    provider_key: bytes | None = None,
    code: str | None = None,
    why: str | None = None,
    sent_at: datetime | None = None,
) -> bool:
    """Write how an attempt ended; False where something else has decided it meanwhile."""
    done = connection.execute(
        _SETTLE,
        {
            "wanted": outgoing.id,
            "attempt": attempt,
            "end_state": state,
            "next_at": next_at,
            "known_as": provider_key,
            "error_code": code,
            "reason": why,
            "at_sent": sent_at,
        },
    )
    return done.rowcount > 0


def name(connection: Connection, outgoing_id: str, provider_key: bytes) -> None:
    """Keep the provider's id where none is known yet."""
    connection.execute(_NAME, {"wanted": outgoing_id, "known_as": provider_key})


def report(
    connection: Connection,
    now: datetime,
    outgoing: Outgoing,
    state: State,
    *,
    provider_key: bytes | None,
    next_at: datetime | None = None,
    code: str | None = None,
    why: str | None = None,
    sent_at: datetime | None = None,
) -> None:
    """Write what the provider reported of a part."""
    connection.execute(
        _REPORT,
        {
            "wanted": outgoing.id,
            "end_state": state,
            "next_at": next_at,
            "known_as": provider_key,
            "error_code": code,
            "reason": why,
            "at_sent": sent_at,
            "present": now,
        },
    )


def again(connection: Connection, now: datetime, outgoing_id: str) -> bool:
    """Queue a stuck part anew; False where it is not stuck."""
    return connection.execute(_AGAIN, {"wanted": outgoing_id, "present": now}).rowcount > 0


def stuck(connection: Connection, *, most: int) -> list[Outgoing]:
    """List what was not sent, or may not have been, newest first."""
    rows = connection.execute(_STUCK, {"most": most})
    return [found for row in rows if (found := _outgoing(row))]


def counts(connection: Connection) -> dict[str, int]:
    """Count what is on its way and what is stuck, by state."""
    return {row[0]: int(row[1]) for row in connection.execute(_COUNTS)}


def oldest_open(connection: Connection) -> datetime | None:
    """Give since when the oldest unsent part waits."""
    found: datetime | None = connection.execute(_OLDEST).scalar()
    return found


def heard_at(connection: Connection, contact_id: str, channel: str) -> datetime | None:
    """Give the contact's own time of their last message on a channel."""
    asked = {"contact": contact_id, "on_channel": channel}
    found: datetime | None = connection.execute(_HEARD, asked).scalar()
    return found


def stop(
    connection: Connection, now: datetime, channel: str, *, code: str | None, why: str
) -> None:
    """Let a channel send nothing until a person acts."""
    connection.execute(_STOP, {"channel": channel, "code": code, "why": why, "since": now})


def go_on(connection: Connection, now: datetime, channel: str) -> bool:
    """Let a channel send again, at once; False where it was not stopped."""
    if not connection.execute(_GO_ON, {"on_channel": channel}).rowcount:
        return False
    connection.execute(_WAKE, {"on_channel": channel, "present": now})
    return True


def stops(connection: Connection) -> list[Stop]:
    """List the channels that must not send."""
    rows = connection.execute(_STOPS)
    return [Stop(row.channel, row.code, row.why, row.since) for row in rows]


def is_stopped(connection: Connection, channel: str) -> bool:
    """Tell whether a channel must not send."""
    return connection.execute(_IS_STOPPED, {"on_channel": channel}).first() is not None


def _outgoing(row: Any) -> Outgoing | None:
    if row is None:
        return None
    return Outgoing(
        id=row.id,
        message_id=row.message_id,
        part=row.part,
        conversation_id=row.conversation_id,
        contact_id=row.contact_id,
        channel=row.channel,
        account=row.account,
        state=State(row.state),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        lease_until=row.lease_until,
        provider_key=row.provider_key,
        code=row.code,
        why=row.why,
        created_at=row.created_at,
    )
