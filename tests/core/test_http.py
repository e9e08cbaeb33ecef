"""Calls to configured providers: an answer, or whether the call may have been acted on."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator

import pytest

from appliance.core import http as http_module
from appliance.core.http import Http, Unanswered, Unsent
from tests.fakes.web import CUT, Drip, Reply, Request, Site, serving


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    made = Http()
    yield made
    await made.close()


async def hello(_request: Request) -> Reply:
    return Reply(200, b'{"ok":true}', {"content-type": "application/json"})


@contextlib.asynccontextmanager
async def always(said: object) -> AsyncIterator[Site]:
    async def handler(_request: Request) -> object:
        return said

    async with serving(handler) as site:  # type: ignore[arg-type]
        yield site


async def test_an_answer_is_an_answer_whatever_its_status(http: Http):
    for status in (200, 302, 404, 429, 500):
        said = Reply(status, b"said", {"retry-after": "3", "location": "http://127.0.0.1:9/"})
        async with always(said) as site:
            answer = await http.call("GET", site.url)

        assert (answer.status, answer.content, answer.retry_after_s) == (status, b"said", 3)
        assert len(site.requests) == 1


@pytest.mark.parametrize("said", ["", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "-1", "1" * 50, "٣"])
async def test_a_wait_that_is_no_number_of_seconds_is_none(http: Http, said):
    headers = {"retry-after": said.encode().decode("latin-1")}
    async with always(Reply(429, b"", headers)) as site:
        assert (await http.call("GET", site.url)).retry_after_s is None


async def test_a_body_goes_as_json_that_any_server_can_read(http: Http):
    async with serving(hello) as site:
        await http.call("POST", site.url, body={"text": "ü\ud800"}, query={"a": "b c"})

    (request,) = site.requests
    assert json.loads(request.body) == {"text": "ü\ud800"}
    assert request.body.isascii()
    assert request.headers["content-type"] == "application/json"
    assert request.query == {"a": "b c"}


async def test_connections_are_used_again(http: Http):
    async with serving(hello) as site:
        for _ in range(3):
            await http.call("GET", site.url)

        assert len(site._writers) == 1


async def test_nobody_there_means_nothing_was_sent(http: Http):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/bottoken/send"

        with pytest.raises(Unsent) as raised:
            await http.call("POST", url, body={})

    assert "token" not in raised.value.sentence


async def test_a_server_without_tls_means_nothing_was_sent(http: Http):
    async def speak_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak_plainly, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        with pytest.raises(Unsent):
            await http.call("POST", f"https://127.0.0.1:{port}/", body={})
    finally:
        server.close()
        await server.wait_closed()


async def test_no_address_means_nothing_was_sent(http: Http):
    for url in ("http://[", "nonsense", "http://"):
        with pytest.raises(Unsent):
            await http.call("POST", url, body={})


async def test_a_request_that_was_not_written_whole_was_not_sent(http: Http):
    ended = asyncio.Event()

    async def read_nothing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.transport.abort()

    server = await asyncio.start_server(read_nothing, "127.0.0.1", 0, limit=1024)
    port = server.sockets[0].getsockname()[1]
    more_than_buffers_hold = {"x": "y" * 30_000_000}
    try:
        with pytest.raises(Unsent):
            await http.call(
                "POST", f"http://127.0.0.1:{port}/", body=more_than_buffers_hold, within_s=1.5
            )
    finally:
        ended.set()
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize(
    "said",
    [CUT, Drip([b"half"], length=1000), Drip([b"x" * 4_000_000])],
    ids=["cut", "half", "long"],
)
async def test_no_usable_answer_means_it_may_have_been_sent(http: Http, said):
    async with always(said) as site:
        call = asyncio.ensure_future(http.call("POST", site.url, body={}))
        if isinstance(said, Drip) and said.length:
            while not site.sent_bytes:
                await asyncio.sleep(0.01)
            site.hang_up()
        with pytest.raises(Unanswered):
            await call

    assert len(site.requests) == 1


async def test_an_answer_that_is_no_http_may_have_been_sent(http: Http):
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"\x00\x01\x02 what is this\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        with pytest.raises(Unanswered):
            await http.call("POST", f"http://127.0.0.1:{port}/", body={})
    finally:
        server.close()
        await server.wait_closed()


async def test_the_whole_call_ends_in_time_though_the_answer_drips(http: Http):
    drip = Drip((b"x" for _ in range(100_000)), pause_s=0.02, length=100_000)

    async with always(drip) as site:
        with pytest.raises(Unanswered):
            await http.call("POST", site.url, body={}, within_s=0.4)

    assert site.sent_bytes < http_module.LONGEST_ANSWER
