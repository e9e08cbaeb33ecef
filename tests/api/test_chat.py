"""The web chat's routes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from appliance.api.chat_limits import ChatLimits, Rate
from appliance.connectors.messages import File
from appliance.core import errors
from appliance.core.settings import Settings
from tests.fakes.chat import Answer, ChatBox, HandClock, application, sample_config

BOX = "http://box.example:8080"
SHOP = "https://shop.example"


@pytest.fixture
async def box() -> ChatBox:
    return ChatBox(
        config=sample_config(allowed_origins=(SHOP,)),
        clock=HandClock(),
        settings=Settings(public_url=BOX),
    )


def client_of(box: ChatBox, **options: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(application(box, **options))
    return httpx.AsyncClient(transport=transport, base_url=BOX)


@pytest.fixture
async def client(box):
    async with client_of(box) as made:
        yield made


async def enter(client: httpx.AsyncClient, **headers: str) -> dict[str, str]:
    """Become a visitor; gives the headers that prove it."""
    reply = await client.post("/v1/chat/visitors", json={}, headers=headers)
    assert reply.status_code == 201, reply.text
    return {"Authorization": f"Bearer {reply.json()['token']}", **headers}


def problem(reply: httpx.Response, status: int) -> dict[str, Any]:
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = reply.json()
    assert body["status"] == status
    return body


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.005)


async def test_a_new_visitor_meets_the_bot(client):
    reply = await client.post("/v1/chat/visitors", json={})

    assert reply.status_code == 201
    assert reply.headers["cache-control"] == "no-store"
    assert reply.json()["bot"] == {
        "name": "Acme Corporation",
        "greeting": (
            "Hello! I'm Acme's assistant. I can answer questions, quote prices and book a demo."
        ),
        "suggestions": [
            "When are you open?",
            "What does Premium cost?",
            "Book a demo",
            "Talk to a person",
        ],
        "mode": "basic",
        "open_now": True,
        "calls": False,
        "notice": None,
    }


async def test_outside_hours_a_visitor_is_told_that_nobody_is_there(box, client):
    box.is_open = False

    bot = (await client.post("/v1/chat/visitors", json={})).json()["bot"]

    assert not bot["open_now"]
    assert "away" in bot["notice"]


async def test_a_message_is_accepted_and_read_again_with_its_answer(box, client):
    me = await enter(client)

    reply = await client.post("/v1/chat/messages", json={"id": "m-1", "text": "Hello"}, headers=me)
    await until(lambda: len(box.talk(box.only_visitor()).said) == 2)
    read = (await client.get("/v1/chat/messages", headers=me)).json()

    assert reply.status_code == 202
    assert reply.json()["repeated"] is False
    mine, answer = read["messages"]
    assert mine["id"] == reply.json()["message_id"]
    assert (mine["from"], mine["text"], mine["client_id"]) == ("visitor", "Hello", "m-1")
    assert (answer["from"], answer["text"]) == ("bot", "You said: Hello")
    assert answer["turn"]
    assert (read["state"], read["more"]) == ("open", False)


async def test_reading_goes_on_after_a_place(box, client):
    box.answer = lambda _: None
    me = await enter(client)
    await client.post("/v1/chat/messages", json={"id": "1", "text": "Hello"}, headers=me)
    visitor = box.only_visitor()
    last = box.talk(visitor).said[-1].seq
    for number in range(250):
        box.say(visitor, str(number))

    page = (await client.get(f"/v1/chat/messages?after={last}", headers=me)).json()
    rest = await client.get(f"/v1/chat/messages?after={page['messages'][-1]['seq']}", headers=me)

    assert len(page["messages"]) == 200
    assert page["more"] is True
    texts = [one["text"] for one in page["messages"] + rest.json()["messages"]]
    assert texts == [str(number) for number in range(250)]
    assert rest.json()["more"] is False


async def test_the_same_message_posted_20_times_at_once_is_recorded_once(box, client):
    me = await enter(client)

    replies = await asyncio.gather(
        *(
            client.post("/v1/chat/messages", json={"id": "same", "text": "Once"}, headers=me)
            for _ in range(20)
        )
    )

    assert {reply.status_code for reply in replies} == {202}
    assert sum(reply.json()["repeated"] for reply in replies) == 19
    assert len({reply.json()["message_id"] for reply in replies}) == 1
    assert box.posts["Once"] == 1


async def test_two_visitors_may_choose_the_same_message_id(box, client):
    dana, eve = await enter(client), await enter(client)

    for me in (dana, eve):
        await client.post("/v1/chat/messages", json={"id": "1", "text": "Mine"}, headers=me)

    assert box.posts["Mine"] == 2


async def test_a_visitor_reads_only_their_own_conversation(box, client):
    dana, eve = await enter(client), await enter(client)
    await client.post("/v1/chat/messages", json={"id": "1", "text": "Secret"}, headers=dana)

    assert (await client.get("/v1/chat/messages", headers=eve)).json()["messages"] == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "[bold red]markup[/] {{7*7}} ${x} %s",
        "\x1b[2J\x1b]0;owned\x07",
        "\u202eright to left\u202c \u2066isolated\u2069",
        "مرحبا",
        "👩‍👩‍👧‍👦 é e\u0301 \ufeff\u2028\u2029",
        "'; DROP TABLE messages; --",
        "x" * 4000,
        "😀" * 4000,
    ],
)
async def test_hostile_text_comes_back_as_it_was(client, text):
    me = await enter(client)

    posted = await client.post("/v1/chat/messages", json={"id": "1", "text": text}, headers=me)
    read = (await client.get("/v1/chat/messages", headers=me)).json()

    assert posted.status_code == 202
    assert read["messages"][0]["text"] == text


async def test_what_no_text_can_hold_is_replaced_by_a_visible_sign(client):
    me = await enter(client) | {"Content-Type": "application/json"}
    body = b'{"id": "1", "text": "a\\ud800b\\u0000c"}'

    posted = await client.post("/v1/chat/messages", content=body, headers=me)
    read = (await client.get("/v1/chat/messages", headers=me)).json()

    assert posted.status_code == 202
    assert read["messages"][0]["text"] == "a?b\ufffdc"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"id": "1", "text": "x" * 4001}, "body.text"),
        ({"id": "1", "text": "x" * 60_000}, "body.text"),
        ({"id": "1", "text": ""}, "body.text"),
        ({"id": "1", "text": " \n\t "}, "body.text"),
        ({"id": "1", "text": 7}, "body.text"),
        ({"id": "1", "text": None}, "body.text"),
        ({"id": "1"}, "body.text"),
        ({"id": "", "text": "x"}, "body.id"),
        ({"id": "a:b", "text": "x"}, "body.id"),
        ({"id": "a\n", "text": "x"}, "body.id"),
        ({"id": "x" * 65, "text": "x"}, "body.id"),
        ({"id": "1", "text": "x", "sender": "bot"}, "body.sender"),
        ([], "body"),
        ("text", "body"),
    ],
)
async def test_a_message_of_the_wrong_shape_is_refused_by_field(box, client, body, named):
    me = await enter(client)

    reply = await client.post("/v1/chat/messages", json=body, headers=me)

    said = problem(reply, 422)
    assert [one["field"] for one in said["errors"]] == [named]
    assert "xxx" not in reply.text
    assert not box.posts


async def test_a_broken_body_is_refused(client):
    me = await enter(client) | {"Content-Type": "application/json"}

    for body in (b"", b"{", b"\xff\xfe", b"[" * 50_000):
        reply = await client.post("/v1/chat/messages", content=body, headers=me)
        assert reply.status_code in {400, 422}, body[:10]
        assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("after", ["-1", "x", "9" * 30])
async def test_a_place_that_cannot_be_is_refused(client, after):
    me = await enter(client)

    problem(await client.get(f"/v1/chat/messages?after={after}", headers=me), 422)


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer"}, {"Authorization": "Basic eDp5"},
               {"Authorization": "Bearer v1.nobody.0.x"}]
)  # fmt: skip
@pytest.mark.parametrize("path", ["messages", "stream"])
async def test_without_a_token_nothing_is_read(client, path, header):
    reply = await client.get(f"/v1/chat/{path}", headers=header)

    problem(reply, 401)
    assert reply.headers["www-authenticate"] == "Bearer"


async def test_a_token_is_refused_from_another_site(client):
    theirs = await enter(client, Origin=SHOP)

    own = {"Authorization": theirs["Authorization"]}

    assert (await client.get("/v1/chat/messages", headers=theirs)).status_code == 200
    problem(await client.get("/v1/chat/messages", headers=own), 401)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "https://shop.example.evil.example",
        "https://evil-shop.example",
        "http://shop.example",
        "https://shop.example:8443",
        "null",
        "",
        "file://",
        "https://shop.example, https://evil.example",
        "https://shop.example@evil.example",
    ],
)
async def test_a_site_that_is_not_listed_is_refused(box, client, origin):
    me = await enter(client)
    header = {"Origin": origin}

    begun = await client.post("/v1/chat/visitors", json={}, headers=header)
    posted = await client.post(
        "/v1/chat/messages", json={"id": "1", "text": "x"}, headers=me | header
    )

    for reply in (begun, posted):
        problem(reply, 403)
        assert "access-control-allow-origin" not in reply.headers
        assert reply.headers["vary"] == "Origin"
    assert not box.posts


@pytest.mark.parametrize("origin", [BOX, "http://BOX.example:8080", "https://box.example:8080"])
async def test_our_own_site_needs_no_listing(client, origin):
    me = await enter(client, Origin=origin)

    # A browser sends no Origin with a GET to its own site: the token holds all the same.
    own = {"Authorization": me["Authorization"]}
    assert (await client.get("/v1/chat/messages", headers=own)).status_code == 200


async def test_a_listed_site_may_ask_and_read_every_answer(client):
    asked = await client.options(
        "/v1/chat/messages",
        headers={"Origin": SHOP, "Access-Control-Request-Method": "POST"},
    )
    me = await enter(client, Origin=SHOP)
    refused = await client.get("/v1/chat/messages", headers={"Origin": SHOP})
    wrong = await client.post("/v1/chat/messages", json={"id": "1"}, headers=me)

    assert asked.status_code == 204
    assert asked.headers["access-control-allow-methods"] == "GET, POST"
    assert "authorization" in asked.headers["access-control-allow-headers"]
    problem(refused, 401)
    problem(wrong, 422)
    for reply in (asked, refused, wrong):
        assert reply.headers["access-control-allow-origin"] == SHOP
        assert reply.headers["access-control-expose-headers"] == "Retry-After"
        assert reply.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in reply.headers


async def test_a_preflight_from_elsewhere_is_refused(client):
    reply = await client.options(
        "/v1/chat/messages",
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
    )

    problem(reply, 403)
    assert "access-control-allow-methods" not in reply.headers


async def test_a_visitor_who_writes_too_fast_waits_as_long_as_told(box, client):
    me = await enter(client, Origin=SHOP)

    async def post(number: int):
        return await client.post(
            "/v1/chat/messages", json={"id": str(number), "text": "x"}, headers=me
        )

    replies = [await post(number) for number in range(21)]
    assert {reply.status_code for reply in replies[:20]} == {202}
    problem(replies[20], 429)
    assert replies[20].headers["access-control-allow-origin"] == SHOP

    box.clock.pass_(int(replies[20].headers["retry-after"]))
    assert (await post(21)).status_code == 202


async def test_an_address_cannot_make_visitors_without_end(box, client):
    for _ in range(30):
        await enter(client)

    reply = await client.post("/v1/chat/visitors", json={})

    problem(reply, 429)
    assert 1 <= int(reply.headers["retry-after"]) <= 120


async def test_many_visitors_of_one_address_share_its_limit(box):
    limits = ChatLimits(messages_of_address=Rate(60, 60, 5))
    async with client_of(box, limits=limits) as client:
        visitors = [await enter(client) for _ in range(6)]

        replies = [
            await client.post("/v1/chat/messages", json={"id": "1", "text": "x"}, headers=me)
            for me in visitors
        ]

    assert [reply.status_code for reply in replies] == [202] * 5 + [429]


async def test_an_error_of_the_store_is_503_and_never_accepted(box, client):
    me = await enter(client)
    box.refusals = [errors.Unavailable("The database is locked.", retry_after_s=5)]

    reply = await client.post("/v1/chat/messages", json={"id": "1", "text": "x"}, headers=me)

    problem(reply, 503)
    assert reply.headers["retry-after"] == "5"


async def test_in_safe_mode_the_chat_says_so(box, client):
    me = await enter(client)
    box.config = None

    for reply in (
        await client.post("/v1/chat/visitors", json={}),
        await client.post("/v1/chat/messages", json={"id": "1", "text": "x"}, headers=me),
        await client.get("/v1/chat/messages", headers=me),
        await client.get("/v1/chat/stream", headers=me),
    ):
        assert "safe mode" in problem(reply, 503)["detail"]
        assert reply.headers["retry-after"] == "30"


async def test_a_chat_that_is_switched_off_is_not_there(box, client):
    workflow = box.config.workflow.model_copy(
        update={"integrations": type(box.config.workflow.integrations)()}
    )
    box.config = box.config.model_copy(update={"workflow": workflow})

    problem(await client.post("/v1/chat/visitors", json={}), 404)
    assert (await client.get("/")).status_code == 503


async def test_a_stream_replays_and_ends_when_the_process_drains(box, client):
    me = await enter(client)
    await client.post("/v1/chat/messages", json={"id": "1", "text": "Hello"}, headers=me)
    await until(lambda: len(box.talk(box.only_visitor()).said) == 2)

    reading = asyncio.create_task(client.get("/v1/chat/stream", headers=me))
    await until(box.lines)
    box.draining.set()
    reply = await reading

    assert reply.headers["content-type"].startswith("text/event-stream")
    assert reply.headers["cache-control"] == "no-store"
    blocks = [block for block in reply.text.split("\n\n") if "event: message" in block]
    first, second = (json.loads(block.split("data: ")[1]) for block in blocks)
    assert (first["text"], second["text"]) == ("Hello", "You said: Hello")
    assert f"id: {second['seq']}\n" in blocks[1]


async def test_a_visitor_cannot_hold_lines_without_end(box):
    async with client_of(box, limits=ChatLimits(streams_of_visitor=2)) as client:
        me = await enter(client)
        open_lines = [
            asyncio.create_task(client.get("/v1/chat/stream", headers=me)) for _ in range(2)
        ]
        await until(lambda: box.lines() == 2)

        problem(await client.get("/v1/chat/stream", headers=me), 429)

        box.draining.set()
        await asyncio.gather(*open_lines)
        again = await client.get("/v1/chat/stream", headers=me)
        assert again.status_code == 200


async def test_lines_asked_for_at_the_same_moment_count_too(box):
    async with client_of(box, limits=ChatLimits(streams_of_visitor=3)) as client:
        me = await enter(client)

        asked = [asyncio.create_task(client.get("/v1/chat/stream", headers=me)) for _ in range(20)]
        await until(lambda: sum(one.done() for one in asked) == 17)
        held = box.lines()
        box.draining.set()
        statuses = sorted(reply.status_code for reply in await asyncio.gather(*asked))

    assert held == 3
    assert statuses == [200] * 3 + [429] * 17


async def test_all_visitors_together_cannot_hold_lines_without_end(box):
    async with client_of(box, limits=ChatLimits(streams=2)) as client:
        first, second, third = [await enter(client) for _ in range(3)]
        held = [
            asyncio.create_task(client.get("/v1/chat/stream", headers=me)) for me in (first, second)
        ]
        await until(lambda: box.lines() == 2)

        refused = await client.get("/v1/chat/stream", headers=third)
        sent = await client.post(
            "/v1/chat/messages", json={"id": "1", "text": "Hello"}, headers=third
        )
        box.draining.set()
        await asyncio.gather(*held)
        later = await client.get("/v1/chat/stream", headers=third)

    problem(refused, 429)
    assert refused.headers["retry-after"] == "10"
    assert sent.status_code == 202
    assert later.status_code == 200


async def test_a_history_that_is_read_too_often_is_refused_until_the_time_told(box, client):
    me, other = await enter(client), await enter(client)

    async def read(reader: dict[str, str]) -> Any:
        return await client.get("/v1/chat/messages", headers=reader)

    # Twelve tabs of one browser that is restored, with five pages each.
    tabs = {(await read(me)).status_code for _ in range(12 * 5)}
    refused = await read(me)
    others = await read(other)
    box.clock.pass_(int(refused.headers["retry-after"]))
    later = await read(me)

    assert tabs == {200}
    problem(refused, 429)
    assert others.status_code == later.status_code == 200


async def test_a_file_is_given_by_its_signed_link_only(box, client):
    box.answer = lambda _: Answer("Booked", files=(File("demo", "Demo.ics", "text/calendar"),))
    me = await enter(client)
    await client.post("/v1/chat/messages", json={"id": "1", "text": "Book"}, headers=me)
    await until(lambda: len(box.talk(box.only_visitor()).said) == 2)
    read = (await client.get("/v1/chat/messages", headers=me)).json()
    (file,) = read["messages"][1]["files"]

    reply = await client.get(file["href"])
    forged = await client.get(file["href"][:-3] + "abc")
    other = await client.get(file["href"].replace("/demo?", "/other?"))

    assert (file["name"], file["media_type"]) == ("Demo.ics", "text/calendar")
    assert reply.content.startswith(b"BEGIN:VCALENDAR")
    assert reply.headers["content-type"].startswith("text/calendar")
    assert reply.headers["content-disposition"] == (
        "attachment; filename*=UTF-8''Demo%2C%2019%20November.ics"
    )
    assert reply.headers["x-content-type-options"] == "nosniff"
    problem(forged, 404)
    problem(other, 404)


async def test_openapi_describes_the_chat(client):
    paths = (await client.get("/openapi.json")).json()["paths"]

    assert set(paths) >= {
        "/v1/chat/visitors",
        "/v1/chat/messages",
        "/v1/chat/stream",
        "/v1/chat/files/{file_id}",
    }
    for path, methods in paths.items():
        if path.startswith("/v1/chat"):
            for said in methods.values():
                assert said["summary"]
                assert any(int(status) >= 400 for status in said["responses"])
    assert not any("options" in methods for methods in paths.values())
