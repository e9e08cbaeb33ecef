"""What is counted while a call is held."""

from __future__ import annotations

from appliance.voice.counts import Counts
from tests.fakes.clock import FakeClock


def test_both_sides_are_counted_while_they_still_speak(clock: FakeClock) -> None:
    counts = Counts(clock=clock)

    counts.caller_speaks(speaks=True)
    clock.advance(seconds=2)
    counts.caller_speaks(speaks=False)
    counts.bot_speaks(speaks=True)
    clock.advance(seconds=5)
    figures = counts.figures()

    assert (figures.caller_ms // 100, figures.bot_ms // 100) == (20, 50)


def test_a_mood_is_told_of_english_words_alone(clock: FakeClock) -> None:
    english, german = Counts(clock=clock, language="en-US"), Counts(clock=clock, language="de")
    for counts in (english, german):
        counts.words += ["what are your hours", "that is terrible"]

    assert english.figures().sentiment == -1.0
    assert german.figures().sentiment is None
