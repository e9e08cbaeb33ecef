"""What LiveKit's server is asked, so that a bot comes into a call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from livekit import api
from livekit.protocol.agent import Job, JobState, JobStatus
from livekit.protocol.agent_dispatch import AgentDispatchState

from appliance.connectors.phone.rooms import Rooms
from tests.fakes.livekit_api import livekit, method, reply

LIST, CREATE, DELETE = "ListDispatch", "CreateDispatch", "DeleteDispatch"


@pytest.mark.parametrize(
    ("jobs", "asked_for"),
    [
        ([], [LIST, CREATE]),  # no worker has accepted it yet: to delete it ends the call
        ([JobStatus.JS_PENDING], [LIST]),
        ([JobStatus.JS_RUNNING], [LIST]),
        ([JobStatus.JS_FAILED], [LIST, CREATE]),
    ],
)
async def test_a_bot_is_asked_for_unless_one_is_on_its_way_and_nothing_is_taken_back(
    jobs: list[JobStatus], asked_for: list[str]
) -> None:
    listed = dispatched(*jobs)

    async with asking(listed) as (rooms, asked):
        await rooms.call_bot("call-1", {"kind": "sip"})

    assert [method(head) for head in asked] == asked_for


async def test_what_was_asked_of_a_bot_that_was_lost_is_taken_back() -> None:
    async with asking(dispatched(JobStatus.JS_RUNNING)) as (rooms, asked):
        await rooms.forget_bots("call-1")

    assert [method(head) for head in asked] == [LIST, DELETE]


def dispatched(*jobs: JobStatus) -> api.ListAgentDispatchResponse:
    """Make what the server lists: one dispatch with these jobs."""
    held = AgentDispatchState(jobs=[Job(state=JobState(status=status)) for status in jobs])
    one = api.AgentDispatch(id="AD_1", room="call-1", state=held)
    return api.ListAgentDispatchResponse(agent_dispatches=[one])


@asynccontextmanager
async def asking(
    listed: api.ListAgentDispatchResponse,
) -> AsyncIterator[tuple[Rooms, list[bytes]]]:
    async with (
        livekit({LIST: reply(listed)}) as (url, asked),
        api.LiveKitAPI(url, "key", "s" * 32) as server,
    ):
        yield Rooms(server), asked
