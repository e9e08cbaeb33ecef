"""Contacts are found again however they are written, and their data is sealed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from appliance.contacts import identities, normal, surveys, tables
from appliance.contacts.card import OwnCard
from appliance.contacts.values import Card, Question
from appliance.core import errors
from appliance.core.clock import SystemClock
from appliance.core.crypto import Keyring
from appliance.core.store.columns import metadata
from appliance.core.store.database import Database
from appliance.toolkit import ports

NOW = datetime(2026, 11, 16, 15, tzinfo=UTC)


@pytest.fixture
def keyring():
    return Keyring(b"k" * 32)


@pytest.fixture
def store(tmp_path):
    made = Database(tmp_path / "core.db")
    rooms = [tables.contacts, tables.identities, tables.survey_answers]
    made.write_now(lambda c: metadata.create_all(c, tables=rooms))
    yield made
    made.close()


def once_in(db):
    """Runs every unit in a transaction of its own, and the same part only once."""
    receipts = {}

    async def once(part, unit):
        if part not in receipts:
            receipts[part] = await db.write(unit)
        return receipts[part]

    return once


def find(store, keyring, kind, value, *, channel="web_chat", region="US"):
    return store.write_now(
        lambda c: identities.find_or_make(
            c, keyring, NOW, kind=kind, value=value, channel=channel, region=region
        )
    )


@pytest.mark.parametrize(
    ("kind", "first", "again"),
    [
        ("phone", "+1 617 555 0142", "(617) 555-0142"),
        ("phone", "+16175550142", "617.555.0142"),
        ("email", "Ann@Example.COM", "  ann@example.com "),
        ("email", "ann@example.com", "ａｎｎ@example.com"),
        ("visitor", "v-1", "v-1"),
        ("phone", "ACME-BANK", "acme-bank"),
    ],
)
def test_the_same_identity_in_another_spelling_is_the_same_contact(
    store, keyring, kind, first, again
):
    contact = find(store, keyring, kind, first)

    assert find(store, keyring, kind, again) == contact


def test_another_kind_with_the_same_value_is_another_contact(store, keyring):
    contact = find(store, keyring, "visitor", "ann@example.com")

    assert find(store, keyring, "email", "ann@example.com") != contact


def test_numbers_without_a_country_are_read_in_the_clients_region():
    assert normal.phone("030 901820", region="DE") == "+4930901820"
    assert normal.phone("030 901820", region="DE") != normal.phone("617 555 0142", region="US")


@pytest.mark.parametrize(
    "text", ["", "12", "call me", "+999999999999999999", "'; DROP TABLE", "5" * 500]
)
def test_what_is_no_phone_number_is_refused(text):
    with pytest.raises(errors.Refused, match="phone number"):
        normal.phone(text, region="US")


@pytest.mark.parametrize(
    "text",
    ["", "ann", "ann@", "@example.com", "ann@example", "a b@example.com", "a@b@example.com",
     "ann@example.com\x00", "<script>@example.com", "a" * 65 + "@example.com", "ann@example.c0m"],
)  # fmt: skip
def test_what_is_no_email_address_is_refused(text):
    with pytest.raises(errors.Refused, match="e-mail"):
        normal.email(text)


def test_the_card_says_what_is_known_and_keeps_the_rest(store, keyring):
    contact = find(store, keyring, "visitor", "v-1")

    def save(**said):
        return store.write_now(lambda c: identities.save_card(c, keyring, NOW, contact, **said))

    save(name="  Ann \n Lee ", email="Ann@Example.com")
    card = save(phone="617 555 0142", company="Lee & Co", name=" ")

    assert card == Card("Ann Lee", "ann@example.com", "+16175550142", "Lee & Co")
    assert store.read(lambda c: identities.card(c, keyring, contact)) == card


def test_a_channels_address_stands_on_the_card_until_another_is_stated(store, keyring):
    contact = find(store, keyring, "phone", "617 555 0142", channel="sms")

    before = store.read(lambda c: identities.card(c, keyring, contact))
    after = store.write_now(
        lambda c: identities.save_card(c, keyring, NOW, contact, phone="617 555 0199")
    )

    assert (before.phone, after.phone) == ("+16175550142", "+16175550199")


def test_who_states_anothers_address_does_not_become_them(store, keyring):
    ann = find(store, keyring, "email", "ann@example.com", channel="email")
    store.write_now(lambda c: identities.save_card(c, keyring, NOW, ann, name="Ann"))
    stranger = find(store, keyring, "visitor", "v-2")

    card = store.write_now(
        lambda c: identities.save_card(c, keyring, NOW, stranger, email="ann@example.com")
    )

    assert card.name is None
    assert find(store, keyring, "email", "ann@example.com", channel="email") == ann


def test_the_file_shows_nobodys_data(store, keyring, tmp_path):
    contact = find(store, keyring, "email", "ann@example.com")
    store.write_now(
        lambda c: identities.save_card(
            c, keyring, NOW, contact, name="Ann Lee", phone="617 555 0142", company="Lee Works"
        )
    )
    store.close()

    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    for secret in (b"ann@example", b"Ann Lee", b"6175550142", b"Lee Works"):
        assert secret not in stored


def test_a_name_moved_to_another_contact_does_not_open(store, keyring):
    ann, bob = find(store, keyring, "visitor", "a"), find(store, keyring, "visitor", "b")
    store.write_now(lambda c: identities.save_card(c, keyring, NOW, ann, name="Ann"))

    store.write_now(
        lambda c: c.exec_driver_sql(
            "UPDATE contacts SET name = (SELECT name FROM contacts WHERE id = ?) WHERE id = ?",
            (ann, bob),
        )
    )

    with pytest.raises(errors.Misconfigured, match="does not open"):
        store.read(lambda c: identities.card(c, keyring, bob))


def test_an_unknown_contact_has_no_card(store, keyring):
    with pytest.raises(errors.NotFound):
        store.read(lambda c: identities.card(c, keyring, "nobody"))


async def test_a_bad_address_from_a_tool_is_refused_and_nothing_is_kept(store, keyring):
    contact = find(store, keyring, "visitor", "v-1")
    port: ports.ContactCard = OwnCard(
        db=store, keyring=keyring, clock=SystemClock(NOW), contact_id=contact, region="US",
        once=once_in(store),
    )  # fmt: skip

    with pytest.raises(errors.Refused):
        await port.save(name="Ann", email="ann at example")

    assert await port.read() == Card(None, None, None, None)


async def test_a_card_saved_again_by_the_same_call_gives_the_recorded_answer(store, keyring):
    contact = find(store, keyring, "visitor", "v-1")
    port = OwnCard(
        db=store, keyring=keyring, clock=SystemClock(NOW), contact_id=contact, region="US",
        once=once_in(store),
    )  # fmt: skip

    first = await port.save(name="Ann")
    again = await port.save(name="Bob")

    assert first == again == await port.read()


def survey(store, keyring, contact, *questions):
    return surveys.AskedSurveys(
        db=store, keyring=keyring, clock=SystemClock(NOW), contact_id=contact,
        questions=questions, once=once_in(store),
    )  # fmt: skip


async def test_survey_questions_come_one_after_the_other(store, keyring):
    contact = find(store, keyring, "visitor", "v-1")
    port: ports.Surveys = survey(store, keyring, contact, "How?", "When?")

    assert await port.next() == Question(1, "How?")
    assert await port.answer(1, "A friend") == Question(2, "When?")
    assert await survey(store, keyring, contact, "How?", "When?").answer(2, "Soon") is None
    assert await port.next() is None


async def test_an_answer_given_again_replaces_the_earlier_one(store, keyring):
    contact = find(store, keyring, "visitor", "v-1")

    await survey(store, keyring, contact, "How?").answer(1, "A friend")
    await survey(store, keyring, contact, "How?").answer(1, "An advert")

    [(row_id, sealed)] = store.read(
        lambda c: c.exec_driver_sql("SELECT id, answer FROM survey_answers").all()
    )
    assert keyring.open("survey_answers|answer", row_id, sealed) == "An advert"


async def test_an_edited_survey_asks_what_is_new_and_only_that(store, keyring):
    contact = find(store, keyring, "visitor", "v-1")
    await survey(store, keyring, contact, "How?").answer(1, "A friend")

    asked = await survey(store, keyring, contact, "New one?", "How?").next()

    assert asked == Question(1, "New one?")


@pytest.mark.parametrize("number", [0, -1, 3])
async def test_a_survey_question_that_does_not_exist_takes_no_answer(store, keyring, number):
    contact = find(store, keyring, "visitor", "v-1")

    with pytest.raises(errors.Refused):
        await survey(store, keyring, contact, "How?", "When?").answer(number, "x")


def test_an_identity_nobody_has_finds_no_contact_and_makes_none(store, keyring):
    contact = find(store, keyring, "email", "ann@example.com")

    def found(value):
        return store.read(lambda c: identities.find(c, keyring, kind="email", value=value))

    assert found("Ann@Example.com") == contact
    assert found("bob@example.com") is None
    assert store.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM contacts").scalar()) == 1


async def test_a_survey_is_done_when_every_present_question_is_answered(store, keyring):
    contact = find(store, keyring, "visitor", "v-1")
    await survey(store, keyring, contact, "How?").answer(1, "A friend")

    def done(*questions):
        return store.read(lambda c: surveys.all_answered(c, contact, questions))

    assert (done("How?"), done(), done("How?", "When?")) == (True, True, False)
