"""Calls that the warden ended because no bot took them: each leaves its row, and was lost."""

from __future__ import annotations

from datetime import datetime, timedelta

from appliance.connectors.messages import Identity
from appliance.conversation import spoken
from appliance.core.crypto import Keyring
from appliance.core.store.database import Connection
from appliance.services.calls import records
from appliance.services.calls.values import Figures


def record(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    *,
    caller: Identity,
    called: str,
    kind: str,
    rang_s: float,
    outcome: str,
    region: str,
) -> str:
    """Record a call that was not answered; gives its id. `outcome`: busy, or unanswered."""
    conversation = spoken.begin(
        connection, keyring, now, caller=caller, account=called, region=region
    )
    call_id = records.begin(
        connection,
        now - timedelta(seconds=rang_s),
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        kind=kind,
        direction="inbound",
        alive_until=now,
    )
    records.end(connection, now, call_id, Figures(), outcome=outcome, handoff=None)
    records.lose(connection, now, call_id)
    return call_id
