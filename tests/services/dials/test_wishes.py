"""Who has asked to be called, and who has forbidden it."""

from __future__ import annotations

import pytest

from appliance.connectors.messages import Identity
from appliance.contacts import identities
from appliance.conversation import entries, spoken
from appliance.conversation.values import Role
from appliance.services.dials import wishes
from tests.services.dials.terms import NUMBER


@pytest.mark.parametrize(
    "words",
    [
        "Don't call me again.",
        "please do not call us",
        "stop calling",
        "never ring this number",
        "No more calls please",
        "take me off your calling list",
        "Remove my phone number!",
        "don’t phone me, write to me",
        "no me llame más",
        "Rufen Sie mich bitte nicht an",
        "ne m'appelez plus",
        "call me back later? no, stop calling me",
    ],
)
def test_who_does_not_want_calls_is_understood(words):
    assert wishes.read(words) is False


@pytest.mark.parametrize(
    "words",
    [
        "please call me tomorrow",
        "Can you call us back?",
        "give me a ring when it is ready",
        "could someone phone me",
        "Ruf mich bitte zurück",
        "Rappelez-moi demain",
        "llámeme mañana",
    ],
)
def test_who_asks_for_a_call_is_understood(words):
    assert wishes.read(words) is True


@pytest.mark.parametrize(
    "words",
    [
        "why don't you answer",
        "do you call that cheap?",
        "what do calls cost",
        "don't call it a day yet",
        "I never called the shop",
        "the phone rings",
        "",
    ],
)
def test_other_words_say_nothing_of_calls(words):
    assert wishes.read(words) is None


def say(db, keyring, clock, words, *, caller=NUMBER, kind="phone", role=Role.CONTACT):
    """Let a contact say something; gives who they are."""
    now = clock.now()

    def unit(connection):
        conversation = spoken.begin(
            connection, keyring, now, caller=Identity(kind, caller), account="", region="US"
        )
        entries.record(
            connection,
            keyring,
            now,
            conversation_id=conversation.id,
            contact_id=conversation.contact_id,
            role=role,
            text=words,
        )
        return conversation.contact_id

    return db.write_now(unit)


def refusal(db, keyring, contact, *, number=NUMBER, needs_consent=False):
    return db.read(
        lambda c: wishes.refusal(
            c, keyring, contact_id=contact, number=number, needs_consent=needs_consent
        )
    )


def test_the_latest_word_holds(db, keyring, clock):
    contact = say(db, keyring, clock, "please call me back")
    wishes.take_in(db, keyring, clock.now())
    assert refusal(db, keyring, contact, needs_consent=True) is None

    say(db, keyring, clock, "don't call me any more")
    wishes.take_in(db, keyring, clock.now())

    assert refusal(db, keyring, contact) == "forbidden"


def test_without_consent_nobody_is_called_where_it_is_needed(db, keyring, clock):
    contact = say(db, keyring, clock, "hello")
    wishes.take_in(db, keyring, clock.now())

    assert refusal(db, keyring, contact, needs_consent=True) == "no_consent"
    assert refusal(db, keyring, contact, needs_consent=False) is None


def test_only_what_the_contact_says_counts(db, keyring, clock):
    contact = say(db, keyring, clock, "don't call me", role=Role.BOT)

    wishes.take_in(db, keyring, clock.now())

    assert refusal(db, keyring, contact) is None


def test_who_shares_a_number_is_asked_as_well(db, keyring, clock):
    visitor = say(db, keyring, clock, "don't call me", caller="v1", kind="visitor")
    db.write_now(lambda c: identities.save_card(c, keyring, clock.now(), visitor, phone=NUMBER))
    caller = say(db, keyring, clock, "please call me")

    wishes.take_in(db, keyring, clock.now())

    assert refusal(db, keyring, caller) == "forbidden"


def test_what_was_read_is_not_read_again(db, keyring, clock):
    contact = say(db, keyring, clock, "don't call me")
    wishes.take_in(db, keyring, clock.now())
    from appliance.services.dials import records

    db.write_now(
        lambda c: records.save_wish(c, clock.now(), contact, may_call=True, said_by="operator")
    )
    say(db, keyring, clock, "thanks")
    wishes.take_in(db, keyring, clock.now())

    assert refusal(db, keyring, contact) is None
