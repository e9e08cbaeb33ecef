"""Receipts: what a turn has already done, so that a second life of it does nothing twice.

A receipt stands under (turn, tool, canonical arguments, ordinal, part). Part `result` is the whole
tool message; other parts are local effects, each written in the same transaction as its effect.
Part `intent` stands before a remote effect; an intent without a result means unknown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from appliance.conversation.tables import receipts
from appliance.core import ids
from appliance.core.crypto import Keyring
from appliance.core.store.database import Connection

_CALL, _VALUE = "receipts|call", "receipts|value"

_ADD = receipts.insert()
_ADD_ONCE = insert(receipts).on_conflict_do_nothing()
_FIND = sa.select(receipts.c.id, receipts.c.state, receipts.c.value).where(
    receipts.c.turn_id == sa.bindparam("turn"),
    receipts.c.tool == sa.bindparam("of_tool"),
    receipts.c.arguments_digest == sa.bindparam("digest"),
    receipts.c.ordinal == sa.bindparam("nth"),
    receipts.c.part == sa.bindparam("of_part"),
)
_OF_TURN = (
    sa.select(receipts).where(receipts.c.turn_id == sa.bindparam("turn")).order_by(receipts.c.id)
)
_WITHDRAW = receipts.delete().where(
    receipts.c.turn_id == sa.bindparam("turn"),
    receipts.c.tool == sa.bindparam("of_tool"),
    receipts.c.arguments_digest == sa.bindparam("digest"),
    receipts.c.ordinal == sa.bindparam("nth"),
    receipts.c.part == "intent",
)
_FORGET = receipts.delete().where(receipts.c.turn_id == sa.bindparam("turn"))
_SAME_CALL = (
    receipts.c.turn_id == sa.bindparam("turn"),
    receipts.c.tool == sa.bindparam("of_tool"),
    receipts.c.arguments_digest == sa.bindparam("digest"),
    receipts.c.ordinal == sa.bindparam("nth"),
)
_HAS_PART = sa.select(sa.literal(1)).where(
    *_SAME_CALL, receipts.c.part.not_in(("result", "intent"))
)
_SETTLE = (
    receipts.update()
    .where(*_SAME_CALL, receipts.c.part == "intent")
    .values(state=sa.bindparam("end_state"))
)
_UNSETTLED = sa.select(sa.literal(1)).where(
    receipts.c.conversation_id == sa.bindparam("conversation"),
    receipts.c.tool == sa.bindparam("of_tool"),
    receipts.c.arguments_digest == sa.bindparam("digest"),
    receipts.c.part == "intent",
    receipts.c.state.in_(("intent", "unknown")),
)
_PROVED = sa.select(receipts.c.proves).where(
    receipts.c.conversation_id == sa.bindparam("conversation"), receipts.c.state == "done"
)
_COUNT = sa.select(sa.func.count()).where(
    receipts.c.conversation_id == sa.bindparam("conversation"),
    receipts.c.part == sa.bindparam("of_part"),
)
_DISCARD = receipts.delete().where(
    receipts.c.turn_id == sa.bindparam("turn"),
    receipts.c.part == "result",
    receipts.c.proves == sa.literal([], receipts.c.proves.type),
)
_HAS_EFFECT = sa.select(sa.literal(1)).where(
    receipts.c.turn_id == sa.bindparam("turn"), receipts.c.part != "result"
)


@dataclass(frozen=True, slots=True)
class Key:
    """Which call of which tool, in which turn. `ordinal` counts equal calls from 0."""

    turn_id: str
    conversation_id: str
    tool: str
    digest: str
    ordinal: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt, opened. `call` is {"ai": message, "call": tool call}; `value` is JSON."""

    tool: str
    part: str
    state: str
    call: dict[str, Any]
    value: Any


def digest(keyring: Keyring, arguments: Mapping[str, Any]) -> str:
    """Give the keyed hash of canonical arguments: key order and spacing do not matter."""
    text = json.dumps(arguments, sort_keys=True, separators=(",", ":"), default=str)
    return keyring.blind("tool arguments", text).hex()


