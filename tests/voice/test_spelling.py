"""What a caller asks to have spelled."""

from __future__ import annotations

import pytest

from appliance.voice import spelling


@pytest.mark.parametrize(
    "words",
    [
        "can you spell that",
        "Sorry, could you please spell it?",
        "how do you spell that",
        "please spell the address",
        "what is the spelling",
    ],
)
def test_a_caller_may_ask_for_it_in_many_words(words: str) -> None:
    assert spelling.is_asked_for(words)


@pytest.mark.parametrize(
    "words",
    [
        "i'll spell my name for you",
        "spell my name with two n's",
        "my name is spelled with a k",
        "what are your opening hours",
        "the spell checker is broken",
        "can you spell that and move it to friday",
        "how do you spell it and what does it cost",
        "would you spell out the differences between the plans",
    ],
)
def test_other_words_are_for_the_desk(words: str) -> None:
    assert not spelling.is_asked_for(words)


@pytest.mark.parametrize(
    ("said", "spelled"),
    [
        (
            "That is a demo on Thursday 19 November at 3:00 pm for Ann Lee, ann.lee@lee.example. "
            "Shall I book it?",
            "Ann Lee: A N N, L E E. The address: A N N, dot, L E E, at, L E E, dot, E X A M P L E.",
        ),
        ("Your reference is T-KZJQAJ.", "The reference: T, K Z J, Q A J."),
        (
            "It is for Sinead O'Brien, Mary-Jane McDonald and José Müller.",
            "Sinead O'Brien: S I N E A D, O, apostrophe, B R I E N. "
            "Mary-Jane McDonald: M A R Y, dash, J A N E, M C D O N A L D. "
            "José Müller: J O S É, M Ü L L E R.",
        ),
        ("It comes with a USB-CABLE.", ""),
        ("We are open on Monday in May.", ""),
        ("Yes, we are open now.", ""),
    ],
)
def test_names_addresses_and_references_are_spelled(said: str, spelled: str) -> None:
    assert spelling.spelled(said) == spelled
