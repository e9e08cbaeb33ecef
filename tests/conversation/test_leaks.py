"""Instructions and secrets do not leave, however they are written."""

from __future__ import annotations

import base64
import codecs
from collections.abc import Callable

import pytest

from appliance.conversation.leaks import WITHHELD, Instructions, Private, Secrets

PROMPT = (
    "Be brief and warm with all who write to us. Offer the winter catalogue before any other one "
    "and keep the name of the new supplier to yourself until the fair in Leipzig has begun."
)
FACT = "We deliver to every town in the country within three working days of your order."
KEY = "kestrel-44102-vault-77"
SHORT = "hunter2hunter2"
WRITINGS: list[Callable[[str], str]] = [
    str,
    str.upper,
    lambda text: text[::-1],
    lambda text: " ".join(text),
    lambda text: "-".join(text),
    lambda text: "\u200b".join(text),
    lambda text: codecs.encode(text, "rot13"),
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.b64encode(f"x{text}".encode()).decode(),
    lambda text: text.encode().hex(),
    lambda text: text.encode().hex(" "),
    lambda text: "".join(f"%{ord(each):02x}" for each in text),
    lambda text: "".join(f"&#{ord(each)};" for each in text),
    lambda text: text.translate(str.maketrans("oeast", "03457")),
]


def private(*, public: str = "") -> Private:
    return Private(
        instructions=Instructions.of(f"{PROMPT} {FACT}", public=public),
        secrets=Secrets.of([KEY, SHORT]),
    )


@pytest.mark.parametrize("writing", WRITINGS)
def test_instructions_are_known_in_any_writing(writing: Callable[[str], str]) -> None:
    assert private().leak(writing(PROMPT)) == "the instructions"


@pytest.mark.parametrize("writing", WRITINGS[:-1])
def test_a_secret_is_known_in_any_writing(writing: Callable[[str], str]) -> None:
    assert private().leak(f"The key: {writing(f'it is {KEY} and no other')}") == "a secret"


@pytest.mark.parametrize(
    "words",
    [
        "I can offer you our catalogue, which one would you like?",
        "We are brief and warm with all.",
        "The fair in Leipzig is in June.",
        "Your order is at the supplier.",
        "",
    ],
)
def test_ordinary_sentences_give_nothing_away(words: str) -> None:
    assert private().leak(words) is None


def test_what_the_facts_say_as_well_is_no_leak() -> None:
    assert private().leak(FACT) == "the instructions"
    assert private(public=FACT).leak(FACT) is None


def test_instructions_cut_into_single_words_are_stopped_soon() -> None:
    of, out = private(), []

    for number, word in enumerate(PROMPT.split(), 1):
        piece = f"{number}. {word}"
        if of.leak(piece) is None:
            out.append(word)

    assert len("".join(out)) < 60
    assert of.leak("Our office opens at nine in the morning on weekdays and that is all.") is None


def test_a_secret_cut_into_pieces_is_not_completed() -> None:
    of = private()

    out = [piece for piece in ("kestrel-", "44102-", "vault-", "77") if of.leak(piece) is None]

    assert "".join(out) in {"kestrel-", "kestrel-77"}


def test_a_new_answer_begins_with_nothing_before_it() -> None:
    of = private()
    of.leak("kestrel-4410")
    of.forget()

    assert of.leak("2-v is a size.") is None


@pytest.mark.parametrize(
    "key",
    [
        "sk-proj-7Qm2LrT9vXw4Yb8Nc1Zd6Hf3",
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_0123456789abcdefghijABCDEFGHIJ456789",
        "-----BEGIN RSA PRIVATE KEY-----",
        "xoxb-123456789012-abcdef",
    ],
)
def test_a_key_is_known_by_its_look(key: str) -> None:
    assert Private().leak(f"Use {key} for it.") == "a secret"
    assert key not in Secrets().withheld(f"Use {key} for it.")


def test_secrets_are_taken_out_of_a_text() -> None:
    said = Secrets.of([KEY, SHORT]).withheld(f"connected by {KEY} as {SHORT}")

    assert said == f"connected by {WITHHELD} as {WITHHELD}"


def test_a_short_common_word_is_no_secret() -> None:
    of = Private(secrets=Secrets.of(["password", "acme", "12345"]))

    assert of.leak("Choose a password of at least 12345 characters at acme.") is None


def test_an_empty_house_has_nothing_to_hide() -> None:
    assert Private().leak(PROMPT) is None
