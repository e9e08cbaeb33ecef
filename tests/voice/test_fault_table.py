"""The table of faults: what breaks, the sentence the caller hears, after how long, the row.

Printed as it is tested. Calls on raw sound; what breaks while LiveKit's programs carry a call
stands in `test_sip_faults`. A sentence by keys is known by its very samples, one of the bot's by
the record of what was heard.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from appliance.assembly.calls import SpokenAppliance
from appliance.config.model import VoiceProvider, VoiceSettings
from appliance.conversation.values import Role
from appliance.core import ids
from appliance.services.calls import records
from appliance.voice import ladder, phrases, raw, wording
from appliance.voice.keytalk import KeypadLine
from appliance.voice.values import IncomingCall
from tests.fakes.speech_server import SpeechServer, speech_server
from tests.voice.calls import SOUNDS, manners, spoken_house, until
from tests.voice.keyline import Line
from tests.voice.test_ladder import voice

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

ASKS, ANSWER = "what are your opening hours", "Monday to Friday"


@dataclass(frozen=True)
class Fault:
    """A line of the table.

    Attributes:
        stt, tts: What the config names in place of what works; `{url}` is a service's.
        before: What is done to the service before the call.
        within: What breaks after the caller has been answered once.
        hears: The first sentence the caller hears of it.
        rows: How the call's rows end.
    """

    name: str
    hears: str
    rows: tuple[str, ...]
    stt: dict[str, Any] | None = None
    tts: dict[str, Any] | None = None
    before: Callable[[SpeechServer], None] = lambda _: None
    within: Callable[[Held], Awaitable[None]] | None = None


@dataclass
class KeyLine(Line):
    """A line by keys that keeps what it played, and when."""

    spoke: list[tuple[float, bytes]] = field(default_factory=list)

    async def play(self, samples: bytes, *, until: Callable[[], bool]) -> None:
        self.spoke.append((time.monotonic(), samples))
        await super().play(samples, until=until)


@dataclass
class Held:
    """A call: raw sound for speech, then recordings."""

    house: SpokenAppliance
    server: SpeechServer
    line: raw.RawLine = field(default_factory=raw.RawLine)
    keys: KeyLine = field(default_factory=lambda: KeyLine([], hangs_up=True))
    number: str = field(default_factory=lambda: f"+1617{ids.new_id()[-7:]}")

    @property
    def script(self) -> Path:
        return self.house.settings.config.parent / "script.txt"

    async def hold(self) -> None:
        incoming = IncomingCall(ids.new_id(), "inbound", self.number, "100", "raw")
        await ladder.hold(incoming, self.line, self.house, by_keys=self._by_keys)

    async def _by_keys(self) -> KeypadLine:
        return self.keys

    def speak(self, sound: str, heard: str) -> None:
        with self.script.open("a") as script:
            script.write(heard + "\n")
        self.line.microphone.say(raw.read_wav(SOUNDS / f"{sound}.wav"))

    def said(self, role: Role) -> list[str]:
        found = self.house.history("phone", self.number, after=0, limit=100)
        return [message.text for message in found.messages if message.role is role]

    def outcomes(self) -> list[str | None]:
        found = self.house.history("phone", self.number, after=0, limit=1).messages
        conversation = found[0].conversation_id
        calls = self.house.db.read(lambda c: records.of_conversation(c, conversation))
        return [call.outcome for call in calls]

    async def heard_at(self, sentence: str, *, after: int) -> float:
        """Wait until a sentence sounds; gives when. `after` so many had been said before."""
        if sentence not in BY_RECORDING:
            await until(lambda: any(sentence in each for each in self.said(Role.BOT)[after:]), 60)
            await until(lambda: self.line.speaker.first_at is not None)
            return self.line.speaker.first_at or 0.0
        own = self.house.settings.data_dir / "recordings"
        sound = BY_RECORDING[sentence].samples(own)
        await until(lambda: any(played == sound for _, played in self.keys.spoke), 60)
        return next(at for at, played in self.keys.spoke if played == sound)


def _status(code: int) -> Callable[[SpeechServer], None]:
    def refuse(server: SpeechServer) -> None:
        server.status = code

    return refuse


async def _is_down(held: Held) -> None:
    held.server.status = 503
    held.speak("hours", ASKS)


async def _breaks_off(held: Held) -> None:
    held.server.breaks = True
    held.speak("hours", ASKS)


async def _recogniser_dies(held: Held) -> None:
    held.script.write_text("!gone\n!gone\n")  # and again as soon as it is started
    held.line.microphone.say(raw.read_wav(SOUNDS / "hours.wav"))


async def _noise(held: Held) -> None:
    """Two seconds of noise and a breath, of which nothing is recognised; then words after all."""
    held.line.microphone.say(os.urandom(raw.RATE * 2 * 2))
    held.speak("stop", "!nothing")
    await held.line.microphone.silent.wait()
    await asyncio.sleep(2)  # a pause: else what comes next belongs to the same utterance
    held.line.speaker.first_at = None
    held.speak("hours", ASKS)


async def _silence(_: Held) -> None:
    """Say nothing more."""


BY_KEYS, WELCOME = phrases.BY_KEYS.text, phrases.WELCOME.text

BY_RECORDING = {BY_KEYS: phrases.BY_KEYS, WELCOME: phrases.WELCOME}
SERVICE = {"provider": "openai_compatible", "base_url": "{url}"}
KEYS_TOOK_IT = ("by_keys", "caller_hung_up")
FAULTS = (
    Fault(
        "the recogniser's program is not there",
        WELCOME,
        KEYS_TOOK_IT,
        stt={"provider": "program", "command": ["/nowhere/recogniser"]},
    ),
    Fault(
        "the recogniser's model is not there",
        WELCOME,
        ("caller_hung_up",),
        stt={"provider": "vosk", "model": "/nowhere/model"},
    ),
    Fault("the voice's key is wrong", BY_KEYS, KEYS_TOOK_IT, tts=SERVICE, before=_status(401)),
    Fault(
        "the voice's server is not there",
        BY_KEYS,
        KEYS_TOOK_IT,
        tts={**SERVICE, "base_url": "http://127.0.0.1:9"},
    ),
    Fault(
        "the voice's provider goes down in mid-call",
        BY_KEYS,
        KEYS_TOOK_IT,
        tts=SERVICE,
        within=_is_down,
    ),
    Fault(
        "the voice's provider breaks off in mid-word",
        BY_KEYS,
        KEYS_TOOK_IT,
        tts=SERVICE,
        within=_breaks_off,
    ),
    Fault("the recogniser dies in mid-call", BY_KEYS, KEYS_TOOK_IT, within=_recogniser_dies),
    Fault("noise comes before words", ANSWER, ("caller_hung_up",), within=_noise),
    Fault("the caller falls silent", wording.STILL_THERE, ("silence",), within=_silence),
)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SpokenAppliance]:
    async with spoken_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


def _settings(house: SpokenAppliance, fault: Fault, url: str) -> VoiceSettings:
    """Give the speech services of a line of the table."""
    working = house.bots.the_live().config.voice.config
    assert working is not None

    def named(given: dict[str, Any] | None) -> VoiceProvider | None:
        filled = {
            name: value.format(url=url) if isinstance(value, str) else value
            for name, value in (given or {}).items()
        }
        return VoiceProvider.model_validate(filled) if filled else None

    stt, tts = named(fault.stt) or working.stt, named(fault.tts) or working.tts
    return working.model_copy(update={"stt": stt, "tts": tts})


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "-"))
async def test_a_fault_is_told_in_words_and_in_a_row(
    house: SpokenAppliance, fault: Fault, capsys: pytest.CaptureFixture[str]
) -> None:
    async with speech_server() as server:
        fault.before(server)
        held = Held(house, server)
        held.script.write_text("")
        with (
            voice(house, config=_settings(house, fault, server.url)),
            manners(house, prompt_after_s=2.0, goodbye_after_s=5.0),
        ):
            since, before = time.monotonic(), 0
            holding = asyncio.create_task(held.hold())
            if fault.within is not None:
                await _answered_once(held)
                since, before = time.monotonic(), len(held.said(Role.BOT))
                held.line.speaker.first_at = None
                await fault.within(held)
            heard_s = await held.heard_at(fault.hears, after=before) - since
            if fault.hears == ANSWER:
                held.line.gone.set()
            await asyncio.wait_for(holding, 60)
            await held.line.close()

    with capsys.disabled():
        print(
            f"\n  {fault.name}: {heard_s:.1f} s, {fault.hears!r}; {', '.join(fault.rows)}", end=""
        )
    assert held.outcomes() == list(fault.rows)
    if fault.within is not None:
        assert held.said(Role.CONTACT)[0] == ASKS
        assert any(ANSWER in each for each in held.said(Role.BOT))


async def _answered_once(held: Held) -> None:
    """Let the caller hear the greeting and one answer."""
    await until(lambda: len(held.line.speaker.said) >= 2, 60)
    await until(lambda: not held.line.speaker.is_playing)
    held.speak("hours", ASKS)
    await until(lambda: any(ANSWER in each for each in held.said(Role.BOT)), 60)
    await until(lambda: held.line.session and held.line.session.agent_state == "listening")
