"""Recording what comes in once: contact, conversation and message in one durable transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from appliance.connectors.messages import Inbound, InboundMessage, Kind
from appliance.contacts import identities
from appliance.conversation import arrivals, entries, records, tickets, wording
from appliance.conversation.door import Door
from appliance.conversation.outbox import records as outbox
from appliance.conversation.values import Accepted, Conversation, Message, Role, State
from appliance.core import ids
from appliance.core.clock import Clock
from appliance.core.crypto import Keyring
from appliance.core.effects import Patience
from appliance.core.store.database import Connection, Database

# A provider repeats for days what we could not take; older words are for a person, not for the bot.
_STALE = timedelta(hours=24)
_UNREADABLE = {Kind.IMAGE, Kind.VIDEO, Kind.AUDIO, Kind.DOCUMENT, Kind.UNSUPPORTED}


@dataclass(slots=True)
class Taken:
    """What became of a batch: new and repeated messages, and whose outbox has work again."""

    accepted: list[Accepted] = field(default_factory=list)
    to_send: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """Takes messages in. What `record` and `take` have answered is on the disk."""

    db: Database
    keyring: Keyring
    clock: Clock
    region: Callable[[], str]
    patience: Patience = field(default_factory=Patience)
    door: Door = field(default_factory=Door)

    async def record(self, message: InboundMessage) -> Accepted:
        """Keep a message; a repeat of its provider id changes nothing.

        Raises:
            Unavailable: the database is locked or full, and nothing was kept.
        """
        taken = await self.take([message])
        return taken.accepted[0]

    async def take(self, batch: Sequence[Inbound]) -> Taken:
        """Keep everything a provider sent at once, or nothing of it.

        Raises:
            Unavailable: the database is locked or full, and nothing was kept.
        """
        with self.door.entering():
            return await self.db.write(lambda connection: self._take(connection, batch))

    def _take(self, connection: Connection, batch: Sequence[Inbound]) -> Taken:
        taken = Taken()
        for each in batch:
            if isinstance(each, InboundMessage):
                self._keep(connection, each, taken)
            else:
                arrivals.apply(
                    connection,
                    self.keyring,
                    self.clock.now(),
                    each,
                    region=self.region(),
                    patience=self.patience,
                    to_send=taken.to_send,
                )
        return taken

    def _keep(self, connection: Connection, message: InboundMessage, taken: Taken) -> None:
        key = arrivals.key_of(self.keyring, message.channel, message.account, message.provider_id)
        known = records.find_accepted(connection, *key)
        if known is not None:
            taken.accepted.append(
                Accepted(
                    known.message_id,
                    known.conversation_id,
                    known.contact_id,
                    known.seq,
                    repeated=True,
                )
            )
            return
        now = self.clock.now()
        contact_id = identities.find_or_make(
            connection,
            self.keyring,
            now,
            kind=message.identity_kind,
            value=message.sender,
            also=[(each.kind, each.value) for each in message.also],
            channel=message.channel,
            region=self.region(),
        )
        conversation = arrivals.conversation_of(
            connection, now, contact_id, message.channel, message.account
        )
        kept = entries.record(
            connection,
            self.keyring,
            now,
            conversation_id=conversation.id,
            contact_id=contact_id,
            role=Role.CONTACT,
            text=message.text,
            extras=_extras(message),
        )
        is_stale = now - message.sent_at > _STALE
        is_silent = message.kind is Kind.STICKER and message.is_described
        is_unreadable = message.is_described and message.kind in _UNREADABLE
        records.add_inbox(
            connection,
            self.keyring,
            message.raw,
            id=ids.new_id(),
            channel=message.channel,
            account=message.account,
            provider_id=key[2],
            message_id=kept.id,
            contact_id=contact_id,
            conversation_id=conversation.id,
            state="done" if is_stale or is_silent or is_unreadable else "waiting",
            # A phone whose clock runs ahead must not keep a window open.
            sent_at=min(message.sent_at, now),
            received_at=now,
        )
        for media in message.media:
            records.add_attachment(
                connection,
                self.keyring,
                now,
                message_id=kept.id,
                channel=message.channel,
                media=asdict(media),
            )
        taken.accepted.append(
            Accepted(kept.id, conversation.id, contact_id, kept.seq, repeated=False)
        )
        if is_stale:
            self._to_a_person(connection, now, kept)
        elif is_unreadable and self._say_once(connection, now, conversation, message):
            taken.to_send.add((contact_id, message.channel))

    def _to_a_person(self, connection: Connection, now: datetime, message: Message) -> None:
        """Words that are days old are not answered as if they were fresh."""
        tickets.open_for(
            connection,
            self.keyring,
            now,
            conversation_id=message.conversation_id,
            contact_id=message.contact_id,
            reason="late_message",
            summary=message.text,
            department=None,
        )

    def _say_once(
        self,
        connection: Connection,
        now: datetime,
        conversation: Conversation,
        given: InboundMessage,
    ) -> bool:
        """Say once in a conversation that this cannot be read here; a person has its own say."""
        if conversation.state is State.WITH_PERSON or not records.add_notice(
            connection,
            self.keyring,
            now,
            channel=given.channel,
            account=given.account,
            key=conversation.id,
            kind="unreadable",
            says=f"somebody sent {given.kind} without words; told that it cannot be read here",
        ):
            return False
        said = entries.record(
            connection,
            self.keyring,
            now,
            conversation_id=conversation.id,
            contact_id=conversation.contact_id,
            role=Role.BOT,
            text=wording.UNREADABLE.get(given.kind, wording.UNREADABLE[Kind.UNSUPPORTED]),
        )
        outbox.enqueue(
            connection, now, conversation, said, [{"rule": "unreadable", "passed": True}]
        )
        return True


def _extras(message: InboundMessage) -> dict[str, Any]:
    """Give what of a message is kept beside its words."""
    kept: dict[str, Any] = {"provider_id": message.provider_id}
    if message.kind is not Kind.TEXT:
        kept["kind"] = str(message.kind)
    for name in ("reply_to", "choice", "name"):
        if value := getattr(message, name):
            kept[name] = value
    if message.referral:
        kept["referral"] = dict(message.referral)
    return kept
