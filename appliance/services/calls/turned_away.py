"""Calls that no bot took: each leaves its row as well."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from appliance.connectors.messages import Identity
from appliance.conversation import spoken
from appliance.core.crypto import Keyring
from appliance.core.store.database import Connection
from appliance.services.calls import records
from appliance.services.calls.values import Figures


class Untaken(StrEnum):
    """Why no bot took a call.

    `left`: the caller hung up before one came. `forwarded`: they were sent to voice.phone.fallback.
    """

    BUSY = "busy"
    UNANSWERED = "unanswered"
    LEFT = "left"
    FORWARDED = "forwarded"


# The worker's clock and the server's are not read at the same moment.
_SLACK = timedelta(seconds=1)


def record(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    *,
    caller: Identity,
    called: str,
    kind: str,
    rang_s: float,
    why: Untaken,
    region: str,
) -> None:
    """Record a call that was not answered; unless it was sent on, it was lost.

    Where the caller of one that `left` had a bot after all, its own row stands.
    """
    conversation = spoken.begin(
        connection, keyring, now, caller=caller, account=called, region=region
    )
    began = now - timedelta(seconds=rang_s)
    if why is Untaken.LEFT and records.has_begun(
        connection, conversation.contact_id, began - _SLACK
    ):
        return
    call_id = records.begin(
        connection,
        began,
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        kind=kind,
        direction="inbound",
        alive_until=now,
    )
    records.end(connection, now, call_id, Figures(), outcome=why, handoff=None)
    if why is not Untaken.FORWARDED:
        records.lose(connection, now, call_id)
