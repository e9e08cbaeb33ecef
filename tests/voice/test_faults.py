"""What breaks in a call: the sentence that is heard, the row that is written, what is kept."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from appliance.assembly.calls import SpokenAppliance
from appliance.assembly.office import open_office
from appliance.conversation import records as conversations
from appliance.conversation import tickets
from appliance.conversation.values import Role
from appliance.core.settings import Settings
from appliance.services.calls import metrics, records
from appliance.voice import wording
from appliance.voice.values import CallOutcome, Ended
from tests.voice.calls import ROOT, SOUNDS, Caller, config_text, spoken_house, until

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SpokenAppliance]:
    async with spoken_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture
def script(house: SpokenAppliance) -> Path:
    return house.settings.config.parent / "script.txt"


def _ticket(house: SpokenAppliance, outcome: CallOutcome) -> str:
    found = house.db.read(lambda c: tickets.find_open(c, house.keyring, outcome.conversation_id))
    assert found is not None
    assert found.reference == outcome.handoff
    return found.reason


async def test_a_recogniser_that_dies_once_is_started_again_and_the_caller_is_asked(
    house: SpokenAppliance, script: Path
) -> None:
    async with Caller(house, script) as caller:
        await caller.greeted()
        caller.speak("hours", "!die")
        await until(lambda: any(m.text == wording.REPEAT for m in caller.messages))
        await until(lambda: not caller.line.speaker.is_playing)
        script.write_text("")

        reply = await caller.say("hours", "what are your opening hours")
        outcome = await caller.hang_up()

    assert "Monday to Friday" in reply
    assert outcome.ended is Ended.CALLER


async def test_a_recogniser_that_stays_dead_is_told_and_somebody_calls_back(
    house: SpokenAppliance, script: Path
) -> None:
    async with Caller(house, script) as caller:
        await caller.greeted()
        caller.speak("hours", "!gone")
        outcome = await caller.held

    assert outcome.ended is Ended.FAILED
    assert caller.messages[-1].text == wording.NOT_HEARD
    assert _ticket(house, outcome) == "call_failed"


async def test_a_voice_that_dies_is_apologised_for_with_the_sound_that_was_kept(
    house: SpokenAppliance, script: Path
) -> None:
    gone = script.parent / "voice_is_gone"
    async with Caller(house, script) as caller:
        await caller.greeted()
        await until(lambda: len(list((house.cache / "sayings").glob("*.pcm"))) >= 8)
        gone.touch()
        try:
            before = len(caller.line.speaker.said)
            caller.speak("hours", "what are your opening hours")
            outcome = await caller.held
        finally:
            gone.unlink()

    assert outcome.ended is Ended.FAILED
    assert caller.messages[-1].text == wording.NOT_SPOKEN
    assert len(caller.line.speaker.said) > before
    assert len(caller.line.speaker.said[-1].sound) > 32_000
    assert any(m.text == "what are your opening hours" for m in caller.messages)
    assert _ticket(house, outcome) == "call_failed"


async def test_noise_and_breath_are_no_words(house: SpokenAppliance, script: Path) -> None:
    async with Caller(house, script) as caller:
        await caller.greeted()
        caller.line.microphone.say(os.urandom(16_000 * 2))
        caller.speak("stop", "!nothing")
        await caller.line.microphone.silent.wait()
        await asyncio.sleep(2)  # a pause: else what comes next belongs to the same utterance
        reply = await caller.say("hours", "what are your opening hours")

    assert "Monday to Friday" in reply
    assert [m.text for m in caller.messages if m.role is Role.CONTACT] == [
        "what are your opening hours"
    ]


async def test_the_figures_of_a_call_are_what_was_counted_by_hand(
    house: SpokenAppliance, script: Path
) -> None:
    async with Caller(house, script) as caller:
        await caller.greeted()
        await caller.say("hours", "what are your opening hours")
        caller.speak("hours", "what are your opening hours")
        await until(lambda: len(caller.replies) == 2 and caller.line.speaker.is_playing)
        caller.speak("person", "this is terrible i would like to talk to a person")
        await until(lambda: len(caller.replies) == 3)
        await until(lambda: caller.line.session and caller.line.session.agent_state == "listening")
        outcome = await caller.hang_up()

    [call] = house.db.read(lambda c: records.of_conversation(c, outcome.conversation_id))
    turns = house.db.read(lambda c: records.turns_of(c, call.id))
    figures = metrics.of_call(call, turns)
    assert (call.state, call.outcome, call.handoff) == (
        "ended",
        "caller_hung_up",
        outcome.handoff,
    )
    assert call.disclosed_ms is not None
    assert call.sentiment == -1.0
    assert [turn.was_cut for turn in turns] == [False, True, False]
    assert (figures.interruptions, figures.turns, figures.handoff_occurred) == (1, 3, True)
    heard_ms = sum(len(each.sound) for each in caller.line.speaker.said) / 32
    assert call.bot_ms == pytest.approx(heard_ms, rel=0.25)
    assert figures.duration_seconds == pytest.approx(outcome.seconds, abs=2)
    delays = sorted(turn.reply_ms for turn in turns if turn.reply_ms is not None)
    assert figures.response_latency_ms == delays[(len(delays) + 1) // 2 - 1]
    for turn in turns:
        assert turn.end_of_turn_ms is not None
        assert turn.stt_ms is not None
        assert turn.message_id is not None
        assert turn.first_token_ms is not None


async def test_a_call_whose_process_is_killed_is_kept_to_its_last_turn(tmp_path: Path) -> None:
    config = tmp_path / "bot_config.yaml"
    config.write_text(config_text(tmp_path), "utf-8")
    (tmp_path / "script.txt").write_text("what are your opening hours\n")
    environment = {
        **os.environ,
        "APPLIANCE_DATA_DIR": str(tmp_path / "data"),
        "APPLIANCE_KEYS_DIR": str(tmp_path / "keys"),
        "APPLIANCE_CONFIG": str(config),
    }
    wav = ["--wav", str(SOUNDS / "hours.wav"), str(tmp_path / "out.wav")]
    command = [sys.executable, "-m", "appliance", "call", *wav, "--wait-s", "60"]
    with subprocess.Popen(command, env=environment, cwd=ROOT, start_new_session=True) as process:
        settings = Settings(data_dir=tmp_path / "data", keys_dir=tmp_path / "keys", config=config)
        deadline = time.monotonic() + 120
        try:
            while not _turns(settings) and time.monotonic() < deadline:
                assert process.poll() is None
                time.sleep(0.3)
        finally:
            os.killpg(process.pid, signal.SIGKILL)

    office = open_office(settings)
    [call] = office.db.read(lambda c: records.newest(c, most=10))
    assert call.state == "open"
    later = office.clock.now() + timedelta(minutes=1)
    assert office.db.write_now(lambda c: records.drop_dead(c, later)) == 1
    [call] = office.db.read(lambda c: records.newest(c, most=10))
    said = office.db.read(
        lambda c: conversations.visible_after(c, office.keyring, call.contact_id, after=0, most=50)
    )
    office.close()
    assert (call.state, call.outcome) == ("dropped", "dropped")
    assert call.ended_at is not None
    assert [message.role for message in said][-2:] == [Role.CONTACT, Role.BOT]


def _turns(settings: Settings) -> int:
    if not (settings.data_dir / "core.db").exists():
        return 0
    office = open_office(settings)
    try:
        calls = office.db.read(lambda c: records.newest(c, most=10))
        return len(office.db.read(lambda c: records.turns_of(c, calls[0].id))) if calls else 0
    finally:
        office.close()
