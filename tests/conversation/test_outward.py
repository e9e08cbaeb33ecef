"""An answer is plain text: no markup, no escapes, no foreign links."""

from __future__ import annotations

import pytest

from appliance.conversation import outward

OWN = "https://acme.example"


def shown(sentence: str) -> str:
    return outward.plain(sentence, leads=lambda address: address.startswith(OWN), gone="(gone)")


@pytest.mark.parametrize(
    "sentence",
    [
        "Premium is $99 per user & month (2 < 3, a > b).",
        "We open at 9:00, see you!",
        "Ça coûte 5 €; 你好 😀 👨\u200d👩\u200d👧 – fine…",
        "First line\n\tsecond line",
        "See https://acme.example/jobs.",
        "Choose [1] or [2], either/or.",
        "Mail jane@doe.example or ask.",
    ],
)
def test_plain_words_leave_as_they_are(sentence: str) -> None:
    assert shown(sentence) == sentence


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        ("![a cat](https://evil.example/?d=1) here", "a cat here"),
        ("[here](https://evil.example) now", "here now"),
        ("[jobs](https://acme.example/jobs) now", "jobs (https://acme.example/jobs) now"),
        ("Go to https://evil.example/a?b=c.", "Go to (gone)."),
        ("Go to evil.example/a, then", "Go to (gone), then"),
        ("Go to www.evil.example!", "Go to (gone)!"),
        ("Hi <b>you</b>", "Hi you"),
        ("Hi <script>steal()</script>there", "Hi there"),
        ("Hi <img src=x onerror=steal()", "Hi "),
        ("Hi <!-- x --> there", "Hi  there"),
        ("[x](javascript:steal())", "x)"),
        ("A\x1b[31mred\x1b[0m", "Ared"),
        ("A\x1b]0;title\x07B", "AB"),
        ("A\u202eB\u202cC\ufeff", "ABC"),
        ("A" + "".join(chr(0xE0000 + ord(each)) for each in "secret"), "A"),
    ],
)
def test_what_would_act_is_taken_out(sentence: str, left: str) -> None:
    assert shown(sentence) == left


def test_hostile_markup_costs_little() -> None:
    for seed in ("![", "[x](", "<a ", "<script>", "\x1b]", "//", "a.", "<!--", "data:"):
        assert isinstance(shown((seed * 1500)[:1500]), str)
