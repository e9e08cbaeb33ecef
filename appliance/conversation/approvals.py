"""Questions a person must decide before a parked turn goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from appliance.conversation.tables import approvals
from appliance.conversation.values import Question
from appliance.core import audit, errors, ids
from appliance.core.crypto import Keyring
from appliance.core.store import events
from appliance.core.store.database import Connection

_QUESTION, _NOTE, _REASON = "approvals|question", "approvals|note", "approvals|reason"
_ADD = approvals.insert()
_LIST = sa.select(approvals).order_by(approvals.c.created_at.desc()).limit(sa.bindparam("most"))
_WAITING = (
    sa.select(approvals).where(approvals.c.state == "waiting").order_by(approvals.c.created_at)
)
_OF_TURN = (
    sa.select(approvals)
    .where(approvals.c.turn_id == sa.bindparam("turn"))
    .order_by(approvals.c.created_at)
)
_FIND = sa.select(approvals).where(
    sa.func.substr(approvals.c.id, -sa.func.length(sa.bindparam("wanted")))
    == sa.bindparam("wanted")
)
_READY = (
    sa.select(approvals.c.contact_id, approvals.c.turn_id)
    .where(
        approvals.c.resumed_at.is_(None),
        approvals.c.turn_id.not_in(
            sa.select(approvals.c.turn_id).where(approvals.c.state == "waiting")
        ),
    )
    .distinct()
    .order_by(approvals.c.turn_id)
)
_READY_OF = _READY.where(approvals.c.contact_id == sa.bindparam("contact"))
_DUE = sa.select(approvals).where(
    approvals.c.state == "waiting",
    approvals.c.expires_at <= sa.bindparam("present", type_=approvals.c.expires_at.type),
)
_RESUMED = (
    approvals.update()
    .where(approvals.c.turn_id == sa.bindparam("turn"), approvals.c.state != "waiting")
    .values(resumed_at=sa.bindparam("present", type_=approvals.c.resumed_at.type))
)


@dataclass(frozen=True, slots=True)
class Approval:
    """A question, opened. `state` is waiting, approved, refused or expired."""

    id: str
    turn_id: str
    interrupt_id: str
    conversation_id: str
    contact_id: str
    tool: str
    reason: str
    question: str
    state: str
    decided_by: str | None
    note: str
    created_at: datetime
    expires_at: datetime


def ask(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    question: Question,
    *,
    turn_id: str,
    conversation_id: str,
    contact_id: str,
    expires_at: datetime,
) -> None:
    """Record a question of a turn that is being parked."""
    approval_id = ids.new_id()
    connection.execute(
        _ADD,
        {
            "id": approval_id,
            "turn_id": turn_id,
            "interrupt_id": question.interrupt_id,
            "conversation_id": conversation_id,
            "contact_id": contact_id,
            "tool": question.tool,
            "reason": keyring.seal(_REASON, approval_id, question.reason[:200]),
            "question": keyring.seal(_QUESTION, approval_id, question.question),
            "state": "waiting",
            "created_at": now,
            "expires_at": expires_at,
        },
    )
    events.record(connection, now, "approval_asked", conversation_id, contact_id=contact_id)


def listed(
    connection: Connection, keyring: Keyring, *, every: bool = False, most: int = 200
) -> list[Approval]:
    """List every question that waits, oldest first; or the newest of any state."""
    rows = connection.execute(_LIST, {"most": most}) if every else connection.execute(_WAITING)
    return [_approval(keyring, row) for row in rows]


def of_turn(connection: Connection, keyring: Keyring, turn_id: str) -> list[Approval]:
    """List a turn's questions."""
    return [_approval(keyring, row) for row in connection.execute(_OF_TURN, {"turn": turn_id})]


def get(connection: Connection, keyring: Keyring, wanted: str) -> Approval:
    """Get a question by id or by the end of its id.

    Raises:
        NotFound: there is none, or more than one fits.
    """
    rows = connection.execute(_FIND, {"wanted": wanted.lower()}).all() if wanted else []
    if len(rows) != 1:
        what = "There is no approval" if not rows else "More than one approval ends in"
        raise errors.NotFound(f"{what} {wanted}. `appliance approvals list` shows them.")
    return _approval(keyring, rows[0])


def decide(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    wanted: str,
    *,
    approved: bool,
    who: str,
    note: str = "",
) -> Approval:
    """Approve or refuse; the parked turn goes on by itself.

    Raises:
        Refused: somebody has decided already, or it has expired.
    """
    approval = get(connection, keyring, wanted)
    if approval.state == "waiting" and approval.expires_at <= now:
        _settle(connection, keyring, now, approval, "expired", who="the appliance", note="")
        raise errors.Refused(f"Approval {approval.id[-6:]} has expired; the customer was told.")
    if approval.state != "waiting":
        by = f" by {approval.decided_by}" if approval.decided_by else ""
        raise errors.Refused(f"Approval {approval.id[-6:]} is {approval.state} already{by}.")
    state = "approved" if approved else "refused"
    _settle(connection, keyring, now, approval, state, who=who, note=note)
    return get(connection, keyring, approval.id)


def any_due(connection: Connection, now: datetime) -> bool:
    """Tell whether a question has waited too long."""
    return connection.execute(_DUE, {"present": now}).first() is not None


def expire(connection: Connection, keyring: Keyring, now: datetime) -> int:
    """Close the questions nobody has decided in time; gives how many."""
    due = [_approval(keyring, row) for row in connection.execute(_DUE, {"present": now})]
    for approval in due:
        _settle(connection, keyring, now, approval, "expired", who="the appliance", note="")
    return len(due)


def ready(connection: Connection) -> list[str]:
    """List contacts with parked turns whose questions are all decided."""
    return [row.contact_id for row in connection.execute(_READY)]


def ready_of(connection: Connection, contact_id: str) -> list[str]:
    """List a contact's parked turns whose questions are all decided, oldest first."""
    return [row.turn_id for row in connection.execute(_READY_OF, {"contact": contact_id})]


def resumed(connection: Connection, now: datetime, turn_id: str) -> None:
    """Note that a parked turn has gone on."""
    connection.execute(_RESUMED, {"turn": turn_id, "present": now})


def decisions(found: list[Approval]) -> Mapping[str, Mapping[str, Any]]:
    """Give decided questions as the graph resumes with them."""
    return {
        each.interrupt_id: {
            "approved": each.state == "approved",
            "by": each.decided_by or "the appliance",
            "note": "expired" if each.state == "expired" else each.note,
        }
        for each in found
    }


def _settle(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    approval: Approval,
    state: str,
    *,
    who: str,
    note: str,
) -> None:
    connection.execute(
        approvals.update()
        .where(approvals.c.id == approval.id)
        .values(
            state=state,
            decided_by=who,
            decided_at=now,
            note=keyring.seal(_NOTE, approval.id, note) if note else None,
        )
    )
    audit.record(connection, now, who, f"approval {state}", approval=approval.id)
    events.record(
        connection, now, "approval", approval.conversation_id, contact_id=approval.contact_id
    )


def _approval(keyring: Keyring, row: Any) -> Approval:
    return Approval(
        id=row.id,
        turn_id=row.turn_id,
        interrupt_id=row.interrupt_id,
        conversation_id=row.conversation_id,
        contact_id=row.contact_id,
        tool=row.tool,
        reason=keyring.open(_REASON, row.id, row.reason),
        question=keyring.open(_QUESTION, row.id, row.question),
        state=row.state,
        decided_by=row.decided_by,
        note=keyring.open(_NOTE, row.id, row.note) if row.note else "",
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
