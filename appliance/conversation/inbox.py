"""Recording a message once: contact, conversation and message in one durable transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from appliance.connectors.messages import InboundMessage
from appliance.contacts import identities
from appliance.conversation import records
from appliance.conversation.values import Accepted, Message, Role, State
from appliance.core import ids
from appliance.core.clock import Clock
from appliance.core.crypto import Keyring
from appliance.core.safe_text import storable
from appliance.core.store import events
from appliance.core.store.database import Connection, Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """Takes messages in. What `record` has answered is on the disk and will be answered."""

    db: Database
    keyring: Keyring
    clock: Clock
    region: Callable[[], str]

    async def record(self, message: InboundMessage) -> Accepted:
        """Keep a message; a repeat of its provider id changes nothing.

        Raises:
            Unavailable: the database is locked or full, and nothing was kept.
        """
        return await self.db.write(lambda connection: self._keep(connection, message))

    def _keep(self, connection: Connection, message: InboundMessage) -> Accepted:
        # A provider's id may hold a phone number: only its keyed hash is stored in the clear.
        known_as = self.keyring.blind(f"provider id of {message.channel}", message.provider_id)
        key = (message.channel, message.account, known_as.hex())
        known = records.find_accepted(connection, *key)
        if known is not None:
            return Accepted(
                known.message_id, known.conversation_id, known.contact_id, known.seq, repeated=True
            )
        now = self.clock.now()
        contact_id = identities.find_or_make(
            connection,
            self.keyring,
            now,
            kind=message.identity_kind,
            value=message.sender,
            channel=message.channel,
            region=self.region(),
        )
        conversation_id = self._conversation(connection, now, message, contact_id)
        kept = Message(
            id=ids.new_id(),
            contact_id=contact_id,
            conversation_id=conversation_id,
            seq=records.next_seq(connection, contact_id),
            role=Role.CONTACT,
            visible=True,
            text=storable(message.text),
            extras={"provider_id": message.provider_id},
            turn_id=None,
            at=now,
        )
        records.add_message(connection, self.keyring, kept)
        records.add_inbox(
            connection,
            self.keyring,
            message.raw,
            id=ids.new_id(),
            channel=message.channel,
            account=message.account,
            provider_id=known_as.hex(),
            message_id=kept.id,
            contact_id=contact_id,
            conversation_id=conversation_id,
            state="waiting",
            received_at=now,
        )
        events.record(
            connection, now, "message", conversation_id, contact_id=contact_id, message_id=kept.id
        )
        return Accepted(kept.id, conversation_id, contact_id, kept.seq, repeated=False)

    def _conversation(
        self, connection: Connection, now: datetime, message: InboundMessage, contact_id: str
    ) -> str:
        live = records.live_conversation(connection, contact_id, message.channel)
        if live is not None:
            records.touch(connection, live.id, now)
            return live.id
        conversation_id = ids.new_id()
        records.add_conversation(
            connection,
            id=conversation_id,
            contact_id=contact_id,
            channel=message.channel,
            account=message.account,
            state=State.OPEN,
            started_at=now,
            last_at=now,
        )
        events.record(connection, now, "conversation_start", conversation_id)
        return conversation_id
