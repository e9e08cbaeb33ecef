"""What is done again and again so that conversations do not stay open for ever."""

from __future__ import annotations

from datetime import timedelta

from appliance.conversation import approvals, records
from appliance.conversation.values import State
from appliance.core.clock import Clock
from appliance.core.crypto import Keyring
from appliance.core.store import events
from appliance.core.store.database import Connection, Database


def close_idle(db: Database, clock: Clock, *, idle_h: float) -> int:
    """Close conversations in which nothing was said for a while; gives how many."""
    now = clock.now()
    before = now - timedelta(hours=idle_h)
    if not db.read(lambda c: records.idle(c, before)):
        return 0

    def unit(connection: Connection) -> int:
        idle = records.idle(connection, before)
        for conversation_id in idle:
            records.set_state(
                connection, conversation_id, state=State.CLOSED, owner=None, ended_at=now
            )
            events.record(connection, now, "conversation_end", conversation_id)
        return len(idle)

    return db.write_now(unit)


def expire_approvals(db: Database, keyring: Keyring, clock: Clock) -> int:
    """Close the questions nobody decided in time; gives how many."""
    now = clock.now()
    if not db.read(lambda c: approvals.any_due(c, now)):
        return 0
    return db.write_now(lambda c: approvals.expire(c, keyring, now))


def prune_events(db: Database, clock: Clock) -> int:
    """Delete events a week old; the rows they speak of stay."""
    return db.write_now(lambda c: events.prune(c, clock.now()))
