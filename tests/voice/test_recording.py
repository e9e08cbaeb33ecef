"""Recordings of calls: told of first, refused at any time, sealed, erased without a trace."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import pytest_asyncio
import typer
from typer.testing import CliRunner

from appliance.assembly.calls import SpokenAppliance
from appliance.assembly.jobs import Background
from appliance.assembly.office import Office, open_office
from appliance.config.model import Recording as Wishes
from appliance.conversation.values import Role
from appliance.core import errors
from appliance.core.settings import Settings
from appliance.services.calls import commands, recordings, records
from appliance.services.calls.values import Figures, Recording
from appliance.voice import notes, wording
from appliance.voice import recording as recordings_of_calls
from appliance.voice.row import CallRow
from appliance.voice.values import IncomingCall
from tests.voice.calls import ROOT, SOUNDS, Caller, config_text, spoken_house, until

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

SENTENCE = "We record this call, press 9 if not."


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SpokenAppliance]:
    async with spoken_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture
def script(house: SpokenAppliance) -> Path:
    return house.settings.config.parent / "script.txt"


@pytest.fixture
def folder(house: SpokenAppliance) -> Path:
    return house.settings.data_dir / recordings.FOLDER


@contextmanager
def _wishes(house: SpokenAppliance, **changes: Any) -> Iterator[None]:
    """Let calls be recorded for a while."""
    live = house.bots.the_live()
    before = live.config
    wanted = {"enabled": True, "sentence": SENTENCE, "refuse_key": "9", **changes}
    recording = before.voice.recording.model_copy(update=wanted)
    voice = before.voice.model_copy(update={"recording": recording})
    live.config = before.model_copy(update={"voice": voice})
    try:
        yield
    finally:
        live.config = before


def _told(caller: Caller) -> bool:
    return any(message.text == SENTENCE for message in caller.messages)


async def _greeted(caller: Caller) -> None:
    await until(lambda: len(caller.line.speaker.said) >= 3 and not caller.line.speaker.is_playing)


async def _recording_of(house: SpokenAppliance, caller: Caller) -> tuple[str, Recording | None]:
    outcome = await caller.hang_up()
    [call] = house.db.read(lambda c: records.of_conversation(c, outcome.conversation_id))
    return call.id, house.db.read(lambda c: records.find_recording(c, call.id))


def played(file: bytes) -> Any:
    """Give a file's two sides, at 48 kHz."""
    with av.open(io.BytesIO(file), "r") as reading:
        return np.concatenate([f.to_ndarray() for f in reading.decode(audio=0)], axis=1)


