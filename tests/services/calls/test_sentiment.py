"""What words tell of a caller's mood, and what they do not."""

from __future__ import annotations

import pytest

from appliance.services.calls import sentiment


@pytest.mark.parametrize(
    ("said", "sign"),
    [
        ("that is wonderful, see you on Monday", 1),
        ("Perfect.", 1),
        ("this is ridiculous, I have waited for an hour", -1),
        ("I am fed up with this", -1),
        ("that was not helpful at all", -1),
        ("I didn\N{RIGHT SINGLE QUOTATION MARK}t love it", -1),
        ("I am not angry, I only want to know", 0),
        ("thank you very much", 0),
        ("my sink is broken and there is water everywhere", 0),
        ("great, but the driver was rude", 0),
        ("", 0),
        ("das ist schrecklich", 0),
    ],
)
def test_words_that_say_it_plainly_are_counted(said: str, sign: int) -> None:
    assert sentiment.of_utterance(said) == sign


def test_a_call_is_the_mean_of_what_shows_feeling() -> None:
    said = ["what are your hours", "that is terrible", "oh, perfect", "wonderful"]

    assert sentiment.of_call(said) == 0.33


def test_a_call_without_feeling_has_no_figure() -> None:
    assert sentiment.of_call(["what are your hours", "thank you"]) is None
    assert sentiment.of_call([]) is None
