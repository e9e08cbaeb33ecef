"""Visitor tokens and file keys."""

from __future__ import annotations

from appliance.api import visitor
from appliance.core import crypto
from tests.fakes.chat import HandClock

OURS = crypto.Keyring(b"a" * 32)
DAY_S = 86_400


def test_a_token_proves_its_visitor_where_it_was_issued():
    tokens = visitor.tokens(OURS, HandClock())

    token, made = tokens.issue(place="https://acme.example")

    assert tokens.visitor_of(token, place="https://acme.example") == made


def test_a_token_is_worth_nothing_on_another_site():
    tokens = visitor.tokens(OURS, HandClock())

    token, _ = tokens.issue(place="https://acme.example")

    assert tokens.visitor_of(token, place="https://evil.example") is None
    assert tokens.visitor_of(token, place="self") is None


def test_a_token_of_another_install_is_refused():
    token, _ = visitor.tokens(crypto.Keyring(b"b" * 32), HandClock()).issue(place="self")

    assert visitor.tokens(OURS, HandClock()).visitor_of(token, place="self") is None


def test_a_token_lasts_180_days():
    clock = HandClock()
    tokens = visitor.tokens(OURS, clock)
    token, made = tokens.issue(place="self")

    clock.pass_(180 * DAY_S - 1)
    assert tokens.visitor_of(token, place="self") == made

    clock.pass_(1)
    assert tokens.visitor_of(token, place="self") is None


def test_a_token_from_the_future_is_refused():
    clock = HandClock()
    tokens = visitor.tokens(OURS, clock)
    token, _ = tokens.issue(place="self")

    clock.pass_(-3600)

    assert tokens.visitor_of(token, place="self") is None


def test_no_character_of_a_token_can_be_changed():
    tokens = visitor.tokens(OURS, HandClock())
    token, made = tokens.issue(place="self")

    for at, old in enumerate(token):
        # The last character of a MAC carries two unused bits; the text itself is compared.
        changed = token[:at] + ("0" if old != "0" else "1") + token[at + 1 :]
        assert tokens.visitor_of(changed, place="self") is None, changed
    assert tokens.visitor_of(token, place="self") == made


def test_rubbish_is_no_token():
    tokens = visitor.tokens(OURS, HandClock())

    for rubbish in ("", "v1", "v1...", "v2." + "a" * 80, "\0", "é" * 200, "v1." + "." * 100_000):
        assert tokens.visitor_of(rubbish, place="self") is None


def test_a_file_key_opens_its_file_and_no_other():
    tokens = visitor.tokens(OURS, HandClock())

    key = tokens.sign_file("file-1")

    assert tokens.opens_file("file-1", key)
    assert not tokens.opens_file("file-2", key)
    assert not tokens.opens_file("file-1", "é\ud800")
