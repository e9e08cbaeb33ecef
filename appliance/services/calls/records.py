"""The SQL of calls: one statement a function."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from appliance.core import ids
from appliance.core.store.database import Connection
from appliance.services.calls.tables import lost_calls, voice_calls, voice_recordings, voice_turns
from appliance.services.calls.values import Call, Figures, Lost, Recording, Turn

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

_DEAD = sa.select(voice_calls.c.id).where(
    voice_calls.c.state == "open",
    voice_calls.c.alive_until < sa.bindparam("present", type_=voice_calls.c.alive_until.type),
)
_LOST = sa.select(
    lost_calls.c.call_id,
    lost_calls.c.contact_id,
    lost_calls.c.lost_at,
    lost_calls.c.state,
    lost_calls.c.why,
    lost_calls.c.channel,
    lost_calls.c.message_id,
).order_by(lost_calls.c.lost_at)
_RECORDING = sa.select(
    voice_recordings.c.call_id,
    voice_recordings.c.state,
    voice_recordings.c.told_ms,
    voice_recordings.c.began_at,
    voice_recordings.c.sound_ms,
)
_HAS_SOUND = voice_recordings.c.state.in_(["open", "kept"])


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


def stays(connection: Connection, contact_id: str, until: datetime) -> None:
    """Record that a contact's open call is not over, though nobody may hold it just now."""
    connection.execute(
        voice_calls.update()
        .where(voice_calls.c.contact_id == contact_id, voice_calls.c.state == "open")
        .values(alive_until=until)
    )


def has_begun(connection: Connection, contact_id: str, since: datetime) -> bool:
    """Tell whether a call of a contact has begun since then."""
    begun = sa.select(voice_calls.c.id).where(
        voice_calls.c.contact_id == contact_id, voice_calls.c.began_at >= since
    )
    return connection.execute(begun.limit(1)).first() is not None


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


def lose(connection: Connection, now: datetime, call_id: str) -> None:
    """Record that a call was lost: it is judged once whether its caller is written to."""
    connection.execute(
        insert(lost_calls)
        .from_select(
            ["call_id", "contact_id", "lost_at", "state"],
            sa.select(
                voice_calls.c.id,
                voice_calls.c.contact_id,
                sa.literal(now, lost_calls.c.lost_at.type),
                sa.literal("due"),
            ).where(voice_calls.c.id == call_id, voice_calls.c.direction == "inbound"),
        )
        .on_conflict_do_nothing(index_elements=["call_id"])
    )


def any_dead(connection: Connection, now: datetime) -> bool:
    """Tell whether the process of an open call has died."""
    return connection.execute(_DEAD, {"present": now}).first() is not None


def drop_dead(connection: Connection, now: datetime) -> int:
    """End the calls whose process has died, at the last moment they were known; gives how many.

    They were lost.
    """
    dead = list(connection.execute(_DEAD, {"present": now}).scalars())
    for call_id in dead:
        _set(
            connection,
            call_id,
            state="dropped",
            ended_at=voice_calls.c.alive_until,
            outcome="dropped",
        )
        lose(connection, now, call_id)
    return len(dead)


def due(connection: Connection, *, most: int) -> list[Lost]:
    """List lost calls that are still to be judged, oldest first."""
    found = connection.execute(_LOST.where(lost_calls.c.state == "due").limit(most))
    return [Lost(**row._mapping) for row in found]


def judge(
    connection: Connection,
    call_id: str,
    *,
    why: str | None = None,
    channel: str | None = None,
    message_id: str | None = None,
) -> None:
    """Record what became of a lost call: a message was written, or why none was."""
    connection.execute(
        lost_calls.update()
        .where(lost_calls.c.call_id == call_id, lost_calls.c.state == "due")
        .values(
            state="written" if message_id else "withheld",
            why=why,
            channel=channel,
            message_id=message_id,
        )
    )


def find_lost(connection: Connection, call_id: str) -> Lost | None:
    """Find what became of a call that was lost."""
    row = connection.execute(_LOST.where(lost_calls.c.call_id == call_id)).first()
    return Lost(**row._mapping) if row else None


def written_since(connection: Connection, contact_id: str, since: datetime) -> bool:
    """Tell whether a contact was written to after a call lost since then."""
    found = connection.execute(
        sa.select(lost_calls.c.call_id)
        .where(
            lost_calls.c.contact_id == contact_id,
            lost_calls.c.state == "written",
            lost_calls.c.lost_at >= since,
        )
        .limit(1)
    )
    return found.first() is not None


