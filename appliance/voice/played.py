"""A call whose caller is a file: `appliance call`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from appliance.assembly import calls
from appliance.conversation.values import Role
from appliance.core import ids, safe_text
from appliance.core.settings import Settings
from appliance.voice import call as calling
from appliance.voice import pipeline, raw
from appliance.voice.values import CallOutcome, IncomingCall

_LOOK_S = 0.05
_GREETING_S = 30.0
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
        identity = incoming.identity
        said = house.history(identity.kind, identity.value, after=0, limit=1000).messages
        lines = [
            (_WHO.get(message.role, "bot"), safe_text.one_line(message.text))
            for message in said
            if message.conversation_id == outcome.conversation_id
        ]
        return Played(outcome, lines)


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
