"""What counts as a caller's refusal to be recorded, and what is a question beside it."""

from __future__ import annotations

import pytest

from appliance.voice import refusal

ALONE = [
    "do not record me",
    "Please don't record this call.",
    "don’t record me please",
    "no recording",
    "I do not want to be recorded",
    "i don't want you to record me",
    "I'd rather this is not recorded",
    "stop recording",
    "stop the recording please",
    "without recording please",
    "I do not consent to the recording",
    "I don't agree to being recorded",
    "I refuse to be recorded",
    "turn off the recording",
    "turn the recording off please",
    "please switch that tape off",
    "hello no recording thank you",
]
WITH_MORE = [
    "don't record me when are you open on saturday",
    "I do not want to be recorded but I would like to book a table for four",
    "no recording please what does premium cost",
]
NONE = [
    "what are your opening hours",
    "my order is in your records",
    "what is the world record for the longest flight",
    "I am not sure when you are open",
    "do you sell tape",
    "yes",
    "",
    "no",
]


@pytest.mark.parametrize("words", ALONE)
def test_a_refusal_alone_needs_no_other_answer(words: str) -> None:
    assert refusal.find(words) == refusal.Refusal(is_all=True)


@pytest.mark.parametrize("words", WITH_MORE)
def test_a_question_beside_a_refusal_is_still_to_be_answered(words: str) -> None:
    assert refusal.find(words) == refusal.Refusal(is_all=False)


@pytest.mark.parametrize("words", NONE)
def test_other_words_are_no_refusal(words: str) -> None:
    assert refusal.find(words) is None


def test_the_configs_own_words_refuse_too() -> None:
    more = ["Nicht  aufzeichnen"]

    assert refusal.find("bitte nicht aufzeichnen", more) == refusal.Refusal(is_all=True)
    assert refusal.find("nicht aufzeichnen wann haben sie geöffnet", more) == refusal.Refusal(
        is_all=False
    )
    assert refusal.find("bitte nicht aufzeichnen") is None
