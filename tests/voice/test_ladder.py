"""Who holds a call when something is missing or breaks: nobody is left in silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio

from appliance.assembly.calls import SpokenAppliance
from appliance.core import errors, ids
from appliance.services.calls import records
from appliance.services.calls.values import Call
from appliance.voice import ladder, phrases, raw
from appliance.voice.keytalk import KeypadLine
from appliance.voice.values import IncomingCall
from tests.voice.calls import SOUNDS, config_text, spoken_house, until
from tests.voice.keyline import SPEECH, Line

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

SATURDAY = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SpokenAppliance]:
    async with spoken_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@contextmanager
def voice(house: SpokenAppliance, **changes: Any) -> Iterator[None]:
    """Let the config's voice section say something else for a while."""
    live = house.bots.the_live()
    before = live.config
    live.config = before.model_copy(update={"voice": before.voice.model_copy(update=changes)})
    try:
        yield
    finally:
        live.config = before


class Held:
    """A call on the ladder: raw sound for speech, a script of keys for recordings."""

    def __init__(
        self,
        house: SpokenAppliance,
        keys: Line,
        direction: Literal["inbound", "outbound"] = "inbound",
    ) -> None:
        number = f"+1617{ids.new_id()[-7:]}"
        self.house = house
        self.line = raw.RawLine()
        self.keys = keys
        self.incoming = IncomingCall(ids.new_id(), direction, number, "100", "raw")

    @property
    def script(self) -> Path:
        """What the recogniser will have heard."""
        return self.house.settings.config.parent / "script.txt"

    async def hold(self) -> None:
        self.script.write_text("")
        await ladder.hold(self.incoming, self.line, self.house, by_keys=self._by_keys)

    async def _by_keys(self) -> KeypadLine:
        return self.keys

    @property
    def said(self) -> list[str]:
        identity = self.incoming.identity
        found = self.house.history(identity.kind, identity.value, after=0, limit=100)
        return [message.text for message in found.messages]

    @property
    def rows(self) -> list[Call]:
        identity = self.incoming.identity
        found = self.house.history(identity.kind, identity.value, after=0, limit=1).messages
        return self.house.db.read(lambda c: records.of_conversation(c, found[0].conversation_id))


async def test_where_the_recogniser_stays_dead_the_call_goes_on_by_keys(
    house: SpokenAppliance,
) -> None:
    held = Held(house, Line(["1"], hangs_up=True))
    holding = asyncio.create_task(held.hold())
    await until(lambda: len(held.line.speaker.said) >= 2 and not held.line.speaker.is_playing)

    held.script.write_text("!gone\n")
    held.line.microphone.say(raw.read_wav(SOUNDS / "hours.wav"))
    await holding

    said = held.said
    assert phrases.BY_KEYS.text in said
    assert phrases.WELCOME.text not in said  # they were told of the machine by the bot
    assert any("Monday through Friday" in each for each in said)
    assert [call.outcome for call in held.rows] == ["by_keys", "caller_hung_up"]


async def test_where_no_voice_works_from_the_start_recordings_speak(tmp_path: Path) -> None:
    (tmp_path / "voice_is_gone").touch()
    async with spoken_house(tmp_path, text=config_text(tmp_path)) as house:
        held = Held(house, Line(["2", "1"]))

        await held.hold()

        said = [each for each in held.said if each != "..."]
        rows = held.rows

    assert said[:2] == [phrases.WELCOME.text, phrases.BY_KEYS.text]
    assert any("Your appointment is booked" in each for each in said)
    assert [call.outcome for call in rows] == ["by_keys", "served"]
    assert rows[0].disclosed_ms is None
    assert rows[0].failures >= 1


async def test_speech_that_cannot_be_opened_leads_to_the_menu(house: SpokenAppliance) -> None:
    config = house.bots.the_live().config.voice.config
    assert config is not None
    lost = config.stt.model_copy(update={"command": ["/nowhere/recogniser"]})
    held = Held(house, Line(["1"], hangs_up=True))

    with voice(house, config=config.model_copy(update={"stt": lost})):
        await held.hold()

    assert held.said[0] == phrases.WELCOME.text


async def test_a_closed_company_takes_messages_where_its_config_says_so(tmp_path: Path) -> None:
    async with spoken_house(tmp_path, text=config_text(tmp_path), clock_start=SATURDAY) as house:
        message, talk = Held(house, Line([], message=SPEECH)), Held(house, Line([]))
        ours = Held(house, Line([]), "outbound")
        with voice(house, when_closed="voicemail"):
            await message.hold()
            await _hear_the_bot(ours)
        await _hear_the_bot(talk)

    assert phrases.CLOSED_NOW.text in message.said
    assert phrases.MESSAGE_KEPT.text in message.said
    for spoken in (talk, ours):
        assert phrases.CLOSED_NOW.text not in spoken.said
        assert phrases.WELCOME.text not in spoken.said


async def _hear_the_bot(held: Held) -> None:
    """Stay until the bot has spoken, then hang up."""
    holding = asyncio.create_task(held.hold())
    await until(lambda: "A machine speaks." in held.said)
    held.line.gone.set()
    await holding


async def test_an_open_company_answers_itself(house: SpokenAppliance) -> None:
    held = Held(house, Line([]))

    with voice(house, when_closed="voicemail"):
        holding = asyncio.create_task(held.hold())
        await until(lambda: "Hello there." in held.said)
        held.line.gone.set()
        await holding

    assert phrases.CLOSED_NOW.text not in held.said


async def test_where_nothing_can_be_kept_the_caller_hears_an_apology(
    house: SpokenAppliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def locked(*_: object) -> None:
        raise errors.Unavailable("The database is locked.")

    held = Held(house, Line(["1"]))
    monkeypatch.setattr(house.db, "write", locked)

    await held.hold()

    assert held.keys.played >= len(phrases.TROUBLE.samples())
    assert held.keys.gone.is_set()