def has_later(connection: Connection, call_id: str) -> bool:
    """Tell whether the contact of a call has called again, or the call went on, since it began."""
    this, later = voice_calls.alias(), voice_calls.alias()
    found = connection.execute(
        sa.select(later.c.id)
        .where(
            this.c.id == call_id,
            later.c.contact_id == this.c.contact_id,
            later.c.id != this.c.id,
            later.c.began_at >= this.c.began_at,
        )
        .limit(1)
    )
    return found.first() is not None


def find(connection: Connection, call_id: str) -> Call | None:
    """Find a call by id."""
    row = connection.execute(_CALL.where(voice_calls.c.id == call_id)).first()
    return Call(**row._mapping) if row else None


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


def begin_recording(connection: Connection, now: datetime, call_id: str, *, told_ms: int) -> None:
    """Record that a call's sound is kept from now on."""
    connection.execute(
        voice_recordings.insert(),
        {"call_id": call_id, "state": "open", "told_ms": told_ms, "began_at": now},
    )


def recorded(connection: Connection, call_id: str, sound_ms: int, *, is_over: bool) -> bool:
    """Record how much a recording holds; False where it was refused or erased meanwhile."""
    done = connection.execute(
        voice_recordings.update()
        .where(voice_recordings.c.call_id == call_id, voice_recordings.c.state == "open")
        .values(sound_ms=sound_ms, state="kept" if is_over else "open")
    )
    return bool(done.rowcount)


def refuse_recording(connection: Connection, now: datetime, call_id: str) -> None:
    """Record that the caller wants no recording."""
    refused = {"state": "refused", "sound_ms": 0}
    connection.execute(
        insert(voice_recordings)
        .values(call_id=call_id, began_at=now, **refused)
        .on_conflict_do_update(index_elements=["call_id"], set_=refused)
    )


def keep_what_the_dead_recorded(connection: Connection) -> None:
    """End the recordings of calls that are over: their process died before it could.

    Of one that had hardly begun nothing is kept.
    """
    over = sa.select(voice_calls.c.id).where(voice_calls.c.state != "open")
    connection.execute(
        voice_recordings.update()
        .where(voice_recordings.c.state == "open", voice_recordings.c.call_id.in_(over))
        .values(state=sa.case((voice_recordings.c.sound_ms == 0, "erased"), else_="kept"))
    )


def erase_recordings(
    connection: Connection,
    *,
    call_id: str | None = None,
    conversation_id: str | None = None,
    contact_id: str | None = None,
    before: datetime | None = None,
) -> int:
    """Record that the sound of one call, conversation or contact, or of old calls, is erased."""
    calls = sa.select(voice_calls.c.id)
    if conversation_id is not None:
        calls = calls.where(voice_calls.c.conversation_id == conversation_id)
    if contact_id is not None:
        calls = calls.where(voice_calls.c.contact_id == contact_id)
    wanted: list[sa.ColumnElement[bool]] = [_HAS_SOUND, voice_recordings.c.call_id.in_(calls)]
    if call_id is not None:
        wanted.append(voice_recordings.c.call_id == call_id)
    if before is not None:
        wanted.append(voice_recordings.c.began_at < before)
    erased = connection.execute(
        voice_recordings.update().where(*wanted).values(state="erased", sound_ms=0)
    )
    return int(erased.rowcount)


def with_sound(connection: Connection) -> set[str]:
    """Give the ids of the calls whose sound may lie on the disk."""
    found = connection.execute(sa.select(voice_recordings.c.call_id).where(_HAS_SOUND))
    return {row.call_id for row in found}


def find_recording(connection: Connection, call_id: str) -> Recording | None:
    """Find a call's recording."""
    row = connection.execute(_RECORDING.where(voice_recordings.c.call_id == call_id)).first()
    return Recording(**row._mapping) if row else None


def recordings(connection: Connection, *, most: int) -> list[Recording]:
    """List the newest recordings first."""
    found = connection.execute(_RECORDING.order_by(voice_recordings.c.began_at.desc()).limit(most))
    return [Recording(**row._mapping) for row in found]


def _counted(figures: Figures) -> dict[str, Any]:
    return {
        "caller_ms": figures.caller_ms,
        "bot_ms": figures.bot_ms,
        "failures": figures.failures,
        "disclosed_ms": figures.disclosed_ms,
        "sentiment": figures.sentiment,
    }


def _set(connection: Connection, call_id: str, **columns: Any) -> None:
    connection.execute(voice_calls.update().where(voice_calls.c.id == call_id).values(**columns))
