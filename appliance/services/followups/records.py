"""The SQL of actions that are due at a time: one statement a function."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from appliance.core.crypto import Keyring
from appliance.core.store.database import Connection
from appliance.services.followups.tables import scheduled_actions

Status = Literal["done", "failed", "cancelled"]

_PAYLOAD, _RESULT = "scheduled_actions|payload", "scheduled_actions|result"
_PENDING = (
    sa.select(
        scheduled_actions.c.id,
        scheduled_actions.c.contact_id,
        scheduled_actions.c.payload,
    )
    .where(
        scheduled_actions.c.action_type == sa.bindparam("of_type"),
        scheduled_actions.c.status == "pending",
        scheduled_actions.c.scheduled_for
        <= sa.bindparam("present", type_=scheduled_actions.c.scheduled_for.type),
    )
    .order_by(scheduled_actions.c.scheduled_for)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action that is due, opened. `payload` is whatever its kind needs."""

    id: str
    contact_id: str
    payload: dict[str, Any]


def put(
    connection: Connection,
    keyring: Keyring,
    *,
    action_id: str,
    contact_id: str,
    action_type: str,
    scheduled_for: datetime,
    payload: dict[str, Any],
) -> bool:
    """Lay an action down; False where one of that id is there already, whatever became of it."""
    made = insert(scheduled_actions).on_conflict_do_nothing(index_elements=["id"])
    values = {
        "id": action_id,
        "contact_id": contact_id,
        "action_type": action_type,
        "scheduled_for": scheduled_for,
        "payload": keyring.seal(_PAYLOAD, action_id, json.dumps(payload)),
        "status": "pending",
    }
    return connection.execute(made, values).rowcount > 0


def due(connection: Connection, keyring: Keyring, now: datetime, action_type: str) -> list[Action]:
    """List the actions of a type that are due and not closed, the oldest first."""
    rows = connection.execute(_PENDING, {"of_type": action_type, "present": now})
    return [
        Action(
            id=row.id,
            contact_id=row.contact_id,
            payload=json.loads(keyring.open(_PAYLOAD, row.id, row.payload)),
        )
        for row in rows
    ]


def close(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    action_id: str,
    status: Status,
    result: str,
) -> None:
    """Write what came of an action."""
    connection.execute(
        scheduled_actions.update()
        .where(scheduled_actions.c.id == action_id, scheduled_actions.c.status == "pending")
        .values(
            status=status,
            executed_at=now,
            result=keyring.seal(_RESULT, action_id, result),
        )
    )


def found(connection: Connection, keyring: Keyring, action_id: str) -> tuple[str, str | None]:
    """Give an action's status and what came of it.

    Raises:
        NoResultFound: there is no such action.
    """
    row = connection.execute(
        sa.select(scheduled_actions.c.status, scheduled_actions.c.result).where(
            scheduled_actions.c.id == action_id
        )
    ).one()
    result = keyring.open(_RESULT, action_id, row.result) if row.result else None
    return row.status, result
