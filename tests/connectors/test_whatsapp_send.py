"""Sending over WhatsApp: what leaves, and what each way of failing is taken for."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
from pydantic import ValidationError

from appliance.connectors.messages import Delivery, File, Identity, OutboundMessage
from appliance.connectors.whatsapp import write
from appliance.core.effects import Outcome
from tests.connectors.conftest import Connect
from tests.fakes import graph_contract, shared, whatsapp
from tests.fakes.graph_api import GraphApi

TO = Identity("phone", f"+{whatsapp.SENDER}")
HELLO = OutboundMessage("Hello!")


async def test_words_leave_as_one_plain_text_that_carries_our_key(phone, graph: GraphApi):
    delivery = await phone.send(HELLO, TO, key="outbox-1")

    (taken,) = graph.accepted
    assert delivery == Delivery(Outcome.SENT, provider_id=taken.id)
    assert taken.body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "16505551234",
        "type": "text",
        "text": {"body": "Hello!", "preview_url": False},
        "biz_opaque_callback_data": "outbox-1",
    }


async def test_somebody_without_a_phone_number_is_reached_by_their_user_id(phone, graph: GraphApi):
    delivery = await phone.send(HELLO, Identity("bsuid", "US.13491208655302741918"), key="k")

    assert delivery.outcome is Outcome.SENT
    assert graph.accepted[0].body["recipient"] == "US.13491208655302741918"
    assert "to" not in graph.accepted[0].body


async def test_somebody_whatsapp_does_not_know_is_not_tried(phone, graph: GraphApi):
    delivery = await phone.send(HELLO, Identity("email", "ann@example.com"), key="k")

    assert delivery.outcome is Outcome.DEAD
    assert "email" in delivery.why
    assert not graph.accepted
    assert not graph.refused


async def test_nothing_is_not_sent(phone, graph: GraphApi):
    assert (await phone.send(OutboundMessage(""), TO, key="k")).outcome is Outcome.DEAD
    assert not graph.accepted
    assert not graph.refused


@pytest.mark.parametrize(
    ("choices", "kind"),
    [
        (["Yes", "No"], "button"),
        (["Yes", "No", "x" * 20], "button"),
        (["Yes", "No", "x" * 21], "list"),
        (["a", "b", "c", "d"], "list"),
        ([f"choice {number:015d}" for number in range(10)], "list"),
        (["Yes", "No", "x" * 25], "text"),
        ([str(number) for number in range(11)], "text"),
        ([" Yes ", "Yes", "", "\n", "No\nway"], "button"),
    ],
)
async def test_choices_are_shown_as_what_fits_them(phone, graph: GraphApi, choices, kind):
    (part,) = phone.parts(OutboundMessage("Which one?", quick_replies=tuple(choices)))
    delivery = await phone.send(part, TO, key="k")

    assert delivery.outcome is Outcome.SENT, graph.refused
    body = graph.accepted[0].body
    shown = body["interactive"]["type"] if body["type"] == "interactive" else body["type"]
    assert shown == kind
    for choice in choices:
        assert json.dumps(" ".join(choice.split()))[1:-1] in json.dumps(body)


async def test_what_has_no_room_for_choices_is_numbered(phone, graph: GraphApi):
    choices = tuple(f"A rather long choice number {number}" for number in (1, 2))
    (part,) = phone.parts(OutboundMessage("Which one?", quick_replies=choices))
    await phone.send(part, TO, key="k")

    assert graph.accepted[0].body["text"]["body"] == (
        "Which one?\n\n1. A rather long choice number 1\n2. A rather long choice number 2"
    )


async def test_a_long_answer_with_choices_and_sources_arrives_whole(phone, graph: GraphApi):
    long = " ".join(f"word{number}" for number in range(1500))
    message = OutboundMessage(
        long,
        quick_replies=("Yes", "No"),
        citations=("Handbook, p. 4", "Prices"),
        reply_to="wamid.1",
    )

    for position, part in enumerate(phone.parts(message)):
        assert (await phone.send(part, TO, key=str(position))).outcome is Outcome.SENT

    bodies = [taken.body for taken in graph.accepted]
    words = [(b.get("text") or b["interactive"]["body"]) for b in bodies]
    said = " ".join(w.get("body") or w["text"] for w in words).split()
    assert said[:1500] == long.split()
    assert " ".join(said[1500:]).startswith("Sources: - Handbook, p. 4 - Prices")
    assert [b["type"] for b in bodies] == ["text"] * (len(bodies) - 1) + ["interactive"]
    assert bodies[0]["context"] == {"message_id": "wamid.1"}
    assert not any("context" in body for body in bodies[1:])


@pytest.mark.parametrize(("length", "requests"), [(1024, 1), (1025, 2), (4096, 2), (4097, 2)])
async def test_words_too_long_to_stand_above_choices_go_before_them(
    phone, graph: GraphApi, length, requests
):
    message = OutboundMessage("x" * length, quick_replies=("Yes", "No"))

    deliveries = [await phone.send(part, TO, key="k") for part in phone.parts(message)]

    assert [delivery.outcome for delivery in deliveries] == [Outcome.SENT] * requests, graph.refused
    assert graph.accepted[-1].body["type"] == "interactive"


async def test_sources_can_be_left_out(connect: Connect):
    channel = connect(show_sources=False)

    (part,) = channel.parts(OutboundMessage("Yes.", citations=("Handbook",)))

    assert part == OutboundMessage("Yes.")


async def test_characters_nobody_can_show_do_not_leave(phone, graph: GraphApi):
    (part,) = phone.parts(OutboundMessage("a\0b\ud83dc\x1b[31m\r\nd\u2029e"))
    delivery = await phone.send(part, TO, key="k")

    assert delivery.outcome is Outcome.SENT
    assert graph.accepted[0].body["text"]["body"] == "ab?c[31m\nd\u2029e"


async def test_a_part_stays_one_part(phone):
    message = OutboundMessage(
        "long " * 2000,
        quick_replies=("Yes", "No"),
        citations=("Handbook",),
        files=(File("invite", "invite.ics", "text/calendar"),),
        reply_to="wamid.1",
    )

    for part in phone.parts(message):
        assert phone.parts(part) == (part,)


# -- files -----------------------------------------------------------------------------------------

INVITE = OutboundMessage("", files=(File("invite", "invite.ics", "text/calendar"),))


async def test_a_file_is_uploaded_and_sent_by_its_id(phone, graph: GraphApi):
    delivery = await phone.send(INVITE, TO, key="k")

    assert delivery.outcome is Outcome.SENT, graph.refused
    ((media_id, (name, media_type, content)),) = graph.files.items()
    assert (name, media_type) == ("invite.ics", "text/plain")  # WhatsApp takes no text/calendar
    assert content.startswith(b"BEGIN:VCALENDAR")
    assert graph.accepted[0].body["document"] == {"id": media_id, "filename": "invite.ics"}


@pytest.mark.parametrize(
    ("media_type", "uploaded"),
    [
        ("application/pdf", "application/pdf"),
        ("Application/PDF; charset=binary", "application/pdf"),
        ("text/calendar; method=REQUEST", "text/plain"),
        ("", "text/plain"),
    ],
)
def test_a_file_is_uploaded_as_a_type_that_is_taken(media_type, uploaded):
    assert write.upload_type(media_type) == uploaded


async def test_a_file_that_is_gone_is_not_tried_again(phone, graph: GraphApi):
    gone = OutboundMessage("", files=(File("nothing", "a.pdf", "application/pdf"),))

    assert (await phone.send(gone, TO, key="k")).outcome is Outcome.DEAD
    assert not graph.accepted
    assert not graph.refused


@pytest.mark.parametrize(
    ("move", "outcome"),
    [
        ({"do": "error", "status": 400, "code": 131053}, Outcome.RETRY),
        ({"do": "error", "status": 500, "code": 999_999}, Outcome.RETRY),
        ({"do": "answer", "status": 502, "body": "<html>"}, Outcome.RETRY),
        ({"do": "accept_then_cut"}, Outcome.RETRY),
        ({"do": "garbage"}, Outcome.RETRY),
        ({"do": "error", "status": 401, "code": 190}, Outcome.STOPPED),
        ({"do": "error", "status": 400, "code": 100}, Outcome.DEAD),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else str(value),
)
async def test_an_upload_that_failed_reached_nobody(phone, graph: GraphApi, move, outcome):
    graph.then(**{**move, "on": "media"})

    delivery = await phone.send(INVITE, TO, key="k")

    assert delivery.outcome is outcome
    assert delivery.why
    assert graph.accepted == []


# -- after the window has closed -------------------------------------------------------------------


LATE = {"late_template": {"name": "our_reply", "language": "en"}}


async def test_a_late_reply_leaves_as_the_one_variable_of_the_template(
    connect: Connect, graph: GraphApi
):
    channel = connect(base_url=graph.url, **LATE)
    part = channel.late(OutboundMessage("We open at 9.\n\nShall I book?", quick_replies=("Yes",)))
    assert isinstance(part, OutboundMessage)

    delivery = await channel.send(part, TO, key="k")

    assert delivery.outcome is Outcome.SENT
    assert graph.accepted[0].body["template"] == {
        "name": "our_reply",
        "language": {"policy": "deterministic", "code": "en"},
        "components": [
            {
                "type": "body",
                "parameters": [{"type": "text", "text": "We open at 9. Shall I book? - Yes"}],
            }
        ],
    }


@pytest.mark.parametrize(
    ("settings", "part", "says"),
    [
        ({}, HELLO, "late_template"),
        (LATE, OutboundMessage("x " * 800), "do not fit"),
        (LATE, OutboundMessage("", files=(File("f", "invite.ics", "text/calendar"),)), "file"),
    ],
    ids=["no template", "too long", "a file"],
)
def test_what_cannot_leave_late_is_said_with_what_to_do(connect: Connect, settings, part, says):
    said = connect(**settings).late(part)

    assert isinstance(said, str)
    assert says in said


@pytest.mark.parametrize("name", ["", "Our Reply", "a" * 513, "x;y"])
def test_a_templates_name_is_one(connect: Connect, name):
    with pytest.raises(ValidationError):
        connect(late_template={"name": name})


async def test_a_file_meta_could_not_take_is_tried_once_more_only(phone, graph: GraphApi):
    graph.then("error", status=400, code=131053)

    assert (await phone.send(HELLO, TO, key="k")).most_attempts == 2


# -- what fails ------------------------------------------------------------------------------------


def _error(code: int, status: int = 400, **more: Any) -> dict[str, Any]:
    return {"do": "error", "status": status, "code": code, **more}


FAILURES = [
    *((_error(c), Outcome.RETRY) for c in (1, 2, 4, 80007, 130429, 131000, 131016, 131048)),
    *((_error(c), Outcome.RETRY) for c in (131053, 131056, 131057, 133016)),
    (_error(131000, 500), Outcome.RETRY),  # Meta's own word that it failed
    (_error(2, 503), Outcome.RETRY),
    (_error(131047), Outcome.WINDOW),
    *((_error(c), Outcome.DEAD) for c in (100, 131008, 131009, 131021, 131026, 131030)),
    *((_error(c), Outcome.DEAD) for c in (131049, 131050, 131051, 131052, 131062, 130472)),
    *((_error(c), Outcome.DEAD) for c in (132000, 132001, 132015, 132016)),
    *((_error(c), Outcome.STOPPED) for c in (0, 3, 10, 200, 299, 368, 130497, 131005)),
    *((_error(c), Outcome.STOPPED) for c in (131031, 131042, 131045)),
    (_error(190, 401), Outcome.STOPPED),
    (_error(100, 400, subcode=33), Outcome.STOPPED),
    (_error(987_654, 400), Outcome.DEAD),
    (_error(987_654, 400, transient=True), Outcome.RETRY),
    (_error(987_654, 429), Outcome.RETRY),
    (_error(987_654, 500), Outcome.UNKNOWN),
    ({"do": "answer", "status": 429}, Outcome.RETRY),
    ({"do": "answer", "status": 500}, Outcome.UNKNOWN),
    ({"do": "answer", "status": 502, "body": "<html>Bad gateway</html>"}, Outcome.UNKNOWN),
    ({"do": "answer", "status": 404, "body": "<html>"}, Outcome.STOPPED),
    ({"do": "answer", "status": 401}, Outcome.STOPPED),
    ({"do": "answer", "status": 302}, Outcome.STOPPED),
    ({"do": "answer", "status": 418}, Outcome.DEAD),
]


@pytest.mark.parametrize(
    ("move", "outcome"),
    FAILURES,
    ids=[f"{m.get('status')}-{m.get('code', 'none')}-{o}" for m, o in FAILURES],
)
async def test_a_refusal_is_judged_by_its_code(phone, graph: GraphApi, move, outcome):
    graph.then(**move)

    delivery = await phone.send(HELLO, TO, key="k")

    assert delivery.outcome is outcome
    assert delivery.provider_id is None
    code = str(move["code"]) if "code" in move else f"http {move['status']}"
    is_trouble = "code" not in move and move["status"] >= 500
    assert delivery.code == (None if is_trouble else code)
    assert delivery.why
    assert graph.accepted == []


async def test_how_long_to_wait_is_passed_on(phone, graph: GraphApi):
    graph.then("error", status=429, code=130429, retry_after=7)

    assert (await phone.send(HELLO, TO, key="k")).retry_after_s == 7


@pytest.mark.parametrize(
    "move",
    [
        {"do": "accept_then", "status": 500},
        {"do": "accept_then", "status": 503},
        {"do": "accept_then_cut"},
        {"do": "garbage"},
        {"do": "garbage", "body": "[]"},
        {"do": "garbage", "body": '{"messages":[{"id":""}]}'},
        {"do": "garbage", "body": '{"messages":"none"}'},
    ],
    ids=json.dumps,
)
async def test_what_may_have_been_taken_is_never_called_failed(phone, graph: GraphApi, move):
    graph.then(**move)

    delivery = await phone.send(HELLO, TO, key="k")

    assert delivery.outcome is Outcome.UNKNOWN
    assert len(graph.accepted) == 1


async def test_a_cut_after_the_request_was_read_is_unknown(phone, graph: GraphApi):
    graph.then("cut")

    delivery = await phone.send(HELLO, TO, key="k")

    assert (delivery.outcome, delivery.code) == (Outcome.UNKNOWN, None)


async def test_an_answer_that_does_not_come_is_unknown(connect: Connect, graph: GraphApi):
    graph.then("slow", s=30)

    delivery = await connect(base_url=graph.url, timeout_s=0.5).send(HELLO, TO, key="k")

    assert delivery.outcome is Outcome.UNKNOWN


async def test_whoever_is_not_there_took_nothing(connect: Connect):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        channel = connect(base_url=f"http://127.0.0.1:{nobody.getsockname()[1]}")

        delivery = await channel.send(HELLO, TO, key="k")

    assert (delivery.outcome, delivery.code) == (Outcome.RETRY, None)
    assert "127.0.0.1" in delivery.why


@pytest.mark.parametrize("token", ["", "  ", "with blank", "línea", "two\nlines"])
async def test_a_token_that_cannot_be_one_stops_the_channel(phone, graph: GraphApi, secrets, token):
    secrets["whatsapp-access-token"] = token

    delivery = await phone.send(HELLO, TO, key="k")

    assert delivery.outcome is Outcome.STOPPED
    assert not graph.accepted
    assert not graph.refused


async def test_a_token_that_ends_in_mid_flow_is_replaced_without_a_restart(
    phone, graph: GraphApi, secrets
):
    await phone.send(HELLO, TO, key="1")
    graph.token = "a-new-token"
    stopped = await phone.send(HELLO, TO, key="2")
    secrets["whatsapp-access-token"] = "a-new-token\n"

    assert stopped.outcome is Outcome.STOPPED
    assert (await phone.send(HELLO, TO, key="3")).outcome is Outcome.SENT


def _errors() -> list[Any]:
    folder = shared.SHARED / "payloads" / "whatsapp_send"
    return sorted(folder.glob("err_*.json"))


@shared.needs_shared
@pytest.mark.parametrize("path", _errors(), ids=lambda path: path.stem)
async def test_documented_errors_are_judged_right(phone, graph: GraphApi, path):
    expected = {
        "err_130429_throughput": Outcome.RETRY,
        "err_131047_reengagement": Outcome.WINDOW,
        "err_131056_pair_rate": Outcome.RETRY,
        "err_190_token": Outcome.STOPPED,
    }
    told = json.loads(path.read_text())
    graph.then("answer", status=told["http_status"], body=json.dumps(told["body"]))

    assert (await phone.send(HELLO, TO, key="k")).outcome is expected[path.stem]


@shared.needs_shared
def test_the_official_contract_judges_what_we_send():
    judge = shared.contract(graph_contract.SPEC)
    assert judge is not None
    wrong = {"messaging_product": "whatsapp", "recipient_type": "individual", "type": "text"}
    right = {**wrong, "to": "1", "text": {"body": "x"}}
    assert judge.errors(graph_contract.SPEC, graph_contract.PATH, "post", wrong)
    assert graph_contract.problems(right) == []
    assert any("valid" in problem for problem in graph_contract.problems({**right, "text": 1}))


# -- seen ------------------------------------------------------------------------------------------


async def test_seen_marks_as_read_and_shows_that_we_write(phone, graph: GraphApi):
    await phone.seen("wamid.1")

    assert graph.read == [
        {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": "wamid.1",
            "typing_indicator": {"type": "text"},
        }
    ]


async def test_seen_can_be_quiet(connect: Connect, graph: GraphApi):
    await connect(base_url=graph.url, typing=False).seen("wamid.1")
    await connect(base_url=graph.url, mark_read=False).seen("wamid.2")

    assert [(body["message_id"], "typing_indicator" in body) for body in graph.read] == [
        ("wamid.1", False)
    ]


async def test_seen_never_raises(phone, connect: Connect, graph: GraphApi, secrets):
    for do in ("cut", "error", "garbage"):
        graph.then(do, on="read", code=100)
        await phone.seen("wamid.1")
    await connect(base_url="http://127.0.0.1:9").seen("wamid.1")
    secrets["whatsapp-access-token"] = ""

    await phone.seen("wamid.1")

    assert len(graph.read) == 1  # the one that was answered with garbage
