"""The SQL of calls: one statement a function."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from appliance.core import ids
from appliance.core.store.database import Connection
from appliance.services.calls.tables import voice_calls, voice_turns
from appliance.services.calls.values import Call, Figures, Turn

_CALL = sa.select(
    voice_calls.c.id,
    voice_calls.c.conversation_id,
    voice_calls.c.contact_id,
    voice_calls.c.kind,
    voice_calls.c.direction,
    voice_calls.c.state,
    voice_calls.c.began_at,
    voice_calls.c.ended_at,
    voice_calls.c.outcome,
    voice_calls.c.handoff,
    voice_calls.c.disclosed_ms,
    voice_calls.c.caller_ms,
    voice_calls.c.bot_ms,
    voice_calls.c.failures,
    voice_calls.c.sentiment,
)
_TURNS = (
    sa.select(
        voice_turns.c.ordinal,
        voice_turns.c.message_id,
        voice_turns.c.end_of_turn_ms,
        voice_turns.c.stt_ms,
        voice_turns.c.first_token_ms,
        voice_turns.c.first_audio_ms,
        voice_turns.c.reply_ms,
        voice_turns.c.was_cut,
        voice_turns.c.at,
    )
    .where(voice_turns.c.call_id == sa.bindparam("call"))
    .order_by(voice_turns.c.ordinal)
)


def begin(
    connection: Connection,
    now: datetime,
    *,
    conversation_id: str,
    contact_id: str,
    kind: str,
    direction: str,
    alive_until: datetime,
) -> str:
    """Record that a call begins; gives its id."""
    call_id = ids.new_id()
    connection.execute(
        voice_calls.insert(),
        {
            "id": call_id,
            "conversation_id": conversation_id,
            "contact_id": contact_id,
            "kind": kind,
            "direction": direction,
            "state": "open",
            "began_at": now,
            "alive_until": alive_until,
        },
    )
    return call_id


def add_turn(connection: Connection, call_id: str, turn: Turn) -> None:
    """Record a turn."""
    connection.execute(
        voice_turns.insert(),
        {
            "id": ids.new_id(),
            "call_id": call_id,
            "ordinal": turn.ordinal,
            "message_id": turn.message_id,
            "end_of_turn_ms": turn.end_of_turn_ms,
            "stt_ms": turn.stt_ms,
            "first_token_ms": turn.first_token_ms,
            "first_audio_ms": turn.first_audio_ms,
            "reply_ms": turn.reply_ms,
            "was_cut": turn.was_cut,
            "at": turn.at,
        },
    )


def goes_on(connection: Connection, call_id: str, figures: Figures, until: datetime) -> None:
    """Record that a call is still held, and what was counted so far."""
    _set(connection, call_id, alive_until=until, **_counted(figures))


def end(
    connection: Connection,
    now: datetime,
    call_id: str,
    figures: Figures,
    *,
    outcome: str,
    handoff: str | None,
) -> None:
    """Record a call's end."""
    ended = {"state": "ended", "ended_at": now, "outcome": outcome, "handoff": handoff}
    _set(connection, call_id, **ended, **_counted(figures))


def drop_dead(connection: Connection, now: datetime) -> int:
    """End the calls whose process has died, at the last moment they were known; gives how many."""
    dead = connection.execute(
        voice_calls.update()
        .where(voice_calls.c.state == "open", voice_calls.c.alive_until < now)
        .values(state="dropped", ended_at=voice_calls.c.alive_until, outcome="dropped")
    )
    return int(dead.rowcount)


def of_conversation(connection: Connection, conversation_id: str) -> list[Call]:
    """List the calls of a conversation, oldest first."""
    found = connection.execute(
        _CALL.where(voice_calls.c.conversation_id == conversation_id).order_by(voice_calls.c.id)
    )
    return [Call(**row._mapping) for row in found]


def newest(connection: Connection, *, most: int) -> list[Call]:
    """List the newest calls first."""
    found = connection.execute(_CALL.order_by(voice_calls.c.began_at.desc()).limit(most))
    return [Call(**row._mapping) for row in found]


def turns_of(connection: Connection, call_id: str) -> Sequence[Turn]:
    """List a call's turns in order."""
    found = connection.execute(_TURNS, {"call": call_id})
    return [Turn(**row._mapping) for row in found]


def _counted(figures: Figures) -> dict[str, Any]:
    return {
        "caller_ms": figures.caller_ms,
        "bot_ms": figures.bot_ms,
        "failures": figures.failures,
        "disclosed_ms": figures.disclosed_ms,
    }


def _set(connection: Connection, call_id: str, **columns: Any) -> None:
    connection.execute(voice_calls.update().where(voice_calls.c.id == call_id).values(**columns))
