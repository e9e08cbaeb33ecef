"""A call whose caller is a file: `appliance call`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from appliance.assembly import calls
from appliance.assembly.house import Appliance
from appliance.conversation import records
from appliance.conversation.values import Message, Role
from appliance.core import ids, safe_text
from appliance.core.settings import Settings
from appliance.core.store.database import Connection
from appliance.voice import call as calling
from appliance.voice import pipeline, raw
from appliance.voice.values import CallOutcome, IncomingCall

_LOOK_S = 0.05
_GREETING_S = 30.0
_MOST_LINES = 1000
_WHO = {Role.CONTACT: "caller", Role.PERSON: "colleague"}


@dataclass(frozen=True, slots=True)
class Played:
    """How it went, and what was said as (who, words)."""

    outcome: CallOutcome
    lines: list[tuple[str, str]]


async def play(
    settings: Settings, *, source: Path, target: Path, caller: str | None, wait_s: float
) -> Played:
    """Hold a call in which the caller says what a file holds; writes what they hear.

    Raises:
        Refused: the file cannot be read.
        Misconfigured: the config has no voice, or a speech provider lacks something.
    """
    sound = raw.read_wav(source)
    house = await asyncio.to_thread(calls.opened, settings)
    pipeline.warm()
    line = raw.RawLine()
    incoming = IncomingCall(
        call_id=ids.new_id(),
        direction="inbound",
        caller=caller,
        called=None,
        kind="raw",
    )
    async with calls.started(house):
        held = asyncio.create_task(calling.answer(incoming, line, house), name="call")
        speaking = asyncio.create_task(_caller(line, sound, wait_s), name="caller")
        try:
            outcome = await held
        finally:
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)
        line.write_wav(target)
        return Played(outcome, lines_of(house, outcome.conversation_id))


def lines_of(house: Appliance, conversation_id: str) -> list[tuple[str, str]]:
    """Give the newest of what was said in a conversation as (who, words), oldest first."""

    def query(connection: Connection) -> list[Message]:
        found = records.find_conversation(connection, conversation_id)
        if found is None:
            return []
        return list(
            records.visible_newest(connection, house.keyring, found.contact_id, most=_MOST_LINES)
        )

    return [
        (_WHO.get(message.role, "bot"), safe_text.one_line(message.text))
        for message in house.db.read(query)
        if message.conversation_id == conversation_id
    ]


async def _caller(line: raw.RawLine, sound: bytes, wait_s: float) -> None:
    """Listen to the greeting, speak, wait for the last reply, hang up."""
    await _quiet(line, for_s=1.0, within_s=_GREETING_S)
    line.microphone.say(sound)
    await line.microphone.silent.wait()
    await _quiet(line, for_s=wait_s, within_s=None)
    line.gone.set()


async def _quiet(line: raw.RawLine, *, for_s: float, within_s: float | None) -> None:
    """Wait until nobody has spoken or thought for a while."""
    quiet_s = 0.0
    try:
        async with asyncio.timeout(within_s):
            while quiet_s < for_s:
                await asyncio.sleep(_LOOK_S)
                session = line.session
                is_quiet = (
                    session is not None
                    and session.agent_state == "listening"
                    and session.user_state != "speaking"
                    and not line.speaker.is_playing
                )
                quiet_s = quiet_s + _LOOK_S if is_quiet else 0.0
    except TimeoutError:
        return
