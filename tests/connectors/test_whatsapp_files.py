"""Fetching what contacts send over WhatsApp."""

from __future__ import annotations

import base64
import hashlib

import pytest

from appliance.connectors.messages import Media
from appliance.connectors.meta.graph import Graph
from appliance.connectors.whatsapp.files import Files, matches
from appliance.core import errors
from appliance.core.http import Http
from tests.connectors.conftest import Connect
from tests.fakes import whatsapp
from tests.fakes.graph_api import GraphApi
from tests.fakes.web import Reply, Request, serving

PICTURE = b"\xff\xd8\xff picture"
DIGEST = hashlib.sha256(PICTURE)


async def test_a_file_is_fetched_by_its_id(phone, graph: GraphApi):
    media_id = graph.put_file(PICTURE)

    got = await phone.fetch(Media(media_id, "image/jpeg", sha256=DIGEST.hexdigest()))

    assert (got.content, got.media_type) == (PICTURE, "image/jpeg")


async def test_a_fresh_address_saves_asking_for_one(phone, graph: GraphApi):
    media_id = graph.put_file(PICTURE)
    told = Media(media_id, "image/jpeg", url=f"{graph.url}/files/{media_id}")

    assert (await phone.fetch(told)).content == PICTURE
    assert graph.site is not None
    assert [it.path for it in graph.site.requests] == [f"/files/{media_id}"]


async def test_an_address_that_has_ended_is_asked_for_anew(phone, graph: GraphApi):
    media_id = graph.put_file(PICTURE)
    told = Media(media_id, "image/jpeg", url=f"{graph.url}/files/0")

    assert (await phone.fetch(told)).content == PICTURE


async def curious(_request: Request) -> Reply:
    return Reply(200, PICTURE)


async def test_a_file_in_a_private_network_is_not_fetched(phone, graph: GraphApi):
    media_id = graph.put_file(PICTURE)

    async with serving(curious) as stranger:
        graph.then("redirect", on="file", to=f"{stranger.url}/x")
        for media in (Media(media_id, "x/y"), Media("", "x/y", url=f"{stranger.url}/x")):
            with pytest.raises(errors.Rejected):
                await phone.fetch(media)

    assert stranger.requests == []


async def test_the_token_is_shown_to_nobody_but_meta(graph: GraphApi):
    async with serving(curious) as stranger:
        http = Http(trusted=(stranger.url,))
        api = Graph(
            http=http, base_url=graph.url, version="v23.0", token=lambda: whatsapp.ACCESS_TOKEN
        )
        files = Files(graph=api, account=whatsapp.NUMBER, most_bytes=1000)
        got = await files.fetch(Media("", "image/jpeg", url=f"{stranger.url}/x"))
        await http.close()

    assert got.content == PICTURE
    assert "authorization" not in stranger.requests[0].headers


@pytest.mark.parametrize(
    ("url", "is_metas"),
    [
        ("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", True),
        ("https://scontent.xx.fbcdn.net/v/1", True),
        ("https://mmg.whatsapp.net/d/f/1.enc", True),
        ("http://lookaside.fbsbx.com/1", False),
        ("https://fbsbx.com.evil.example/1", False),
        ("https://evilfbsbx.com/1", False),
        ("https://evil.example/https://lookaside.fbsbx.com/", False),
        ("https://lookaside.fbsbx.com@evil.example/", False),
        ("https://evil.example#lookaside.fbsbx.com", False),
        ("https://[::1", False),
    ],
)
def test_metas_hosts_are_known_by_their_whole_name(connect: Connect, url, is_metas):
    files = Files(
        graph=connect(base_url="https://graph.facebook.com")._graph, account="1", most_bytes=1
    )

    assert files._is_metas(url) is is_metas


async def test_a_file_that_is_gone_is_not_fetched_again(phone, graph: GraphApi):
    with pytest.raises(errors.Rejected, match="any more"):
        await phone.fetch(Media("4711", "image/jpeg"))


@pytest.mark.parametrize("media_id", ["", "../me", "1/../2", "a b", "1?x=y", "\0"])
async def test_an_id_that_is_none_is_not_asked_for(phone, graph: GraphApi, media_id):
    with pytest.raises(errors.Rejected):
        await phone.fetch(Media(media_id, "image/jpeg"))

    assert graph.site is not None
    assert graph.site.requests == []


async def test_a_file_that_is_too_large_is_left(connect: Connect, graph: GraphApi):
    media_id = graph.put_file(bytes(1_000_001))

    with pytest.raises(errors.Rejected, match="more than"):
        await connect(base_url=graph.url, largest_file_mb=1).fetch(Media(media_id, "image/png"))


async def test_another_file_than_the_announced_one_is_left(phone, graph: GraphApi):
    media_id = graph.put_file(PICTURE)

    with pytest.raises(errors.Rejected, match="announced"):
        await phone.fetch(Media(media_id, "image/jpeg", sha256=hashlib.sha256(b"x").hexdigest()))


@pytest.mark.parametrize(
    ("move", "kind"),
    [
        ({"do": "error", "status": 401, "code": 190}, errors.Unavailable),
        ({"do": "error", "status": 429, "code": 4, "retry_after": 30}, errors.Unavailable),
        ({"do": "error", "status": 500, "code": 2}, errors.Unavailable),
        ({"do": "error", "status": 400, "code": 100, "subcode": 33}, errors.Rejected),
        ({"do": "error", "status": 400, "code": 131052}, errors.Rejected),
        ({"do": "answer", "status": 502, "body": "<html>"}, errors.Unavailable),
        ({"do": "garbage"}, errors.Unavailable),
        ({"do": "cut"}, errors.Unavailable),
    ],
    ids=str,
)
async def test_why_there_is_no_address_decides_whether_to_ask_again(
    phone, graph: GraphApi, move, kind
):
    media_id = graph.put_file(PICTURE)
    graph.then(**{**move, "on": "get"})

    with pytest.raises(kind) as raised:
        await phone.fetch(Media(media_id, "image/jpeg"))

    assert raised.value.retry_after_s == move.get("retry_after")


async def test_a_missing_token_is_no_reason_to_give_a_file_up(phone, graph: GraphApi, secrets):
    media_id = graph.put_file(PICTURE)
    secrets["whatsapp-access-token"] = ""

    for media in (Media(media_id, "x/y"), Media("", "x/y", url=f"{graph.url}/files/{media_id}")):
        with pytest.raises(errors.Unavailable, match="empty"):
            await phone.fetch(media)


@pytest.mark.parametrize(
    ("announced", "right"),
    [
        (None, True),
        ("", True),
        ("4654+8g=", True),  # no SHA-256: nothing was announced
        ("not a digest", True),
        (DIGEST.hexdigest(), True),
        (DIGEST.hexdigest().upper(), True),
        (base64.b64encode(DIGEST.digest()).decode(), True),
        (hashlib.sha256(b"other").hexdigest(), False),
        (base64.b64encode(hashlib.sha256(b"other").digest()).decode(), False),
    ],
)
def test_a_digest_is_read_in_hex_and_in_base64(announced, right):
    assert matches(PICTURE, announced) is right
