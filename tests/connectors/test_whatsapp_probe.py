"""Whether the WhatsApp channel works, and what to do where it does not."""

from __future__ import annotations

import pytest

from tests.connectors.conftest import Connect
from tests.fakes.graph_api import GraphApi


async def test_a_working_channel_passes_every_step(phone):
    steps = await phone.probe()

    assert [(step.name, step.passed) for step in steps] == [
        ("credentials", True),
        ("phone number", True),
        ("webhook subscription", True),
        ("our address", True),
    ]
    assert "Jasper's Market" in steps[1].says
    assert steps[3].says.startswith("Meta is to call https://desk.example/webhooks/whatsapp")


async def test_without_the_account_the_subscription_is_not_checked(
    connect: Connect, graph: GraphApi
):
    steps = await connect(base_url=graph.url, business_account_id=None).probe()

    assert steps[2].passed
    assert "business_account_id" in steps[2].says


@pytest.mark.parametrize(
    ("move", "failed", "says"),
    [
        ({"do": "error", "status": 401, "code": 190}, "credentials", "Make a new one"),
        ({"do": "error", "status": 403, "code": 200}, "credentials", "whatsapp_business_messaging"),
        ({"do": "error", "status": 400, "code": 100, "subcode": 33}, "phone number",
         "Check phone_number_id"),
        ({"do": "answer", "status": 404, "body": "<html>"}, "credentials", "Check base_url"),
        ({"do": "cut"}, "credentials", "Check the network"),
    ],
)  # fmt: skip
async def test_the_first_step_that_fails_is_the_last_and_says_what_to_do(
    phone, graph: GraphApi, move, failed, says
):
    graph.then(**{**move, "on": "get"})

    *passed, last = await phone.probe()

    assert all(step.passed for step in passed)
    assert (last.name, last.passed) == (failed, False)
    assert says in last.says


async def test_an_account_nobody_listens_to_is_found(phone, graph: GraphApi):
    graph.subscribed = 0

    last = (await phone.probe())[-1]

    assert (last.name, last.passed) == ("webhook subscription", False)
    assert "subscribe" in last.says


async def test_a_wrong_account_is_found(connect: Connect, graph: GraphApi):
    last = (await connect(base_url=graph.url, business_account_id="47110815").probe())[-1]

    assert (last.name, last.passed) == ("webhook subscription", False)
    assert "business_account_id" in last.says


async def test_a_missing_token_is_found(phone, secrets):
    secrets["whatsapp-access-token"] = ""

    (step,) = await phone.probe()

    assert (step.name, step.passed) == ("credentials", False)
    assert "appliance secrets set whatsapp-access-token" in step.says
