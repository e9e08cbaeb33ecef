"""Silence, keys, and text as the ear wants it: no clock, no sound."""

from __future__ import annotations

import pytest

from appliance.config.model import VoiceManners
from appliance.voice.manners import Keys, Move, Patience
from appliance.voice.speakable import speakable


def _patience() -> Patience:
    return Patience(
        manners=VoiceManners(prompt_after_s=8, goodbye_after_s=20, longest_min=10), began=0.0
    )


def _looks(patience: Patience, *times: float, caller: bool = False, bot: bool = False) -> list[str]:
    found = (patience.look(at, caller_speaks=caller, bot_speaks=bot) for at in times)
    return [str(move) for move in found if move]


def test_a_silence_is_asked_about_once_then_ended() -> None:
    patience = _patience()

    _looks(patience, 5.0, bot=True)

    assert _looks(patience, 6.0, 12.9) == []
    assert _looks(patience, 13.1, 14.0) == [Move.PROMPT]
    # Our own question is no answer to it.
    assert _looks(patience, 14.5, 16.0, bot=True) == []
    assert _looks(patience, 24.9, 25.1) == [Move.GOODBYE]


def test_a_caller_who_speaks_has_all_the_time_again() -> None:
    patience = _patience()
    _looks(patience, 0.0, 9.0)

    _looks(patience, 10.0, caller=True)

    assert _looks(patience, 17.9) == []
    assert _looks(patience, 18.1) == [Move.PROMPT]
    assert _looks(patience, 29.9) == []
    assert _looks(patience, 30.1) == [Move.GOODBYE]


def test_a_call_ends_at_its_longest_whoever_speaks() -> None:
    assert _looks(_patience(), 599.0, caller=True) == []
    assert _looks(_patience(), 600.0, caller=True) == [Move.TOO_LONG]


def test_keys_are_one_entry_until_a_hash_or_a_pause() -> None:
    keys = Keys(pause_s=2)

    assert [keys.press(key, 1.0) for key in "42"] == [None, None]
    assert keys.look(2.9) is None
    assert keys.look(3.0) == "42"
    assert keys.look(9.0) is None
    keys.press("7", 10.0)
    assert keys.press("#", 10.5) == "7"


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Write to jane.doe@example.com today.", "Write to jane dot doe at example dot com today."),
        ("Call +1 617 555 0142.", "Call plus 1, 6 1 7, 5 5 5, 0 1 4 2."),
        ("Your reference is T-7K2M9Q.", "Your reference is T, 7 K 2, M 9 Q."),
        ("Your reference is T-KZJQAJ.", "Your reference is T, K Z J, Q A J."),
        ("See https://www.acme.example/prices?x=1.", "See acme dot example slash prices."),
        ("We open 9:00 am to 5:00 pm on 2026-11-19.", "We open 9:00 am to 5:00 pm on 2026-11-19."),
        ("Premium is $1,299.00 a year.", "Premium is $1,299.00 a year."),
        ("- **First**\n- `second`", "First\nsecond"),
        ("Free parking. (Source: Parking)", "Free parking."),
    ],
)
def test_text_is_spoken_as_it_is_understood(written: str, spoken: str) -> None:
    assert speakable(written) == spoken
