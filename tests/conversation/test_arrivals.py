"""What comes in beside plain messages: kept once, answered only where it is words to answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage

from appliance.connectors.messages import (
    Echo,
    Edit,
    Identity,
    IdentityChange,
    Kind,
    Media,
    Notice,
    Reaction,
    Revocation,
)
from appliance.contacts import identities
from appliance.conversation import records, tickets
from appliance.conversation.arrivals import PHONE_APP
from appliance.conversation.outbox import attachments, care
from appliance.conversation.values import Message, State
from appliance.core import errors
from tests.fakes.channel import PIGEON, OneChannel, Pigeon, letter
from tests.fakes.clock import FakeClock
from tests.fakes.desk import FakeDesk

ANN = Identity("phone", "+16175550142")


def echo(messages: list[BaseMessage]) -> AIMessage:
    return AIMessage(f"You said: {messages[-1].text}")


@pytest.fixture
async def desk(db, keyring, clock: FakeClock, tmp_path: Path) -> AsyncIterator[FakeDesk]:
    made = FakeDesk(db, keyring, clock, tmp_path, echo)
    async with made:
        yield made


async def take(desk: FakeDesk, *batch) -> str:
    """Take a batch in and let the desk work; gives the contact's id of its last message."""
    taken = await desk.inbox.take(batch)
    for accepted in taken.accepted:
        desk.desk.notice(accepted.contact_id)
        await desk.desk.settled(accepted.contact_id)
    return taken.accepted[-1].contact_id if taken.accepted else ""


def said(desk: FakeDesk, contact_id: str) -> list[tuple[str, str]]:
    return [(str(each.role), each.text) for each in desk.visible(contact_id)]


def conversation(desk: FakeDesk, contact_id: str):
    found = desk.db.read(lambda c: records.latest_conversation(c, contact_id))
    assert found is not None
    return found


def notices(desk: FakeDesk) -> list[dict[str, Any]]:
    return desk.db.read(lambda c: records.list_notices(c, desk.keyring, most=50))


async def test_a_batch_with_repeats_in_it_is_kept_once_and_in_order(desk, clock) -> None:
    first, second = letter("one", clock.now()), letter("two", clock.now())

    contact_id = await take(desk, first, second, first)
    await take(desk, second)

    assert [text for role, text in said(desk, contact_id) if role == "contact"] == ["one", "two"]
    assert len(desk.replies(contact_id)) == 1


async def test_a_message_three_days_late_is_kept_for_a_person_and_not_answered(desk, clock) -> None:
    contact_id = await take(desk, letter("is it open?", clock.now() - timedelta(days=3)))

    assert said(desk, contact_id) == [("contact", "is it open?")]
    listed = desk.db.read(lambda c: tickets.listed(c, desk.keyring))
    assert [(ticket.reason, ticket.summary) for ticket in listed] == [
        ("late_message", "is it open?")
    ]


async def test_a_colleague_who_writes_from_the_phone_silences_the_bot(desk, clock) -> None:
    contact_id = await take(desk, letter("hello", clock.now()))
    words = Echo(PIGEON, "loft", "e1", ANN, "I'll take this", clock.now())

    await take(desk, words, words)
    await take(desk, letter("thanks", clock.now()))

    assert said(desk, contact_id)[-2:] == [("person", "I'll take this"), ("contact", "thanks")]
    assert conversation(desk, contact_id).state is State.WITH_PERSON


async def test_closing_the_colleagues_ticket_gives_the_conversation_back(desk, clock) -> None:
    contact_id = await take(desk, letter("hello", clock.now()))
    await take(desk, Echo(PIGEON, "loft", "e1", ANN, "I'll take this", clock.now()))
    ticket = desk.db.read(lambda c: tickets.listed(c, desk.keyring))[0]

    desk.db.write_now(lambda c: tickets.close(c, desk.keyring, clock.now(), ticket.id, "bob"))
    await take(desk, letter("and now?", clock.now()))

    assert (ticket.state, ticket.taken_by) == ("taken", PHONE_APP)
    assert desk.replies(contact_id)[-1] == "You said: and now?"


async def test_a_colleague_may_write_first(desk, clock) -> None:
    await take(desk, Echo(PIGEON, "loft", "e1", ANN, "your order is here", clock.now()))

    contact_id = await take(desk, letter("great", clock.now()))

    assert said(desk, contact_id) == [("person", "your order is here"), ("contact", "great")]


async def test_an_edit_before_the_answer_is_what_gets_answered(desk, clock) -> None:
    edit = Edit(PIGEON, "loft", "x1", "m1", "a table for three", clock.now())

    contact_id = await take(desk, letter("a table for two", clock.now(), known_as="m1"), edit)

    assert said(desk, contact_id) == [
        ("contact", "a table for three"),
        ("bot", "You said: a table for three"),
    ]


async def test_an_edit_after_the_answer_changes_the_words_and_is_no_new_turn(desk, clock) -> None:
    contact_id = await take(desk, letter("for two", clock.now(), known_as="m1"))

    await take(desk, Edit(PIGEON, "loft", "x1", "m1", "for three", clock.now()))
    desk.desk.sweep()

    assert said(desk, contact_id) == [("contact", "for three"), ("bot", "You said: for two")]


