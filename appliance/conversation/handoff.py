"""Bringing in a person: the port tools use, and what the desk does when a turn fails."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.calendar import Calendar
from appliance.conversation import tickets
from appliance.conversation.toolbox import Caller
from appliance.core.clock import Clock
from appliance.core.crypto import Keyring
from appliance.core.store.database import Connection
from appliance.toolkit import ports


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketedHandoffs:
    """Implements `toolkit.ports.Handoffs` with tickets."""

    keyring: Keyring
    clock: Clock
    calendar: Calendar
    departments: frozenset[str]
    caller: Caller

    async def ask(
        self, *, reason: str, summary: str, department: str | None = None
    ) -> ports.Ticket:
        """Open a ticket, once."""

        def unit(connection: Connection) -> dict[str, str | None]:
            ticket = tickets.open_for(
                connection,
                self.keyring,
                self.clock.now(),
                conversation_id=self.caller.conversation_id,
                contact_id=self.caller.contact_id,
                reason=reason,
                summary=summary,
                department=department if department in self.departments else None,
            )
            return {
                "id": ticket.id,
                "reference": ticket.reference,
                "department": ticket.department,
            }

        kept = await self.caller.once("ticket", unit)
        now = self.clock.now()
        open_now = self.calendar.is_open(now)
        return ports.Ticket(
            id=kept["id"],
            reference=kept["reference"],
            department=kept["department"],
            open_now=open_now,
            next_open_at=None if open_now else self.calendar.next_open(now),
        )
