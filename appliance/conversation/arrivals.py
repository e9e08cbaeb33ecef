"""What comes in beside messages: a colleague's words, corrections, marks, reports, notices."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from appliance.connectors.messages import (
    DeliveryReport,
    Echo,
    Edit,
    IdentityChange,
    Inbound,
    Notice,
    Reaction,
    Revocation,
)
from appliance.contacts import identities
from appliance.conversation import entries, records, tickets
from appliance.conversation.outbox import reports
from appliance.conversation.values import Conversation, Message, Role, State
from appliance.core import ids
from appliance.core.crypto import Keyring
from appliance.core.effects import Patience
from appliance.core.safe_text import storable
from appliance.core.store import events
from appliance.core.store.database import Connection

PHONE_APP = "a colleague, from the channel's own app"


def key_of(keyring: Keyring, channel: str, account: str, provider_id: str) -> tuple[str, str, str]:
    """Give what an inbound message is known by; its provider's id may hold a phone number."""
    return channel, account, keyring.blind(f"provider id of {channel}", provider_id).hex()


def conversation_of(
    connection: Connection, now: datetime, contact_id: str, channel: str, account: str
) -> Conversation:
    """Give the contact's live conversation on a channel, or begin one."""
    live = records.live_conversation(connection, contact_id, channel)
    if live is not None:
        records.touch(connection, live.id, now)
        return live
    conversation_id = ids.new_id()
    records.add_conversation(
        connection,
        id=conversation_id,
        contact_id=contact_id,
        channel=channel,
        account=account,
        state=State.OPEN,
        started_at=now,
        last_at=now,
    )
    events.record(connection, now, "conversation_start", conversation_id)
    return Conversation(
        conversation_id, contact_id, channel, account, State.OPEN, None, None, now, now
    )


def apply(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    arrival: Inbound,
    *,
    region: str,
    patience: Patience,
    to_send: set[tuple[str, str]],
) -> None:
    """Take in anything but a message; a repeat changes nothing. Adds to `to_send` who has work."""
    match arrival:
        case DeliveryReport():
            found = reports.apply(connection, keyring, now, arrival, patience=patience)
            if found is None:
                _notice(connection, keyring, now, _unknown(arrival))
            else:
                to_send.add((found.contact_id, found.channel))
        case Echo():
            _echo(connection, keyring, now, arrival, region)
        case Edit():
            _edit(connection, keyring, now, arrival)
        case Revocation():
            _revoke(connection, keyring, now, arrival)
        case Reaction():
            _notice(connection, keyring, now, _reaction(arrival))
        case IdentityChange():
            _rename(connection, keyring, now, arrival, region)
        case Notice():
            _notice(connection, keyring, now, arrival)
            if arrival.stops:
                reports.halt(connection, now, arrival.channel, code=None, why=arrival.says)


def _notice(connection: Connection, keyring: Keyring, now: datetime, notice: Notice) -> None:
    records.add_notice(
        connection,
        keyring,
        now,
        channel=notice.channel,
        account=notice.account,
        key=notice.key,
        kind=notice.kind,
        says=storable(notice.says),
        raw=notice.raw,
    )


def _unknown(report: DeliveryReport) -> Notice:
    return Notice(
        report.channel,
        report.account,
        f"{report.provider_id}|{report.status}",
        "report",
        f"a message that is none of ours: {report.status}"
        + (f" ({report.code})" if report.code else ""),
    )


def _reaction(reaction: Reaction) -> Notice:
    what = f"reacted with {reaction.emoji}" if reaction.emoji else "took a reaction back"
    key = f"{reaction.of}|{reaction.provider_id}"
    return Notice(reaction.channel, reaction.account, key, "reaction", what)


def _echo(connection: Connection, keyring: Keyring, now: datetime, echo: Echo, region: str) -> None:
    """Keep a colleague's words; from now on a person has the conversation."""
    key = key_of(keyring, echo.channel, echo.account, echo.provider_id)
    if records.find_accepted(connection, *key) is not None:
        return
    contact_id = identities.find_or_make(
        connection,
        keyring,
        now,
        kind=echo.recipient.kind,
        value=echo.recipient.value,
        also=[(each.kind, each.value) for each in echo.also],
        channel=echo.channel,
        region=region,
    )
    conversation = conversation_of(connection, now, contact_id, echo.channel, echo.account)
    message = entries.record(
        connection,
        keyring,
        now,
        conversation_id=conversation.id,
        contact_id=contact_id,
        role=Role.PERSON,
        text=echo.text,
        extras={"provider_id": echo.provider_id},
    )
    records.add_inbox(
        connection,
        keyring,
        echo.raw,
        id=ids.new_id(),
        channel=echo.channel,
        account=echo.account,
        provider_id=key[2],
        message_id=message.id,
        contact_id=contact_id,
        conversation_id=conversation.id,
        state="done",
        sent_at=min(echo.sent_at, now),
        received_at=now,
    )
    if conversation.state is not State.WITH_PERSON:
        _take_over(connection, keyring, now, message)


def _take_over(connection: Connection, keyring: Keyring, now: datetime, message: Message) -> None:
    """Let the colleague have the conversation; closing the ticket gives it back to the bot."""
    ticket = tickets.open_for(
        connection,
        keyring,
        now,
        conversation_id=message.conversation_id,
        contact_id=message.contact_id,
        reason="colleague_wrote",
        summary=message.text,
        department=None,
    )
    if ticket.state == "open":
        tickets.take(connection, keyring, now, ticket.id, PHONE_APP)


def _edit(connection: Connection, keyring: Keyring, now: datetime, edit: Edit) -> None:
    """Put the new words in place of the old ones. What was answered is not answered again."""
    message = _find(connection, keyring, edit)
    if message is None or message.extras.get("edited_by") == edit.provider_id:
        return
    extras = {**message.extras, "edited_by": edit.provider_id}
    records.change_words(
        connection, keyring, replace(message, text=storable(edit.text), extras=extras)
    )
    entries.tell(connection, now, message)


def _revoke(connection: Connection, keyring: Keyring, now: datetime, gone: Revocation) -> None:
    """Forget words that were taken back; if nobody has answered them, nobody will."""
    message = _find(connection, keyring, gone)
    if message is None or message.extras.get("is_revoked"):
        return
    if records.is_waiting(connection, message.id):
        records.answered(connection, [message.id], None)
    extras = {"provider_id": message.provider_id, "is_revoked": True}
    records.change_words(connection, keyring, replace(message, text="", extras=extras))
    entries.tell(connection, now, message)


def _find(connection: Connection, keyring: Keyring, about: Edit | Revocation) -> Message | None:
    """Find the inbound message something speaks of; None where we never had it."""
    key = key_of(keyring, about.channel, about.account, about.of)
    found = records.find_accepted(connection, *key)
    return records.find_message(connection, keyring, found.message_id) if found else None


def _rename(
    connection: Connection, keyring: Keyring, now: datetime, change: IdentityChange, region: str
) -> None:
    """Give the contact their new identity beside the old one."""
    contact_id = identities.find_or_make(
        connection,
        keyring,
        now,
        kind=change.old.kind,
        value=change.old.value,
        channel=change.channel,
        region=region,
    )
    identities.add(
        connection,
        keyring,
        now,
        contact_id,
        kind=change.new.kind,
        value=change.new.value,
        channel=change.channel,
        region=region,
    )
    notice = Notice(
        change.channel, change.account, change.provider_id, "identity", "a contact has a new number"
    )
    _notice(connection, keyring, now, notice)
