"""The fake Graph API does what a script says, in a test and as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes import graph_api, whatsapp
from tests.fakes.web import Reply, Request, serving

ROOT = Path(__file__).resolve().parents[2]
HELLO = {
    "messaging_product": "whatsapp",
    "recipient_type": "individual",
    "to": whatsapp.SENDER,
    "type": "text",
    "text": {"body": "hello"},
    "biz_opaque_callback_data": "key-1",
}
PATH = f"/v23.0/{whatsapp.NUMBER}/messages"
BEARER = {"Authorization": f"Bearer {whatsapp.ACCESS_TOKEN}"}


async def post(url: str, body: object, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        return await client.post(url + PATH, json=body, headers={**BEARER, **headers})


async def test_it_refuses_what_meta_would_refuse():
    async with graph_api.running() as graph:
        wrong = [
            {**HELLO, "to": "nobody"},
            {**HELLO, "surprise": 1},
            {**HELLO, "text": {"body": "x" * 4097}},
            {key: said for key, said in HELLO.items() if key != "recipient_type"},
        ]
        answers = [(await post(graph.url, body)).status_code for body in wrong]
        stranger = await post(graph.url, HELLO, Authorization="Bearer x")

    assert answers == [400] * 4
    assert stranger.json()["error"]["code"] == 190
    assert graph.accepted == []
    assert len(graph.refused) == 5


async def test_it_calls_back_signed_in_the_order_it_was_told():
    told: list[Request] = []

    async def ours(request: Request) -> Reply:
        told.append(request)
        return Reply(500 if len(told) == 1 else 200)  # it repeats what was not taken

    async with serving(ours) as site, graph_api.running() as graph:
        graph.callback = f"{site.url}/webhooks/whatsapp"
        graph.statuses = ["delivered", "sent", "delivered"]
        await post(graph.url, HELLO)
        graph.then("fail_later", code=131026)
        await post(graph.url, HELLO)
        await graph.settled()

    signed = [whatsapp.signature(it.body)["X-Hub-Signature-256"] for it in told]
    assert [it.headers["x-hub-signature-256"] for it in told] == signed
    found = [it.json["entry"][0]["changes"][0]["value"]["statuses"][0] for it in told]
    kinds = [status["status"] for status in found if status["id"] == graph.accepted[0].id]
    assert kinds == ["delivered", "delivered", "sent", "delivered"]
    assert {status["biz_opaque_callback_data"] for status in found} == {"key-1"}
    failed = [status for status in found if status["status"] == "failed"]
    assert [(it["id"], it["errors"][0]["code"]) for it in failed] == [
        (graph.accepted[1].id, 131026)
    ]


@pytest.fixture
def process() -> Iterator[str]:
    """Run the fake as a process; gives its address."""
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.graph_api", "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    try:
        assert running.stdout is not None
        yield f"http://127.0.0.1:{json.loads(running.stdout.readline())['port']}"
    finally:
        running.terminate()
        running.communicate(timeout=60)


def control(url: str, **told: Any) -> dict[str, Any]:
    with httpx.Client(trust_env=False, timeout=30) as client:
        answer = (
            client.post(f"{url}/_control", json=told) if told else client.get(f"{url}/_control")
        )
    found: dict[str, Any] = answer.json()
    return found


async def test_as_a_process_it_is_told_what_to_do_and_asked_what_it_took(process):
    control(process, script=[{"do": "accept_then", "status": 500}, {"do": "error", "code": 4}])

    answers = [(await post(process, HELLO)).status_code for _ in range(3)]

    found = control(process)
    assert answers == [500, 400, 200]
    assert [(it["key"], it["to"]) for it in found["accepted"]] == [("key-1", whatsapp.SENDER)] * 2
    assert len(found["refused"]) == 1
    assert control(process, reset=True)["accepted"] == []