async def test_words_taken_back_are_gone_from_the_store_and_not_answered(desk, clock) -> None:
    message = letter("my card is 4111", clock.now(), known_as="m1", raw=b"my card is 4111")
    await desk.inbox.take([message, Revocation(PIGEON, "loft", "r1", "m1", clock.now())])

    contact_id = await take(desk, letter("hello", clock.now()))

    assert said(desk, contact_id) == [
        ("contact", ""),
        ("contact", "hello"),
        ("bot", "You said: hello"),
    ]
    raw = desk.db.read(
        lambda c: c.exec_driver_sql("SELECT count(*) FROM inbox WHERE raw IS NOT NULL").scalar()
    )
    assert raw == 0


async def test_a_change_to_a_message_we_never_had_is_harmless(desk, clock) -> None:
    await take(
        desk,
        Edit(PIGEON, "loft", "x1", "never", "words", clock.now()),
        Revocation(PIGEON, "loft", "r1", "never", clock.now()),
    )

    assert notices(desk) == []


async def test_a_reaction_is_kept_and_is_no_turn(desk, clock) -> None:
    contact_id = await take(desk, letter("hello", clock.now(), known_as="m1"))

    await take(desk, Reaction(PIGEON, "loft", "a1", "m1", "👍", clock.now()))

    assert len(said(desk, contact_id)) == 2
    assert [each["says"] for each in notices(desk)] == ["reacted with 👍"]


async def test_what_cannot_be_read_is_kept_and_answered_once_politely(desk, clock) -> None:
    picture = [
        letter(
            "[image]",
            clock.now(),
            known_as=f"m{number}",
            kind=Kind.IMAGE,
            is_described=True,
            media=(Media(f"i{number}", "image/jpeg"),),
        )
        for number in range(3)
    ]

    contact_id = await take(desk, *picture)

    assert [role for role, _ in said(desk, contact_id)] == ["contact", "bot", "contact", "contact"]
    assert "can't look at pictures" in desk.replies(contact_id)[0]


async def test_a_sticker_is_kept_and_needs_no_answer(desk, clock) -> None:
    sticker = letter("[sticker]", clock.now(), kind=Kind.STICKER, is_described=True)

    contact_id = await take(desk, sticker)

    assert said(desk, contact_id) == [("contact", "[sticker]")]


async def test_a_caption_is_answered_like_words(desk, clock) -> None:
    contact_id = await take(desk, letter("how much is this?", clock.now(), kind=Kind.IMAGE))

    assert desk.replies(contact_id) == ["You said: how much is this?"]


async def test_who_gets_a_new_number_stays_the_same_contact(desk, clock) -> None:
    contact_id = await take(desk, letter("hello", clock.now()))
    new = Identity("phone", "+16175550199")

    await take(desk, IdentityChange(PIGEON, "loft", "s1", ANN, new, clock.now()))
    after = await take(desk, letter("me again", clock.now(), sender="+16175550199"))

    assert after == contact_id
    known = desk.db.read(lambda c: identities.on_channel(c, desk.keyring, contact_id, PIGEON))
    assert known[0] == ("phone", "+16175550199")


async def test_an_opaque_id_and_a_number_of_one_sender_are_one_contact(desk, clock) -> None:
    both = letter("hello", clock.now(), also=(Identity("bsuid", "US.1349"),))
    first = await take(desk, both)
    opaque = letter("again", clock.now(), sender="US.1349")

    second = await take(desk, type(opaque)(**{**_fields(opaque), "identity_kind": "bsuid"}))

    assert first == second


def _fields(message) -> dict[str, Any]:
    return {name: getattr(message, name) for name in message.__dataclass_fields__}


async def test_a_referral_and_the_choice_of_a_button_are_kept_with_the_message(desk, clock) -> None:
    contact_id = await take(
        desk, letter("Yes", clock.now(), choice="yes-1", referral={"ctwa_clid": "ad-7"})
    )

    kept: Message = desk.visible(contact_id)[0]
    assert kept.extras["choice"] == "yes-1"
    assert kept.extras["referral"] == {"ctwa_clid": "ad-7"}


async def test_a_notice_is_kept_once_and_sealed(desk, clock) -> None:
    notice = Notice(PIGEON, "loft", "n1", "account_update", "secret canary words", b"{}")

    await take(desk, notice, notice)

    assert [each["says"] for each in notices(desk)] == ["secret canary words"]
    assert b"canary" not in desk.db.path.read_bytes()


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ([b"\x89PNG bytes"], "kept"),
        ([errors.Unavailable("not now"), b"\x89PNG bytes"], "kept"),
        ([errors.Rejected("gone")], "gone"),
        ([errors.Unavailable("not now")] * 9, "gone"),
    ],
    ids=["at once", "later", "gone", "never"],
)
async def test_what_a_message_carries_is_fetched_and_kept_sealed(
    desk, clock, tmp_path, answers, state
) -> None:
    pigeon, folder = Pigeon(), tmp_path / "media"
    media = (Media("i1", "image/png"),)
    await take(desk, letter("look", clock.now(), kind=Kind.IMAGE, media=media))

    for answer in answers:
        pigeon.media["i1"] = answer
        await care.fetch(desk.db, desk.keyring, clock, OneChannel(pigeon), folder=folder)
        clock.advance(seconds=90)

    rows = desk.db.read(lambda c: c.exec_driver_sql("SELECT id, state FROM attachments").all())
    assert [row.state for row in rows] == [state]
    if state == "kept":
        assert attachments.read(desk.keyring, folder, rows[0].id) == b"\x89PNG bytes"
        assert b"PNG" not in (folder / rows[0].id).read_bytes()
