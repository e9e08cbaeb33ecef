"""What a call writes into its caller's conversation, spoken or by keys."""

from __future__ import annotations

from typing import Any

from appliance.assembly.house import Appliance
from appliance.conversation import spoken, tickets
from appliance.conversation.tickets import Ticket
from appliance.conversation.values import Conversation, Role
from appliance.voice import wording
from appliance.voice.values import IncomingCall


async def begin(house: Appliance, call: IncomingCall) -> Conversation:
    """Find or open the conversation a call belongs to.

    Raises:
        Unavailable: the appliance is in safe mode, or its store cannot be written.
    """
    region = house.bots.the_live().config.client.region
    return await house.db.write(
        lambda c: spoken.begin(
            c,
            house.keyring,
            house.clock.now(),
            caller=call.identity,
            account=call.called or "",
            region=region,
        )
    )


async def said(
    house: Appliance,
    conversation: Conversation,
    text: str,
    extras: dict[str, Any],
    *,
    role: Role = Role.BOT,
) -> None:
    """Record words that belong to no turn.

    Raises:
        Unavailable: the store cannot be written.
    """
    await house.db.write(
        lambda c: spoken.said(
            c, house.keyring, house.clock.now(), conversation, text, extras, role=role
        )
    )


async def ask_for_a_person(
    house: Appliance,
    conversation: Conversation,
    *,
    reason: str = "call_failed",
    summary: str = wording.CALL_FAILED,
) -> Ticket:
    """Open a ticket; by itself for a call that broke: somebody calls back.

    Raises:
        Unavailable: the store cannot be written.
    """
    return await house.db.write(
        lambda c: tickets.open_for(
            c,
            house.keyring,
            house.clock.now(),
            conversation_id=conversation.id,
            contact_id=conversation.contact_id,
            reason=reason,
            summary=summary,
            department=None,
        )
    )
