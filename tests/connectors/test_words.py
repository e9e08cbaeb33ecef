"""Dividing and cleaning words without losing one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.connectors.whatsapp.markup import shown
from appliance.connectors.words import cleaned, divide

_prose = st.lists(
    st.sampled_from(
        ["a", "word", "longerword", ".", "!", "\n", "\n\n", " ", "x" * 60, "é", "👩‍🦰", "🇩🇪"]
    )
    | st.text(max_size=5),
    max_size=60,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(_prose, st.integers(1, 80))
def test_no_word_is_lost_and_no_piece_is_too_long(text, longest):
    pieces = list(divide(text, longest))

    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(0 < len(piece) <= longest for piece in pieces)
    assert all(piece == piece.strip() for piece in pieces)


@settings(max_examples=300, deadline=None)
@given(_prose, st.integers(70, 120))
def test_words_that_fit_are_never_cut(text, longest):
    pieces = list(divide(text, longest))

    words = text.split()
    if all(len(word) <= longest for word in words):
        assert [word for piece in pieces for word in piece.split()] == words


@pytest.mark.parametrize(
    ("text", "longest", "pieces"),
    [
        ("", 10, []),
        ("  \n ", 10, []),
        ("short", 10, ["short"]),
        ("First one. Second one.", 15, ["First one.", "Second one."]),
        ("One paragraph.\n\nAnother. And more.", 25, ["One paragraph.", "Another. And more."]),
        ("line one\nline two\nline three", 18, ["line one\nline two", "line three"]),
        ("x" * 25, 10, ["x" * 10, "x" * 10, "x" * 5]),
        ("a " + "x" * 12, 10, ["a", "x" * 10, "xx"]),
        ("xxxxxxxxe\u0301z", 9, ["xxxxxxxx", "e\u0301z"]),  # the accent stays on its letter
        ("xxxxx👩\u200d🦰", 7, ["xxxxx", "👩\u200d🦰"]),
        ("xxxx🇩🇪", 5, ["xxxx", "🇩🇪"]),
        ("xxx👍🏽", 4, ["xxx", "👍🏽"]),
        ("\u0301" * 12, 5, ["\u0301" * 5, "\u0301" * 5, "\u0301" * 2]),
    ],
)
def test_a_piece_ends_where_the_text_pauses(text, longest, pieces):
    assert list(divide(text, longest)) == pieces


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(), max_size=40))
def test_cleaned_words_can_be_sent_anywhere(text):
    made = cleaned(text)

    made.encode("utf-8")
    assert not any((ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0 for c in made)
    assert cleaned(made) == made


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("**Bold** words", "*Bold* words"),
        ("It is **very important**.", "It is *very important*."),
        ("# Prices\nFrom $9", "*Prices*\nFrom $9"),
        ("## **Prices** ##", "*Prices*"),
        ("See [our page](https://acme.example/a).", "See our page (https://acme.example/a)."),
        ("[https://acme.example](https://acme.example)", "https://acme.example"),
        ("[acme.example](https://acme.example)", "https://acme.example"),
        ("*already bold*", "*already bold*"),
        ("2**3**4 and a ** b ** c", "2**3**4 and a ** b ** c"),
        ("`**code**` and ```\n# code\n```", "`**code**` and ```\n# code\n```"),
        ("- one\n- two", "- one\n- two"),
        ("#hashtag", "#hashtag"),
        ("**", "**"),
        ("****", "****"),
    ],
)
def test_markdown_becomes_whatsapps_own_signs(written, expected):
    assert shown(written) == expected
    assert shown(expected) == expected
