"""Whether a call has asked for a person."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.assembly.house import Appliance
from appliance.conversation import tickets
from appliance.conversation.tickets import Ticket
from appliance.core.store.database import Connection

_Seen = tuple[str, str, int]


@dataclass(slots=True, kw_only=True)
class Asked:
    """What a call has asked people for. `ticket` is the newest by which it did."""

    house: Appliance
    conversation_id: str
    ticket: Ticket | None = None
    _seen: _Seen = ("", "", 0)

    def __post_init__(self) -> None:
        _, self._seen = self._look()

    def again(self) -> Ticket | None:
        """Find the ticket by which it has asked since the last look, be it in the same words."""
        found, seen = self._look()
        is_same, self._seen = seen == self._seen, seen
        if found is None or is_same:
            return None
        self.ticket = found
        return found

    def _look(self) -> tuple[Ticket | None, _Seen]:
        def query(connection: Connection) -> tuple[Ticket | None, int]:
            return (
                tickets.find_open(connection, self.house.keyring, self.conversation_id),
                tickets.times_asked(connection, self.conversation_id),
            )

        found, times = self.house.db.read(query)
        # Its words and no more: a colleague who takes it meanwhile has asked for nothing.
        return found, (found.id, found.summary, times) if found else ("", "", times)
