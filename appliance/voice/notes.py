"""A call that broke is not lost: somebody calls back."""

from __future__ import annotations

from appliance.assembly.house import Appliance
from appliance.conversation import tickets
from appliance.conversation.tickets import Ticket
from appliance.conversation.values import Conversation
from appliance.voice import wording


async def ask_for_a_person(house: Appliance, conversation: Conversation) -> Ticket:
    """Open a ticket for a call that broke.

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
            reason="call_failed",
            summary=wording.CALL_FAILED,
            department=None,
        )
    )