def loud_s(side: Any) -> float:
    """Give how long a side is not silent, in tenths of a second."""
    tenths = side[: len(side) // 4800 * 4800].reshape(-1, 4800)
    return float((np.abs(tenths).mean(axis=1) > 0.01).sum()) / 10


async def test_both_sides_are_kept_sealed_from_the_end_of_the_sentence_on(
    house: SpokenAppliance, script: Path, folder: Path
) -> None:
    with _wishes(house):
        async with Caller(house, script) as caller:
            await _greeted(caller)
            reply = await caller.say("hours", "what are your opening hours")
            call_id, kept = await _recording_of(house, caller)

    disclosure, sentence, greeting, *_ = caller.messages
    assert (disclosure.text, sentence.text, greeting.text) == (
        "A machine speaks.",
        SENTENCE,
        "Hello there.",
    )
    assert sentence.extras["tells_of_recording"]
    assert kept is not None
    assert kept.state == "kept"
    assert kept.told_ms == pytest.approx(sentence.extras["offset_s"] * 1000, abs=10)

    sealed = (folder / call_id).read_bytes()
    assert b"OggS" not in sealed
    caller_side, bot_side = played(recordings.read(house.keyring, folder, call_id))
    assert len(bot_side) / 48_000 == pytest.approx(kept.sound_ms / 1000, abs=0.3)
    # Of what was said to the caller, the disclosure and the sentence are not on it.
    _, _, *after = caller.line.speaker.said
    heard_s = sum(len(said.sound) for said in after) / 32_000
    assert loud_s(bot_side) == pytest.approx(heard_s, abs=0.15 * heard_s + 0.5)
    assert 0.5 < loud_s(caller_side) < 4
    assert "Monday" in reply


async def test_a_caller_who_refuses_is_not_recorded_and_told_so(
    house: SpokenAppliance, script: Path, folder: Path
) -> None:
    before = set(folder.glob("*"))
    with _wishes(house):
        async with Caller(house, script) as caller:
            await _greeted(caller)
            [file] = await _files(folder, but=before)
            caller.speak("stop", "please do not record me")
            await until(lambda: any(m.text == wording.NOT_RECORDED for m in caller.messages))
            gone = not file.exists()
            reply = await caller.say("hours", "what are your opening hours")
            _, refused = await _recording_of(house, caller)

    assert gone
    assert "Monday" in reply
    assert refused is not None
    assert (refused.state, refused.sound_ms) == ("refused", 0)
    said = [(m.role, m.text) for m in caller.messages[3:6]]
    assert said == [
        (Role.CONTACT, "please do not record me"),
        (Role.BOT, wording.NOT_RECORDED),
        (Role.CONTACT, "what are your opening hours"),
    ]
    assert not file.exists()


async def test_a_refusal_that_is_cut_short_stands(house: SpokenAppliance, folder: Path) -> None:
    before = set(folder.glob("*"))
    call = IncomingCall(
        call_id="cut short", direction="inbound", caller="+16175550111", called=None, kind="raw"
    )
    conversation = await notes.begin(house, call)
    row = await CallRow.begin(house, call, conversation, figures=Figures)
    wishes = Wishes(enabled=True, sentence=SENTENCE)
    recording = recordings_of_calls.Recording(house=house, wishes=wishes, call_id=row.call_id)
    await recording.begin(told_ms=0)
    assert set(folder.glob("*")) != before

    refusing = asyncio.create_task(recording.refuse())
    await asyncio.sleep(0)
    refusing.cancel()
    await asyncio.gather(refusing, return_exceptions=True)
    await recording.end()
    await row.stop()

    refused = house.db.read(lambda c: records.find_recording(c, row.call_id))
    assert refused is not None
    assert refused.state == "refused"
    assert set(folder.glob("*")) == before


async def test_a_question_beside_a_refusal_is_answered(
    house: SpokenAppliance, script: Path
) -> None:
    with _wishes(house):
        async with Caller(house, script) as caller:
            await _greeted(caller)
            reply = await caller.say("hours", "don't record me what are your opening hours")
            _, refused = await _recording_of(house, caller)

    assert "Monday" in reply
    assert any(m.text == wording.NOT_RECORDED for m in caller.messages)
    assert refused is not None
    assert refused.state == "refused"


async def test_a_key_refuses_even_before_the_sentence_has_ended(
    house: SpokenAppliance, script: Path, folder: Path
) -> None:
    before = set(folder.glob("*"))
    with _wishes(house):
        async with Caller(house, script) as caller:
            await until(lambda: len(caller.line.speaker.said) >= 1)
            caller.line.press("9")
            await until(lambda: any(m.text == wording.NOT_RECORDED for m in caller.messages))
            caller.line.press("9#")
            await until(lambda: caller.replies)
            _, refused = await _recording_of(house, caller)

    assert refused is not None
    assert (refused.state, refused.told_ms) == ("refused", None)
    assert set(folder.glob("*")) == before
    assert [m.text for m in caller.messages if m.role is Role.CONTACT] == ["9"]


async def test_without_the_configs_wish_or_the_whole_sentence_nothing_is_kept(
    house: SpokenAppliance, script: Path, folder: Path
) -> None:
    before = set(folder.glob("*"))
    async with Caller(house, script) as caller:
        await caller.greeted()
        _, never = await _recording_of(house, caller)
    with _wishes(house):
        async with Caller(house, script) as other:
            await until(lambda: len(other.line.speaker.said) >= 1 and other.line.speaker.is_playing)
            _, cut = await _recording_of(house, other)

    assert not _told(caller)
    assert never is None
    assert cut is None
    assert set(folder.glob("*")) == before


async def test_erasing_leaves_no_byte_even_in_mid_call(
    house: SpokenAppliance, script: Path, folder: Path
) -> None:
    before = set(folder.glob("*"))
    with _wishes(house):
        async with Caller(house, script) as caller:
            await _greeted(caller)
            [file] = await _files(folder, but=before)
            contact = caller.messages[0].contact_id
            erased = await asyncio.to_thread(recordings.erase, house.db, folder, contact_id=contact)
            await asyncio.sleep(1.5)  # longer than a piece: nothing may come back
            _, row = await _recording_of(house, caller)

    assert erased == 1
    assert not file.exists()
    assert set(folder.glob("*")) == before
    assert row is not None
    assert (row.state, row.sound_ms) == ("erased", 0)
    with pytest.raises(errors.NotFound):
        recordings.read(house.keyring, folder, file.name)
    assert recordings.erase(house.db, folder, contact_id=contact) == 0


async def test_what_cannot_be_written_ends_the_recording_and_not_the_call(
    house: SpokenAppliance, script: Path, folder: Path
) -> None:
    folder.mkdir(exist_ok=True)
    before, aside = set(folder.glob("*")), folder.with_name("calls-aside")
    folder.rename(aside)
    folder.write_text("not a folder")
    try:
        with _wishes(house):
            async with Caller(house, script) as caller:
                await until(lambda: any(m.text == "Hello there." for m in caller.messages))
                _, row = await _recording_of(house, caller)
    finally:
        folder.unlink()
        aside.rename(folder)

    assert row is not None
    assert row.state == "erased"
    assert set(folder.glob("*")) == before


async def test_of_a_killed_process_what_was_kept_until_then_can_be_played(tmp_path: Path) -> None:
    config = tmp_path / "bot_config.yaml"
    text = config_text(tmp_path).replace(
        "  manners:",
        "  recording: { enabled: true, sentence: We record., keep_days: 7 }\n  manners:",
    )
    config.write_text(text, "utf-8")
    (tmp_path / "script.txt").write_text("what are your opening hours\n")
    environment = {
        **os.environ,
        "APPLIANCE_DATA_DIR": str(tmp_path / "data"),
        "APPLIANCE_KEYS_DIR": str(tmp_path / "keys"),
        "APPLIANCE_CONFIG": str(config),
    }
    wav = ["--wav", str(SOUNDS / "hours.wav"), str(tmp_path / "out.wav")]
    command = [sys.executable, "-m", "appliance", "call", *wav, "--wait-s", "60"]
    settings = Settings(data_dir=tmp_path / "data", keys_dir=tmp_path / "keys", config=config)
    folder = settings.data_dir / recordings.FOLDER
    with subprocess.Popen(command, env=environment, cwd=ROOT, start_new_session=True) as process:
        deadline = time.monotonic() + 120
        try:
            while _size(folder) < 20_000 and time.monotonic() < deadline:
                assert process.poll() is None
                time.sleep(0.3)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
    (folder / "of-no-call").write_bytes(b"an orphan")

    office = open_office(settings)
    try:
        [row] = office.db.read(lambda c: records.recordings(c, most=10))
        assert row.state == "open"
        later = office.clock.now() + timedelta(minutes=1)
        assert office.db.write_now(lambda c: records.drop_dead(c, later)) == 1
        recurring = {job.name: job.run for job in Background(office).jobs}

        recurring["recordings"]()
        [row] = office.db.read(lambda c: records.recordings(c, most=10))
        assert row.state == "kept"
        assert [path.name for path in folder.iterdir()] == [row.call_id]
        _save_and_play(office, row.call_id, tmp_path / "call.ogg")

        old = office.clock.now() + timedelta(days=8)
        recordings.care(office.db, folder, old, keep_days=7)
        assert list(folder.iterdir()) == []
        [row] = office.db.read(lambda c: records.recordings(c, most=10))
        assert row.state == "erased"
    finally:
        office.close()


def _save_and_play(office: Office, call_id: str, out: Path) -> None:
    class Open(Office):
        def close(self) -> None: ...

    here = Open(office.settings, office.clock, office.db, office.keyring)
    app = typer.Typer()
    commands.add_to_calls(app, lambda: here)
    saved = CliRunner().invoke(app, ["recording", call_id, "--out", str(out)])
    assert saved.exit_code == 0, saved.exception
    assert played(out.read_bytes()).shape[1] > 48_000
    assert call_id in CliRunner().invoke(app, ["recordings"]).output
    other = CliRunner().invoke(app, ["recording", "../core.db", "--out", str(out)])
    assert isinstance(other.exception, errors.NotFound)


async def _files(folder: Path, *, but: Any) -> list[Path]:
    await until(lambda: set(folder.glob("*")) - set(but))
    return sorted(set(folder.glob("*")) - set(but))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*"))
