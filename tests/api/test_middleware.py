from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.datastructures import Headers

from appliance.api import app, middleware
from appliance.api.networks import Operators, Proxies, group
from appliance.core import errors
from appliance.core.settings import Settings


async def chunks(count: int, size: int, pause_s: float = 0) -> AsyncIterator[bytes]:
    for _ in range(count):
        await asyncio.sleep(pause_s)
        yield b"x" * size


class HeldBody:
    """Bodies whose first half has been read; the rest comes once `goes_on` is set."""

    def __init__(self) -> None:
        self.goes_on = asyncio.Event()
        self._read = 0

    async def pieces(self) -> AsyncIterator[bytes]:
        yield b"x"
        self._read += 1
        await self.goes_on.wait()
        yield b"x"

    async def begun(self, count: int) -> None:
        async with asyncio.timeout(30):
            while self._read < count:
                await asyncio.sleep(0.005)


async def test_a_body_up_to_the_limit_passes(web):
    response = await web.post("/bytes", content=b"x" * middleware.BODY_BYTES)

    assert response.json() == {"bytes": middleware.BODY_BYTES}


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/bytes", middleware.BODY_BYTES), ("/v1/chat/bytes", middleware.CHAT_BODY_BYTES)],
)
async def test_a_declared_body_over_the_limit_is_refused_unread(web, path, limit):
    response = await web.post(path, content=b"x" * (limit + 1))

    assert response.status_code == 413
    assert str(limit) in response.json()["detail"]


async def test_a_streamed_body_over_the_limit_is_refused(web):
    response = await web.post("/bytes", content=chunks(20, 100_000))

    assert response.status_code == 413
    assert response.headers["connection"] == "close"


async def test_a_body_for_a_json_route_is_refused_with_413_and_not_as_broken_json(web):
    response = await web.post("/words", content=chunks(20, 100_000))

    assert response.status_code == 413


async def test_an_absurd_declared_length_is_refused(web):
    response = await web.post("/bytes", content=b"", headers={"content-length": "9" * 400})

    assert response.status_code == 413


async def test_a_body_that_pauses_too_long_is_given_up(web):
    response = await web.post("/bytes", content=chunks(2, 1, pause_s=0.4))

    assert response.status_code == 408


async def test_a_body_that_trickles_for_ever_is_given_up(web):
    response = await web.post("/bytes", content=chunks(30, 1, pause_s=0.05))

    assert response.status_code == 408


async def test_one_address_holds_only_so_many_requests_open(patient):
    body = HeldBody()
    slow = [asyncio.create_task(patient.post("/bytes", content=body.pieces())) for _ in range(4)]
    await body.begun(4)

    refused = await patient.post("/bytes", content=b"x")
    health = await patient.get("/up")
    body.goes_on.set()
    answered = await asyncio.gather(*slow)
    later = await patient.post("/bytes", content=b"x")

    assert refused.status_code == 429
    assert refused.headers["retry-after"]
    assert health.status_code == 200
    assert [response.status_code for response in answered] == [200] * 4
    assert later.status_code == 200


async def test_every_answer_carries_an_id_and_the_security_headers(web):
    first, second = await web.get("/up"), await web.get("/nothing")

    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    for name, value in middleware.SECURITY_HEADERS.items():
        assert first.headers[name] == second.headers[name] == value


async def test_a_route_keeps_the_policy_it_sets_itself(web):
    response = await web.get("/docs")

    assert "style-src 'sha256-" in response.headers["content-security-policy"]


async def test_the_reference_page_runs_no_script_and_loads_nothing(web):
    page = (await web.get("/docs")).text

    assert "/words" in page
    for foreign in ("<script", "<link", "src=", "http://", "https://"):
        assert foreign not in page


@pytest.mark.parametrize(
    ("peer", "header", "seen"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["203.0.113.9"], "192.0.2.1"),
        ("10.0.0.2", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.2", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.2", ["198.51.100.1", "203.0.113.9, 10.0.0.3"], "203.0.113.9"),
        ("10.0.0.2", ["<script>"], "10.0.0.2"),
        ("10.0.0.2", [""], "10.0.0.2"),
    ],
)
def test_only_a_trusted_proxy_is_believed(peer, header, seen):
    proxies = Proxies.parse("10.0.0.0/8, 2001:db8::1")

    assert proxies.client(peer, header) == seen


@pytest.mark.parametrize("peer", ["10.0.0.2", "::ffff:10.0.0.2"])
def test_a_proxy_is_known_in_both_its_spellings(peer):
    assert Proxies.parse("10.0.0.2").client(peer, ["203.0.113.9"]) == "203.0.113.9"


@pytest.mark.parametrize(
    ("peer", "is_one"),
    [
        ("127.0.0.1", True),
        ("::ffff:127.0.0.1", True),
        ("::1", True),
        ("172.17.0.1", False),
        ("10.0.0.7", False),
        ("", False),
        ("nonsense", False),
    ],
)
def test_only_the_machine_itself_is_an_operator_at_first(peer, is_one):
    operators = Operators.parse(Settings().operators_from)

    assert operators.ask(peer, Headers()) is is_one
    assert not operators.ask(peer, Headers({"x-forwarded-for": "127.0.0.1"}))


def test_operators_networks_that_are_none_are_named(stand_in):
    stand_in.settings = Settings(operators_from="the office")

    with pytest.raises(errors.Misconfigured, match="APPLIANCE_OPERATORS_FROM"):
        app.create(stand_in, [])


async def test_one_ipv6_site_holds_only_so_many_requests_open_over_all_its_networks(patient):
    body = HeldBody()

    def post(address: str, content: AsyncIterator[bytes] | bytes = b"x"):
        return patient.post("/bytes", content=content, headers={"X-Forwarded-For": address})

    slow = [asyncio.create_task(post(f"2001:db8:1:{n:x}::7", body.pieces())) for n in range(16)]
    await body.begun(16)

    refused = await post("2001:db8:1:ff::7")
    neighbour = await post("2001:db8:2::7")
    body.goes_on.set()
    answered = await asyncio.gather(*slow)
    later = await post("2001:db8:1:ff::7")

    assert refused.status_code == 429
    assert neighbour.status_code == 200
    assert [one.status_code for one in answered] == [200] * 16
    assert later.status_code == 200


def test_an_ipv6_visitor_counts_by_network():
    assert group("2001:db8:1:2::7") == group("2001:db8:1:2:ffff::1") != group("2001:db8:1:3::7")
    assert group("::ffff:192.0.2.1") == "192.0.2.1"
