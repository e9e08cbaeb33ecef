"""The SQL of model calls: one statement a function."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from appliance.core import ids
from appliance.core.store.database import Connection
from appliance.models import ledger
from appliance.models.ledger import ModelCall
from appliance.models.tables import model_calls

_ADD = model_calls.insert()
_SUM = sa.select(sa.func.coalesce(sa.func.sum(model_calls.c.cost_nanos), 0)).where(
    model_calls.c.currency == sa.bindparam("money")
)
_SINCE = _SUM.where(model_calls.c.at >= sa.bindparam("since", type_=model_calls.c.at.type))
_IN_CONVERSATION = _SUM.where(model_calls.c.conversation_id == sa.bindparam("conversation"))
_EACH = (
    sa.select(
        model_calls.c.at,
        model_calls.c.provider,
        model_calls.c.model,
        model_calls.c.outcome,
        model_calls.c.tokens_in,
        model_calls.c.tokens_cached,
        model_calls.c.tokens_out,
        model_calls.c.is_estimate,
        model_calls.c.cost_nanos,
        model_calls.c.currency,
    )
    .where(model_calls.c.at >= sa.bindparam("since", type_=model_calls.c.at.type))
    .order_by(model_calls.c.at)
)


def add(
    connection: Connection,
    now: datetime,
    call: ModelCall,
    *,
    turn_id: str | None,
    conversation_id: str | None,
) -> None:
    """Record a call."""
    connection.execute(
        _ADD,
        {
            "id": ids.new_id(),
            "turn_id": turn_id,
            "conversation_id": conversation_id,
            "provider": call.provider,
            "model": call.model,
            "outcome": call.outcome,
            "tokens_in": call.used.read,
            "tokens_cached": call.used.cached,
            "tokens_out": call.used.written,
            "is_estimate": call.used.is_estimate,
            "cost_nanos": ledger.nanos(call.cost),
            "currency": call.currency,
            "latency_ms": call.latency_ms,
            "at": now,
        },
    )


def spent_since(connection: Connection, since: datetime, currency: str) -> int:
    """Sum the known costs since an instant, in billionths."""
    return int(connection.execute(_SINCE, {"since": since, "money": currency}).scalar_one())


def spent_in(connection: Connection, conversation_id: str, currency: str) -> int:
    """Sum the known costs of a conversation, in billionths."""
    found = connection.execute(
        _IN_CONVERSATION, {"conversation": conversation_id, "money": currency}
    )
    return int(found.scalar_one())


def since(connection: Connection, moment: datetime) -> list[Any]:
    """List the calls since an instant, oldest first."""
    return list(connection.execute(_EACH, {"since": moment}))
