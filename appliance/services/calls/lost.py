"""A message to whoever called in vain: one, and only where they have written to us before.

Whoever writes to a company on a channel may be answered there, unless they have written STOP since.
The call's conversation goes on where the message was written: what is said next continues it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from appliance.calendar import Calendar
from appliance.config import model
from appliance.connectors.messages import OutboundMessage
from appliance.connectors.protocols import Channel
from appliance.contacts import identities
from appliance.conversation import arrivals, entries
from appliance.conversation import records as conversations
from appliance.conversation.outbox import records as outbox
from appliance.conversation.values import Conversation, Role, State
from appliance.core.crypto import Keyring
from appliance.core.store.database import Connection, Database
from appliance.services.calls import records, wording
from appliance.services.calls.values import Lost

# Later than this a message surprises more than it helps.
_FRESH = timedelta(minutes=15)
_ONCE_IN = timedelta(hours=1)
_AT_ONCE = 50
_LATELY = 50
_STOP = re.compile(
    r"\W*(?:stop(?:p|all)?|unsubscribe|end|quit|cancel|baja|parar?|arr[eê]te[rz]?|abmelden)"
    r"(?:\W+(?:all|please|thanks|thank you))*\W*",
    re.IGNORECASE,
)
_START = re.compile(r"\W*(?:start|unstop|subscribe)\W*", re.IGNORECASE)


class Channels(Protocol):
    """The channels that are open."""

    def find(self, channel: str, account: str = "") -> Channel | None:
        """Find an open channel by type and account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the config allows. `order` are the channels' types, the one to be used first first."""

    missed_call: model.MissedCall
    calendar: Calendar
    order: Sequence[str]
    channels: Channels


@dataclass(frozen=True, slots=True)
class _Route:
    channel: str
    account: str


def settle(db: Database, keyring: Keyring, now: datetime, terms: Terms) -> list[tuple[str, str]]:
    """Judge every lost call once; gives whom something is to be sent to, and on which channel."""
    judged = [
        db.write_now(partial(_judge, keyring=keyring, now=now, lost=lost, terms=terms))
        for lost in db.read(lambda c: records.due(c, most=_AT_ONCE))
    ]
    return [each for each in judged if each is not None]


def _judge(
    connection: Connection, keyring: Keyring, now: datetime, lost: Lost, terms: Terms
) -> tuple[str, str] | None:
    """Write the message, or why there is none; in one transaction: there is never a second."""
    current = records.find_lost(connection, lost.call_id)
    call = records.find(connection, lost.call_id)
    if current is None or current.state != "due" or call is None:
        return None
    conversation = conversations.find_conversation(connection, call.conversation_id)
    if conversation is None:
        records.judge(connection, lost.call_id, why=wording.GONE)
        return None
    why = _against(connection, now, lost, conversation, terms)
    route = why or _route(connection, keyring, now, lost.contact_id, terms)
    if isinstance(route, str):
        records.judge(connection, lost.call_id, why=route)
        return None
    message_id = _write(connection, keyring, now, conversation, route, terms)
    records.judge(connection, lost.call_id, channel=route.channel, message_id=message_id)
    return lost.contact_id, route.channel


def _against(
    connection: Connection,
    now: datetime,
    lost: Lost,
    conversation: Conversation,
    terms: Terms,
) -> str | None:
    """Say what stands against any message."""
    missed = terms.missed_call
    local = now.astimezone(terms.calendar.zone).time()
    if missed.text is None:
        return wording.NO_TEXT
    if now - lost.lost_at > _FRESH:
        return wording.TOO_LATE
    if records.has_later(connection, lost.call_id):
        return wording.CALLED_AGAIN
    if records.written_since(connection, lost.contact_id, now - _ONCE_IN):
        return wording.WRITTEN_LATELY
    if conversation.state is State.WITH_PERSON:
        return wording.WITH_PERSON
    return None if missed.not_before <= local < missed.not_after else wording.QUIET


def _route(
    connection: Connection, keyring: Keyring, now: datetime, contact_id: str, terms: Terms
) -> _Route | str:
    """Give the first channel that can carry the message; else why each cannot."""
    whys = []
    for channel in terms.order:
        route = _by(connection, keyring, now, contact_id, channel, terms)
        if isinstance(route, _Route):
            return route
        whys.append(route)
    return "; ".join(whys) or wording.NO_CHANNEL


def _by(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    contact_id: str,
    channel: str,
    terms: Terms,
) -> _Route | str:
    said = conversations.said_on(connection, keyring, contact_id, channel, most=_LATELY)
    if not said:
        return wording.NEVER_WROTE.format(channel=channel)
    live = conversations.live_conversation(connection, contact_id, channel)
    if live is not None and live.state is State.WITH_PERSON:
        return wording.REFUSED.format(channel=channel, why=wording.WITH_PERSON)
    account, heard_at, _ = said[0]
    if _has_stopped([words for _, _, words in said]):
        return wording.STOPPED.format(channel=channel)
    if not identities.on_channel(connection, keyring, contact_id, channel):
        return wording.NO_ADDRESS.format(channel=channel)
    found = terms.channels.find(channel, account)
    if found is None:
        return wording.REFUSED.format(channel=channel, why="it is closed")
    refusal = found.may_send(now=now, heard_at=heard_at)
    late = found.late(OutboundMessage(terms.missed_call.text or "")) if refusal else None
    if isinstance(late, str):
        return wording.REFUSED.format(channel=channel, why=refusal)
    return _Route(channel, account)


def _has_stopped(words: Sequence[str]) -> bool:
    """Tell whether the latest word on being written to (newest first) is STOP."""
    for each in words:
        if _STOP.fullmatch(each):
            return True
        if _START.fullmatch(each):
            return False
    return False


def _write(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    conversation: Conversation,
    route: _Route,
    terms: Terms,
) -> str:
    """Write the message into the call's conversation, which goes on there; gives its id."""
    if conversation.state is State.CLOSED:
        going_on = arrivals.conversation_of(
            connection, now, conversation.contact_id, route.channel, route.account
        )
    else:
        going_on = conversations.move(
            connection, now, conversation, channel=route.channel, account=route.account
        )
    message = entries.record(
        connection,
        keyring,
        now,
        conversation_id=going_on.id,
        contact_id=going_on.contact_id,
        role=Role.BOT,
        text=terms.missed_call.text or "",
        extras={"aside": True},
    )
    proof = [{"rule": rule, "passed": True} for rule in ("lost_call", "consent", "hours", "window")]
    outbox.enqueue(connection, now, going_on, message, proof)
    return message.id
