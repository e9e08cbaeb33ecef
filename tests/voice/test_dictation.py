"""How much a real recogniser gets of what callers say by telephone; `make bench` measures more."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest

from appliance.config.model import SpeechService
from appliance.models.speech import shelf
from tests.fakes import sphinx
from tests.voice import dictation


def _ears() -> Any:
    named = SpeechService(provider="program", command=sphinx.program())
    return shelf.make(named, "hear", secret=lambda _: None, mounted=lambda _: None)


@pytest.mark.parametrize(
    ("said", "heard", "wrong"),
    [
        ("do you have free parking", "do you have free parking", 0),
        ("do you have free parking", "do we have free", 2),
        ("free parking", "do you have free parking", 3),
        ("do you have free parking", "", 5),
    ],
)
def test_wrong_words_are_counted_as_changed_left_out_or_added(said: str, heard: str, wrong: int):
    assert dictation.distance(said.split(), heard.split()) == wrong


def test_a_telephone_carries_what_is_below_four_kilohertz_and_little_noise():
    at = np.arange(16_000) / 16_000
    low, high = (np.sin(2 * np.pi * pitch * at) * 8_000 for pitch in (1_000, 6_000))

    carried = [
        np.frombuffer(dictation.telephone(tone.astype(np.int16).tobytes()), np.int16)
        for tone in (low, high)
    ]

    assert [len(each) for each in carried] == [8_000, 8_000]
    middle = carried[0][1_000:7_000].astype(float)
    wave = np.fft.rfft(middle * np.hanning(len(middle)))
    power = np.abs(wave) ** 2
    peak = int(np.argmax(power))
    assert peak == pytest.approx(1_000 * len(middle) / 8_000, abs=1)
    noise = power.sum() - power[peak - 5 : peak + 6].sum()
    assert 10 * np.log10(power[peak] / noise) > 30  # G.711's own noise is 38 dB below
    assert np.abs(carried[1][1_000:7_000]).max() < 200


@pytest.mark.slow
@pytest.mark.skipif(not sphinx.INSTALLED and os.environ.get("CI") != "true", reason=sphinx.HOW)
async def test_a_real_recogniser_hears_something_in_each_of_thirty_calls_words(
    capsys: pytest.CaptureFixture[str],
):
    ears = _ears()

    results = await dictation.heard(ears, dictation.utterances())
    await ears.aclose()

    with capsys.disabled():
        print(f"\n{len(results)} utterances by telephone, word error rate by voice:")
        for voice in dictation.VOICES:
            own = [each for each in results if each.utterance.voice == voice]
            print(f"  {voice:7} {dictation.error_rate(own):.2f}")
        print(f"  all     {dictation.error_rate(results):.2f}")
    assert [each.utterance.words for each in results if not each.words] == []
    assert dictation.error_rate(results) < 0.7
