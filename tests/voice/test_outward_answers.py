"""What LiveKit's server says of a call we make, and what it means where it says nothing."""

from __future__ import annotations

import pytest
from livekit import api

from appliance.connectors.phone.answers import Answer
from appliance.connectors.phone.outward import Destination, call
from tests.fakes.livekit_api import OK, error, livekit
from tests.fakes.running import free_port

TO = Destination(user="+16175550142", host="sip.example", transport="udp", shown="+16175550100")


async def answer(url: str) -> Answer:
    async with api.LiveKitAPI(url, "key", "s" * 32) as server:
        return await call(server, TO, room="call-out-1-1", identity="sip_1", ring_s=5)


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (error("resource_exhausted", sip_status_code="486", sip_status="Busy"), Answer.BUSY),
        (error("permission_denied", sip_status_code="603"), Answer.DECLINED),
        (error("not_found", sip_status_code="404"), Answer.NO_SUCH_NUMBER),
        (OK, Answer.ANSWERED),
        (error("canceled"), Answer.NO_ANSWER),
        (error("unavailable"), Answer.UNREACHABLE),
        (error("deadline_exceeded"), Answer.UNKNOWN),
    ],
)
async def test_what_is_said_is_read_as_what_the_telephone_did(said: bytes, means: Answer):
    async with livekit(said) as (url, asked):
        assert await answer(url) is means

    assert len(asked) == 1  # a call is never asked for twice


async def test_an_answer_that_is_lost_means_the_telephone_may_have_rung():
    async with livekit(None) as (url, asked):
        assert await answer(url) is Answer.UNKNOWN

    assert len(asked) == 1


async def test_without_a_server_nothing_has_rung():
    assert await answer(f"http://127.0.0.1:{free_port()}") is Answer.UNREACHABLE
