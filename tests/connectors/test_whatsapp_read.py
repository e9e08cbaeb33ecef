"""Reading WhatsApp webhooks: nothing is lost, nobody is mistaken for somebody else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from appliance.connectors.messages import (
    DeliveryReport,
    Echo,
    Edit,
    Identity,
    IdentityChange,
    Inbound,
    InboundMessage,
    Kind,
    Media,
    Notice,
    Reaction,
    Revocation,
    Status,
)
from appliance.connectors.whatsapp.read import Reader
from appliance.core.effects import Outcome
from tests.connectors import payloads_whatsapp as payloads
from tests.fakes import shared, whatsapp
from tests.fakes.whatsapp import contact, message, status, text, value, webhook

NOW = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
SENT = datetime.fromtimestamp(whatsapp.SENT_AT, UTC)
READER = Reader(account=whatsapp.NUMBER, business=whatsapp.BUSINESS, now=NOW)
OWN = {name: content for name, content in payloads.own().items() if "entry" in content}


def read(*values: dict[str, Any], field: str = "messages") -> list[Inbound]:
    return READER.read(webhook(*values, field=field))


def read_message(told: dict[str, Any], **more: Any) -> InboundMessage:
    (found,) = read(value(messages=[told], **more))
    assert isinstance(found, InboundMessage)
    return found


def read_notice(told: dict[str, Any], field: str = "messages") -> Notice:
    (found,) = read(told, field=field)
    assert isinstance(found, Notice)
    return found


def of_payload(name: str, content: object) -> list[str]:
    body = payloads.body_of(content)
    reader = Reader(account=payloads.number_of(body), business="", now=NOW)
    return [payloads.word(found) for found in reader.read(body)]


@pytest.mark.parametrize("name", sorted(OWN))
def test_a_real_webhook_is_read_whole(name):
    assert of_payload(name, OWN[name]) == payloads.EXPECTED[name]


@shared.needs_shared
def test_every_collected_webhook_is_read_whole():
    collected = {name: it for name, it in payloads.collected().items() if "entry" in it}

    assert len(collected) >= 89
    assert {name: of_payload(name, it) for name, it in collected.items()} == payloads.EXPECTED


# -- who -------------------------------------------------------------------------------------------


def test_a_message_says_who_wrote_what_and_when():
    found = read_message(text("Do you open on Sunday?", message_id="wamid.A"))

    assert found == InboundMessage(
        channel="whatsapp",
        account=whatsapp.NUMBER,
        provider_id="wamid.A",
        sender="+16505551234",
        identity_kind="phone",
        text="Do you open on Sunday?",
        sent_at=SENT,
        raw=found.raw,
        name="Sheena Nelson",
    )
    assert json.loads(found.raw)["text"]["body"] == "Do you open on Sunday?"


def test_contacts_are_told_apart_by_their_ids_not_their_place():
    found = read(
        value(
            messages=[text("one", sender="15550000001"), text("two", sender="15550000002")],
            contacts=[contact("Two", "15550000002"), contact("One", "15550000001")],
        )
    )

    assert [(it.text, it.name) for it in found if isinstance(it, InboundMessage)] == [
        ("one", "One"),
        ("two", "Two"),
    ]


def test_a_message_without_its_contact_has_no_name():
    found = read_message(text("hi"), contacts=[contact("Somebody else", "15559999999")])

    assert (found.sender, found.name) == ("+16505551234", None)


def test_a_phone_number_and_a_user_id_are_the_same_person():
    found = read_message(text("hi"), contacts=[contact(user_id="US.13491208655302741918")])

    assert found.identity_kind == "phone"
    assert found.also == (Identity("bsuid", "US.13491208655302741918"),)


def test_somebody_with_a_username_comes_without_a_phone_number():
    told = {**text("hi"), "from_user_id": "US.13491208655302741918"}
    del told["from"]
    people = [
        contact("Other", "15550000001", user_id="US.1"),
        {"profile": {"username": "sheena"}, "user_id": "US.13491208655302741918"},
    ]

    found = read_message(told, contacts=people)

    assert (found.sender, found.identity_kind) == ("US.13491208655302741918", "bsuid")
    assert (found.name, found.also) == ("sheena", ())


def test_a_message_that_names_nobody_is_kept_as_a_notice():
    told = text("hi")
    del told["from"]

    notice = read_notice(value(messages=[told], contacts=[]))

    assert notice.kind == "nobody"
    assert json.loads(notice.raw)["text"]["body"] == "hi"


def test_a_message_for_another_number_of_ours_is_left_alone():
    ours, theirs = value(messages=[text("ours")]), value(messages=[text("theirs")], number="99999")

    found = read(ours, theirs)

    assert [payloads.word(it) for it in found] == ["text", "notice other_number"]
    assert [it.account for it in found] == [whatsapp.NUMBER, "99999"]


def test_a_message_in_a_group_is_left_alone():
    assert read_notice(value(messages=[text("hi", group_id="Y2Fw")])).kind == "group"


def test_a_changed_phone_number_keeps_the_contact():
    told = {"type": "user_changed_number", "wa_id": "12195555358", "body": "A changed"}

    (found,) = read(value(messages=[message("system", told)], contacts=[]))

    assert isinstance(found, IdentityChange)
    assert found.old == Identity("phone", "+16505551234")
    assert found.new == Identity("phone", "+12195555358")


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (
            value(
                messages=[
                    message(
                        "system",
                        {"type": "user_changed_user_id", "user_id": "US.222"},
                        from_user_id="US.111",
                    )
                ]
            ),
            "messages",
        ),
        (
            value(user_id_update=[{"user_id": {"previous": "US.111", "current": "US.222"}}]),
            "user_id_update",
        ),
    ],
    ids=["system message", "field of its own"],
)
def test_a_changed_user_id_keeps_the_contact(told, field):
    (found,) = read(told, field=field)

    assert isinstance(found, IdentityChange)
    assert (found.old, found.new) == (Identity("bsuid", "US.111"), Identity("bsuid", "US.222"))


def test_a_change_that_names_nobody_new_is_a_notice():
    told = {"type": "user_changed_number", "body": "A changed"}

    assert read_notice(value(messages=[message("system", told)])).kind == "user_changed_number"


# -- what ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("image", {"id": "1", "mime_type": "image/jpeg"}, "[A picture]"),
        ("image", {"id": "1", "caption": "My invoice"}, "My invoice"),
        ("video", {"id": "1"}, "[A video]"),
        ("audio", {"id": "1", "voice": False}, "[A sound file]"),
        ("audio", {"id": "1", "voice": True}, "[A voice message]"),
        ("voice", {"id": "1"}, "[A voice message]"),
        ("sticker", {"id": "1"}, "[A sticker]"),
        ("document", {"id": "1", "filename": "offer.pdf"}, "[A document: offer.pdf]"),
        ("document", {"id": "1", "filename": "a\x1b[2J\nb.pdf"}, "[A document: a␛[2J b.pdf]"),
        ("location", {"latitude": "48.1", "longitude": 11.5}, "[A place: 48.10000, 11.50000]"),
        ("location", {"name": "Office", "address": "1 Way"}, "[A place: Office, 1 Way]"),
        ("location", {}, "[A place: ?]"),
        ("contacts", [{"name": {"first_name": "Ann"}, "phones": [{"wa_id": "1"}]}],
         "[Contact details: Ann, 1]"),
        ("text", {"body": " "}, "[An empty message]"),
        ("text", {"body": 42}, "42"),
        ("text", "words", "[An empty message]"),
        ("unsupported", {"type": "poll"}, "[Something WhatsApp does not pass on to us: poll]"),
        ("hologram", {"x": 1}, "[Something we cannot read: hologram]"),
    ],
)  # fmt: skip
def test_everything_is_said_in_words_a_model_can_read(kind, content, expected):
    found = read_message(message(kind, content))

    assert found.text == expected
    assert found.is_described == expected.startswith("[")
    assert (found.kind is Kind.UNSUPPORTED) == (kind in {"unsupported", "hologram"})


def test_a_picture_brings_what_is_needed_to_fetch_it():
    told = {"id": 65463453, "mime_type": "image/jpeg", "sha256": "4654+8g=", "url": "https://x/y"}

    assert read_message(message("image", told)).media == (
        Media("65463453", "image/jpeg", None, "https://x/y", "4654+8g="),
    )


def test_a_chosen_button_brings_its_id_and_what_it_answers():
    told = {"type": "button_reply", "button_reply": {"id": "cancel", "title": "Cancel"}}

    found = read_message(message("interactive", told, context={"id": "wamid.Q", "from": "1"}))

    assert (found.kind, found.text, found.choice) == (Kind.CHOICE, "Cancel", "cancel")
    assert found.reply_to == "wamid.Q"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('{"flow_token":"t","when":"Monday","seats":4}',
         "[A form was filled in: when: Monday; seats: 4]"),
        ('{"extras":["a","b"]}', '[A form was filled in: extras: ["a","b"]]'),
        ("[1,2]", "[A form was filled in: [1,2]]"),
        ("not json", "[A form was filled in: not json]"),
        ("", "[A form was filled in]"),
        (None, "[A form was filled in]"),
        ("[" * 100_000, None),
    ],
)  # fmt: skip
def test_a_form_is_read_though_its_answers_are_a_string(written, expected):
    told = {"type": "nfm_reply", "nfm_reply": {"response_json": written, "name": "flow"}}

    found = read_message(message("interactive", told))

    assert found.kind is Kind.FORM
    assert found.text == expected if expected else len(found.text) < 400


def test_who_came_by_an_ad_brings_the_click():
    told = text("hi", referral={"ctwa_clid": "Aff-n8", "source_id": 1202, "welcome_message": {}})

    assert read_message(told).referral == {"ctwa_clid": "Aff-n8", "source_id": "1202"}


def test_half_characters_and_nuls_are_made_storable():
    found = read_message(text("a\0b\ud83d"), contacts=[contact("N\udc00\x07")])

    assert found.text == "ab?"
    assert found.name == "N?␇"


def test_a_reaction_a_changed_and_a_withdrawn_message_are_no_messages_of_their_own():
    found = read(
        value(
            messages=[
                message("reaction", {"message_id": "wamid.Q", "emoji": "👍"}),
                message("reaction", {"message_id": "wamid.Q", "emoji": ""}),
                message(
                    "edit",
                    {
                        "original_message_id": "wamid.Q",
                        "message": {"type": "text", "text": {"body": "new"}},
                    },
                ),
                message("revoke", {"original_message_id": "wamid.Q"}),
            ]
        )
    )  # fmt: skip

    assert [type(it) for it in found] == [Reaction, Reaction, Edit, Revocation]
    assert {it.of for it in found if not isinstance(it, DeliveryReport)} == {"wamid.Q"}  # type: ignore[union-attr]
    assert [it.emoji for it in found if isinstance(it, Reaction)] == ["👍", None]
    assert [(it.text, it.ours) for it in found if isinstance(it, Edit)] == [("new", False)]


def test_what_a_colleague_writes_in_the_app_is_an_echo():
    told = {
        "to": "16505551234",
        "to_user_id": "US.111",
        **text("I take over", sender="15550783881"),
    }
    edit = {"original_message_id": "wamid.Q", "message": {"type": "text", "text": {"body": "new"}}}
    reaction = {"message_id": "wamid.Q", "emoji": "👍"}

    found = read(
        value(
            message_echoes=[
                told,
                message("edit", edit, to="16505551234"),
                message("revoke", {"original_message_id": "wamid.Q"}, to="16505551234"),
                message("reaction", reaction, to="16505551234"),
            ]
        ),
        field="smb_message_echoes",
    )

    echo, edited, revoked, reacted = found
    assert isinstance(echo, Echo)
    assert (echo.recipient, echo.text) == (Identity("phone", "+16505551234"), "I take over")
    assert echo.also == (Identity("bsuid", "US.111"),)
    assert isinstance(edited, Edit)
    assert edited.ours
    assert isinstance(revoked, Revocation)
    assert revoked.ours
    assert isinstance(reacted, Notice)  # a thumb of a colleague silences nobody


# -- statuses --------------------------------------------------------------------------------------


def test_a_status_brings_back_our_own_id():
    (found,) = read(value(statuses=[status("delivered", "wamid.O", key="outbox-1")]))

    assert found == DeliveryReport(
        channel="whatsapp",
        account=whatsapp.NUMBER,
        provider_id="wamid.O",
        status=Status.DELIVERED,
        at=SENT,
        outbox_id="outbox-1",
    )


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (131026, Outcome.DEAD),
        (131047, Outcome.WINDOW),
        (131000, Outcome.RETRY),
        (131042, Outcome.STOPPED),
        ("131049", Outcome.DEAD),
        (77_777, Outcome.DEAD),
        (None, Outcome.DEAD),
    ],
)
def test_a_failure_says_what_may_be_done(code, outcome):
    (found,) = read(value(statuses=[status("failed", "wamid.O", code=code)]))

    assert isinstance(found, DeliveryReport)
    assert (found.status, found.outcome) == (Status.FAILED, outcome)
    assert found.code == (None if code is None else str(code))
    assert found.why


def test_a_status_nobody_has_told_us_of_is_kept():
    assert read_notice(value(statuses=[status("teleported", "wamid.O")])).kind == "status"


# -- the account -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "stops"),
    [
        ({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}, True),
        ({"event": "DISABLED_UPDATE",
          "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}}, False),
        ({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}, False),
        ({"event": "ACCOUNT_DELETED"}, True),
        ({"event": "ACCOUNT_RESTRICTION",
          "restriction_info": [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING"}]}, False),
        ({"event": "ACCOUNT_RESTRICTION",
          "restriction_info": [{"restriction_type": "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"}]},
         True),
        ({"event": "VERIFIED_ACCOUNT"}, False),
        ({}, False),
    ],
)  # fmt: skip
def test_an_account_that_cannot_send_any_more_stops_the_channel(told, stops):
    notice = read_notice(told, field="account_update")

    assert notice.stops is stops
    assert ("cannot send" in notice.says) is stops


def test_another_account_of_the_same_app_does_not_stop_us():
    other = Reader(account=whatsapp.NUMBER, business="4711", now=NOW)

    (notice,) = other.read(webhook({"event": "ACCOUNT_DELETED"}, field="account_update"))

    assert isinstance(notice, Notice)
    assert not notice.stops


def test_an_error_beside_messages_is_told():
    found = read(value(messages=[text("hi")], errors=[{"code": 131031}, {"code": 131000}]))

    assert [payloads.word(it) for it in found] == ["text", "notice errors stops", "notice errors"]


def test_a_repeated_notice_has_the_same_key_and_another_one_has_not():
    first = read_notice({"event": "PARTNER_ADDED"}, field="account_update")
    again = read_notice({"event": "PARTNER_ADDED"}, field="account_update")
    other = read_notice({"event": "PARTNER_REMOVED"}, field="account_update")

    assert first.key == again.key != other.key


# -- what is no webhook ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"", b"not json", b"\xff\xfe", b"[]", b"null", b"{}", b'"text"', b"1" * 5000,
        b'{"entry":' + b"[" * 100_000, b'{"object":"page","entry":[]}',
    ],
    ids=range(10),
)  # fmt: skip
def test_what_is_no_webhook_is_one_notice_with_its_bytes(body):
    (notice,) = READER.read(body)

    assert isinstance(notice, Notice)
    assert (notice.kind, notice.raw, notice.stops) == ("unreadable", body, False)


@pytest.mark.parametrize("entry", [[], [{}], [{"changes": []}], ["x"], {"changes": None}])
def test_an_empty_webhook_is_still_told(entry):
    told = {"object": "whatsapp_business_account", "entry": entry}

    (notice,) = READER.read(json.dumps(told).encode())

    assert isinstance(notice, Notice)
    assert notice.kind == "nothing"


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        (whatsapp.SENT_AT, SENT),
        (whatsapp.SENT_AT * 1000, SENT),
        (str(whatsapp.SENT_AT), SENT),
        (None, NOW), ("", NOW), ("soon", NOW), (-1, NOW), (True, NOW), ([], NOW),
        (1e300, NOW), (10**400, NOW), (float("nan"), NOW), (float("inf"), NOW),
        (9_999_999_999, NOW),
    ],
    ids=str,
)  # fmt: skip
def test_a_time_that_is_none_is_the_present(timestamp, expected):
    told = {**text("hi"), "timestamp": timestamp}

    assert read_message(told).sent_at == expected
