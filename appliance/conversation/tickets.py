"""Tickets: a person has been asked to take a conversation over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from appliance.conversation import entries, receipts, records
from appliance.conversation.outbox import records as outbox
from appliance.conversation.tables import tickets
from appliance.conversation.values import Role, State
from appliance.core import audit, errors, ids
from appliance.core.crypto import Keyring
from appliance.core.store import events
from appliance.core.store.database import Connection

_SUMMARY, _REASON = "tickets|summary", "tickets|reason"
_LONGEST_SUMMARY = 4_000
_ADD = tickets.insert()
_OPEN_OF = (
    sa.select(tickets)
    .where(tickets.c.conversation_id == sa.bindparam("conversation"), tickets.c.state != "closed")
    .order_by(tickets.c.created_at.desc())
    .limit(1)
)
_FIND = sa.select(tickets).where(
    sa.or_(tickets.c.id == sa.bindparam("wanted"), tickets.c.reference == sa.bindparam("wanted"))
)
_LIST = (
    sa.select(tickets)
    .order_by(tickets.c.state == "closed", tickets.c.created_at.desc())
    .limit(sa.bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket, opened. `state` is open, taken or closed."""

    id: str
    reference: str
    conversation_id: str
    contact_id: str
    department: str | None
    reason: str
    summary: str
    state: str
    taken_by: str | None
    created_at: datetime


def open_for(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    *,
    conversation_id: str,
    contact_id: str,
    reason: str,
    summary: str,
    department: str | None,
) -> Ticket:
    """Open a ticket and mark the conversation as waiting; to an open one the words are added."""
    known = find_open(connection, keyring, conversation_id)
    if known is not None:
        return _add_words(connection, keyring, now, known, summary)
    ticket_id = ids.new_id()
    connection.execute(
        _ADD,
        {
            "id": ticket_id,
            "reference": f"T-{ticket_id[-6:].upper()}",
            "conversation_id": conversation_id,
            "contact_id": contact_id,
            "department": department,
            "reason": keyring.seal(_REASON, ticket_id, reason[:200]),
            "summary": keyring.seal(_SUMMARY, ticket_id, summary[:_LONGEST_SUMMARY]),
            "state": "open",
            "created_at": now,
        },
    )
    records.set_state(connection, conversation_id, state=State.WAITING, handoff_at=now)
    events.record(connection, now, "human_handoff", conversation_id, contact_id=contact_id)
    return get(connection, keyring, ticket_id)


def find_open(connection: Connection, keyring: Keyring, conversation_id: str) -> Ticket | None:
    """Find the ticket by which a conversation waits for a person, or is with one."""
    row = connection.execute(_OPEN_OF, {"conversation": conversation_id}).first()
    return _ticket(keyring, row) if row is not None else None


def times_asked(connection: Connection, conversation_id: str) -> int:
    """Count how often a person was asked for, be it in the same words."""
    return receipts.count(connection, conversation_id, "ticket")


def get(connection: Connection, keyring: Keyring, wanted: str) -> Ticket:
    """Get a ticket by id or reference.

    Raises:
        NotFound: there is none.
    """
    row = connection.execute(_FIND, {"wanted": wanted}).first()
    if row is None:
        raise errors.NotFound(f"There is no ticket {wanted}. `appliance tickets list` shows them.")
    return _ticket(keyring, row)


def listed(connection: Connection, keyring: Keyring, *, most: int = 1000) -> list[Ticket]:
    """List tickets, those that are not closed first, newest first."""
    return [_ticket(keyring, row) for row in connection.execute(_LIST, {"most": most})]


def take(connection: Connection, keyring: Keyring, now: datetime, wanted: str, who: str) -> Ticket:
    """Let a person take a conversation over: the bot is silent from now on."""
    ticket = get(connection, keyring, wanted)
    if ticket.state == "closed":
        raise errors.Refused(f"Ticket {ticket.reference} is closed already.")
    if ticket.state == "taken" and ticket.taken_by != who:
        raise errors.Refused(
            f"Ticket {ticket.reference} is with {ticket.taken_by}. Ask them to close it first."
        )
    _set(connection, ticket.id, state="taken", taken_by=who, taken_at=now)
    records.set_state(connection, ticket.conversation_id, state=State.WITH_PERSON, owner=who)
    _tell(connection, now, ticket, who, "ticket taken")
    return get(connection, keyring, ticket.id)


def reply(
    connection: Connection, keyring: Keyring, now: datetime, wanted: str, who: str, text: str
) -> Ticket:
    """Write to the contact as the person who has the conversation.

    Raises:
        Refused: nobody, or somebody else, has taken the ticket.
    """
    ticket = get(connection, keyring, wanted)
    if ticket.state != "taken" or ticket.taken_by != who:
        raise errors.Refused(
            f"Ticket {ticket.reference} is not yours. "
            f"Take it first: appliance tickets take {ticket.reference}"
        )
    message = entries.record(
        connection,
        keyring,
        now,
        conversation_id=ticket.conversation_id,
        contact_id=ticket.contact_id,
        role=Role.PERSON,
        text=text,
    )
    conversation = records.find_conversation(connection, ticket.conversation_id)
    if conversation is not None:
        outbox.enqueue(connection, now, conversation, message, [{"rule": "person", "by": who}])
    records.touch(connection, ticket.conversation_id, now)
    audit.record(connection, now, who, "ticket reply", ticket=ticket.reference)
    return ticket


def close(connection: Connection, keyring: Keyring, now: datetime, wanted: str, who: str) -> Ticket:
    """Give a conversation back to the bot."""
    ticket = get(connection, keyring, wanted)
    if ticket.state == "closed":
        raise errors.Refused(f"Ticket {ticket.reference} is closed already.")
    _set(connection, ticket.id, state="closed", closed_at=now)
    records.set_state(connection, ticket.conversation_id, state=State.OPEN, owner=None)
    _tell(connection, now, ticket, who, "ticket closed")
    return get(connection, keyring, ticket.id)


def _add_words(
    connection: Connection, keyring: Keyring, now: datetime, ticket: Ticket, summary: str
) -> Ticket:
    """Keep what is said on top of an open ticket, newest last, within its length."""
    if summary and summary not in ticket.summary:
        both = f"{ticket.summary} / {summary}"[-_LONGEST_SUMMARY:]
        _set(connection, ticket.id, summary=keyring.seal(_SUMMARY, ticket.id, both))
        events.record(
            connection, now, "human_handoff", ticket.conversation_id, contact_id=ticket.contact_id
        )
    return get(connection, keyring, ticket.id)


def _tell(connection: Connection, now: datetime, ticket: Ticket, who: str, what: str) -> None:
    audit.record(connection, now, who, what, ticket=ticket.reference)
    events.record(connection, now, "state", ticket.conversation_id, contact_id=ticket.contact_id)


def _set(connection: Connection, ticket_id: str, **columns: Any) -> None:
    connection.execute(tickets.update().where(tickets.c.id == ticket_id).values(**columns))


def _ticket(keyring: Keyring, row: Any) -> Ticket:
    return Ticket(
        id=row.id,
        reference=row.reference,
        conversation_id=row.conversation_id,
        contact_id=row.contact_id,
        department=row.department,
        reason=keyring.open(_REASON, row.id, row.reason),
        summary=keyring.open(_SUMMARY, row.id, row.summary),
        state=row.state,
        taken_by=row.taken_by,
        created_at=row.created_at,
    )
