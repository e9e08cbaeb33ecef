"""The real libraries with models of a few kilobytes: taken in, named, heard and spoken with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from livekit import rtc
from livekit.agents import APIConnectOptions, stt

from appliance.config.model import SpeechService
from appliance.models.speech import _kinds, shelf
from appliance.models.speech._kinds import Kind
from appliance.models.speech.mounted import trial
from appliance.models.speech.mounted.folder import Models
from tests.conftest import MONDAY
from tests.fakes import tiny_models

ONCE = APIConnectOptions(max_retry=0, timeout=60)
RATE = 16_000


def _needs(kind: Kind) -> None:
    if not kind.has_library:
        pytest.skip(f"{kind.package} is not installed here")


async def _taken_in(
    kind: Kind, tmp_path: Path, make: Callable[[Path], Path], **settings: Any
) -> Any:
    """Take a model in and open its provider by its name."""
    _needs(kind)
    models = Models(tmp_path / "models")
    source = await asyncio.to_thread(make, tmp_path / "from")
    added = await asyncio.to_thread(
        models.add, source, name="mine", sha256=None, now=MONDAY, loads=trial.loads
    )
    assert (added.provider, added.was_loaded) == (kind.provider, True)
    named = SpeechService(provider=kind.provider, model="mine", **settings)
    return shelf.make(named, kind.half, secret=lambda _: None, mounted=models.find)


async def _spoken_s(mouth: Any, text: str) -> float:
    async with mouth.synthesize(text, conn_options=ONCE) as stream:
        frames = [each.frame async for each in stream]
    await mouth.aclose()
    assert max(max(frame.data) for frame in frames) > 5_000
    return float(sum(frame.duration for frame in frames))


async def _heard(ears: Any, *levels: int) -> list[str]:
    """Give what is heard of a second of each level."""
    heard: list[str] = []
    async with ears.stream(conn_options=ONCE) as stream:
        for level in levels:
            wave = b"".join(
                (level if place % 40 < 20 else -level).to_bytes(2, "little", signed=True)
                for place in range(RATE)
            )
            stream.push_frame(rtc.AudioFrame(wave, RATE, 1, RATE))
            stream.flush()
            async for event in stream:
                if event.type is stt.SpeechEventType.FINAL_TRANSCRIPT:
                    heard.append(event.alternatives[0].text)
                    break
        stream.end_input()
    return heard


async def test_piper_speaks_by_a_model_of_our_folder(tmp_path: Path) -> None:
    mouth = await _taken_in(_kinds.PIPER, tmp_path, tiny_models.piper)

    assert await _spoken_s(mouth, "good morning") == pytest.approx(tiny_models.HUM_S, abs=0.1)


async def test_kokoro_speaks_names_its_lexicon_does_not_know_where_espeak_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(folder: Path) -> Path:
        return tiny_models.kokoro(folder, words=["one", "two", "three", "good"])

    mouth = await _taken_in(_kinds.KOKORO, tmp_path, made, language="en-US", speed=1.2)

    # By the lexicon alone, "Kowalski" makes no sound; espeak-ng is among what the tests need.
    assert await _spoken_s(mouth, "Kowalski?") == pytest.approx(tiny_models.HUM_S, abs=0.1)
    long = "This is a sentence that goes on, " * 30
    assert await _spoken_s(mouth, long) > 2 * tiny_models.HUM_S

    monkeypatch.setenv("PATH", str(tmp_path))
    assert await _spoken_s(mouth, "one two three") == pytest.approx(tiny_models.HUM_S, abs=0.1)


async def test_sherpa_hears_turn_by_turn_and_nothing_in_silence(tmp_path: Path) -> None:
    ears = await _taken_in(_kinds.SHERPA, tmp_path, tiny_models.sherpa)

    first, second = await _heard(ears, 8_000, 8_000)

    assert set(first.split()) == set(second.split()) == {"hello"}


async def test_whisper_hears_by_a_model_of_our_folder(tmp_path: Path) -> None:
    ears = await _taken_in(_kinds.WHISPER, tmp_path, tiny_models.whisper, language="en-US")

    assert len(await _heard(ears, 8_000)) == 1  # what it is, is chance
