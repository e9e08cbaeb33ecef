"""Calls for tests: a house that speaks by a hum, a caller who speaks by sounds and a script.

The sounds are real speech (flite's voice slt), so that voice detection and end of turn are
LiveKit's own; what was said is what the script says, so that nothing depends on a recogniser.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from appliance.assembly import calls
from appliance.assembly.calls import SpokenAppliance
from appliance.conversation.values import Message, Role
from appliance.core import ids
from appliance.core.settings import Settings
from appliance.voice import call as calling
from appliance.voice import raw
from appliance.voice.values import CallOutcome, IncomingCall
from tests.fakes import speech

ROOT = Path(__file__).resolve().parents[2]
SOUNDS = Path(__file__).parent / "sounds"
MONDAY = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)  # 10:00 in New York
PATIENCE_S = 30.0


def config_text(folder: Path, *, text: str | None = None, voice: str = "tone") -> str:
    """Give the sample config with the phone on, heard by the script in `folder`."""
    text = text or (ROOT / "bot_config.yaml").read_text("utf-8")
    hears = json.dumps(speech.program("hear", str(folder / "script.txt")))
    speaks = json.dumps(speech.program(voice, str(folder / "voice_is_gone")))
    phone = f"""voice:
  enabled: true
  config:
    stt: {{ provider: program, command: {hears} }}
    tts: {{ provider: program, command: {speaks} }}
  manners: {{ disclosure: A machine speaks., greeting: Hello there. }}
"""
    assert "voice:\n  enabled: false\n" in text
    return text.replace("voice:\n  enabled: false\n", phone)


@asynccontextmanager
async def spoken_house(
    folder: Path, *, text: str | None = None, **changes: Any
) -> AsyncIterator[SpokenAppliance]:
    """Start an appliance that speaks."""
    config = folder / "bot_config.yaml"
    config.write_text(text or config_text(folder), "utf-8")
    (folder / "script.txt").touch()
    settings = Settings(
        data_dir=folder / "data",
        keys_dir=folder / "keys",
        config=config,
        **{"clock_start": MONDAY, **changes},
    )
    async with calls.started(calls.opened(settings)) as house:
        yield house


@contextmanager
def manners(house: SpokenAppliance, **changes: Any) -> Iterator[None]:
    """Let calls be held otherwise for a while."""
    live = house.bots.the_live()
    before = live.config
    other = before.voice.manners.model_copy(update=changes)
    live.config = before.model_copy(
        update={"voice": before.voice.model_copy(update={"manners": other})}
    )
    try:
        yield
    finally:
        live.config = before


async def until(what: Callable[[], Any], within_s: float = PATIENCE_S) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(within_s):
        while not what():
            await asyncio.sleep(0.01)


@dataclass
class Caller:
    """Calls, says things, hears what comes back."""

    house: SpokenAppliance
    script: Path
    number: str | None = field(default_factory=lambda: f"+1617{ids.new_id()[-7:]}")
    line: raw.RawLine = field(default_factory=raw.RawLine)
    held: asyncio.Task[CallOutcome] = field(init=False)
    incoming: IncomingCall = field(init=False)

    async def __aenter__(self) -> Caller:
        self.script.write_text("")
        self.incoming = IncomingCall(
            call_id=ids.new_id(),
            direction="inbound",
            caller=self.number,
            called="+16175550100",
            kind="raw",
        )
        self.held = asyncio.create_task(calling.answer(self.incoming, self.line, self.house))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.line.gone.set()
        await asyncio.gather(self.held, return_exceptions=True)

    async def greeted(self) -> None:
        """Wait until disclosure and greeting have been played."""
        await until(lambda: len(self.line.speaker.said) >= 2 and not self.line.speaker.is_playing)

    def speak(self, sound: str, heard: str) -> None:
        """Begin to say something; the recogniser will have heard `heard`."""
        with self.script.open("a") as script:
            script.write(heard + "\n")
        self.line.microphone.say(raw.read_wav(SOUNDS / f"{sound}.wav"))

    async def say(self, sound: str, heard: str) -> str:
        """Say something and listen to the whole reply; gives its words as they are recorded."""
        before = len(self.replies)
        self.speak(sound, heard)
        await self.line.microphone.silent.wait()
        await until(lambda: len(self.replies) > before)
        await until(lambda: self.line.session and self.line.session.agent_state == "listening")
        return self.replies[-1].text

    async def hang_up(self) -> CallOutcome:
        """End the call; gives how it went."""
        self.line.gone.set()
        return await self.held

    @property
    def messages(self) -> list[Message]:
        """Everything that stands in the record, oldest first."""
        identity = self.incoming.identity
        found = self.house.history(identity.kind, identity.value, after=0, limit=500).messages
        return list(found)

    @property
    def replies(self) -> list[Message]:
        """What the bot has answered."""
        return [m for m in self.messages if m.role is Role.BOT and not m.extras.get("aside")]
