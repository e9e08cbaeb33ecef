"""What LiveKit's server is asked, so that a bot comes into a call."""

from __future__ import annotations

import pytest
from livekit import api
from livekit.protocol.agent import Job, JobState, JobStatus
from livekit.protocol.agent_dispatch import AgentDispatchState

from appliance.connectors.phone.rooms import Rooms
from tests.fakes.livekit_api import livekit, method, reply

LIST, CREATE, DELETE = "ListDispatch", "CreateDispatch", "DeleteDispatch"


@pytest.mark.parametrize(
    ("jobs", "anew", "asked_for"),
    [
        ([], False, [LIST, CREATE]),  # no worker has accepted it yet: to delete it ends the call
        ([JobStatus.JS_PENDING], False, [LIST]),
        ([JobStatus.JS_RUNNING], False, [LIST]),
        ([JobStatus.JS_FAILED], False, [LIST, CREATE]),
        ([JobStatus.JS_RUNNING], True, [LIST, DELETE, CREATE]),
    ],
)
async def test_only_the_dispatch_of_a_bot_that_was_lost_is_deleted(
    jobs: list[JobStatus], anew: bool, asked_for: list[str]
) -> None:
    held = AgentDispatchState(jobs=[Job(state=JobState(status=status)) for status in jobs])
    listed = api.ListAgentDispatchResponse(
        agent_dispatches=[api.AgentDispatch(id="AD_1", room="call-1", state=held)]
    )

    async with (
        livekit({LIST: reply(listed)}) as (url, asked),
        api.LiveKitAPI(url, "key", "s" * 32) as server,
    ):
        await Rooms(server).call_bot("call-1", {"kind": "sip"}, anew=anew)

    assert [method(head) for head in asked] == asked_for