def find(connection: Connection, keyring: Keyring, key: Key, part: str) -> tuple[str, Any] | None:
    """Find a receipt's state and value."""
    row = connection.execute(_FIND, {**_call(key), "of_part": part}).first()
    if row is None:
        return None
    return row.state, keyring.open_json(_VALUE, row.id, row.value) if row.value else None


def count(connection: Connection, conversation_id: str, part: str) -> int:
    """Count the effects of one kind in a conversation."""
    found = connection.execute(_COUNT, {"conversation": conversation_id, "of_part": part})
    return int(found.scalar_one())


def add(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    key: Key,
    part: str,
    *,
    call: Mapping[str, Any],
    value: Any,
    state: str = "done",
    proves: Sequence[str] = (),
    once: bool = False,
) -> bool:
    """Write a receipt in the caller's transaction; False where `once` and one stands already."""
    receipt_id = ids.new_id()
    added = connection.execute(
        _ADD_ONCE if once else _ADD,
        {
            "id": receipt_id,
            "turn_id": key.turn_id,
            "conversation_id": key.conversation_id,
            "tool": key.tool,
            "arguments_digest": key.digest,
            "ordinal": key.ordinal,
            "part": part,
            "state": state,
            "proves": list(proves),
            "call": keyring.seal_json(_CALL, receipt_id, dict(call)),
            "value": keyring.seal_json(_VALUE, receipt_id, value),
            "at": now,
        },
    )
    return added.rowcount > 0


def withdraw_intent(connection: Connection, key: Key) -> None:
    """Take an intent back: the tool has said that it did nothing yet."""
    connection.execute(_WITHDRAW, _call(key))


def forget(connection: Connection, turn_id: str) -> None:
    """Drop a turn's receipts: nothing was changed, and its draft begins again with other words."""
    connection.execute(_FORGET, {"turn": turn_id})


def discard_results(connection: Connection, turn_id: str) -> None:
    """Drop what only a second life of the turn would need: it has ended, and is recorded.

    What backs a claim and what tells of an effect stays.
    """
    connection.execute(_DISCARD, {"turn": turn_id})


def settle_intent(connection: Connection, key: Key, state: str) -> None:
    """Say how an intended remote effect ended: done, failed or unknown."""
    connection.execute(_SETTLE, {**_call(key), "end_state": state})


def is_unsettled(connection: Connection, key: Key) -> bool:
    """Tell whether an equal remote effect of this conversation may or may not have happened."""
    parameters = {
        "conversation": key.conversation_id,
        "of_tool": key.tool,
        "digest": key.digest,
    }
    return connection.execute(_UNSETTLED, parameters).first() is not None


def has_part(connection: Connection, key: Key) -> bool:
    """Tell whether this call has already changed something of ours."""
    return connection.execute(_HAS_PART, _call(key)).first() is not None


def _call(key: Key) -> dict[str, Any]:
    return {
        "turn": key.turn_id,
        "of_tool": key.tool,
        "digest": key.digest,
        "nth": key.ordinal,
    }


def of_turn(connection: Connection, keyring: Keyring, turn_id: str) -> list[Receipt]:
    """List a turn's receipts in the order they were written."""
    return [
        Receipt(
            tool=row.tool,
            part=row.part,
            state=row.state,
            call=keyring.open_json(_CALL, row.id, row.call),
            value=keyring.open_json(_VALUE, row.id, row.value) if row.value else None,
        )
        for row in connection.execute(_OF_TURN, {"turn": turn_id})
    ]


def proved(connection: Connection, conversation_id: str) -> set[str]:
    """Give the claims that receipts of this conversation back."""
    rows = connection.execute(_PROVED, {"conversation": conversation_id}).scalars()
    return {claim for claims in rows for claim in claims}


def has_effect(connection: Connection, turn_id: str) -> bool:
    """Tell whether this turn has changed anything or may have."""
    return connection.execute(_HAS_EFFECT, {"turn": turn_id}).first() is not None
