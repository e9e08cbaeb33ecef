"""The webhook route over HTTP, with the real house behind it and a fake Graph API beside it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from appliance.api import app, webhooks
from appliance.assembly import house
from appliance.assembly.house import Appliance
from appliance.conversation.outbox import records as outbox
from appliance.core.settings import Settings
from tests.fakes import graph_api, whatsapp
from tests.fakes.graph_api import GraphApi
from tests.fakes.server import sample

HOOK = "/webhooks/whatsapp"
OTHER = "106540352242999"


@dataclass
class Open:
    appliance: Appliance
    client: httpx.AsyncClient
    graph: GraphApi

    async def bring(self, *messages: dict[str, Any], **value: Any) -> httpx.Response:
        body = whatsapp.webhook(whatsapp.value(messages=messages, **value))
        return await self.client.post(HOOK, content=body, headers=whatsapp.signature(body))

    @property
    def now(self) -> int:
        return int(self.appliance.clock.now().timestamp())

    def question(self, words: str, **more: Any) -> dict[str, Any]:
        return whatsapp.text(words, at=self.now, **more)

    async def until(self, met: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not met():
                await asyncio.sleep(0.02)

    def states(self) -> list[str]:
        return self.appliance.db.read(
            lambda c: list(
                c.exec_driver_sql("SELECT state FROM outbox ORDER BY id").scalars().all()
            )
        )


@pytest.fixture
async def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Open]:
    for name, value in {
        "APP_SECRET": whatsapp.APP_SECRET,
        "ACCESS_TOKEN": whatsapp.ACCESS_TOKEN,
        "VERIFY_TOKEN": whatsapp.VERIFY_TOKEN,
    }.items():
        monkeypatch.setitem(os.environ, f"APPLIANCE_SECRET_WHATSAPP_{name}", value)
    async with graph_api.running() as graph:
        config = tmp_path / "bot_config.yaml"
        config.write_text(
            sample().replace(
                "      - type: web_chat\n",
                "      - type: whatsapp\n"
                f'        phone_number_id: "{whatsapp.NUMBER}"\n'
                f"        base_url: {graph.url}\n"
                "      - type: whatsapp\n"
                f'        phone_number_id: "{OTHER}"\n'
                f"        base_url: {graph.url}\n"
                "      - type: web_chat\n",
            )
        )
        settings = Settings(
            data_dir=tmp_path / "data", keys_dir=tmp_path / "keys", config=config, port=0
        )
        appliance = house.build(settings)
        served = app.create(appliance, [webhooks.router(appliance)])
        async with served.router.lifespan_context(served):
            transport = httpx.ASGITransport(served, client=("127.0.0.1", 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
                yield Open(appliance, client, graph)


async def test_a_question_on_whatsapp_is_answered_and_its_reports_are_kept(opened: Open) -> None:
    opened.graph.statuses = []

    answer = await opened.bring(opened.question("When are you open?"))
    await opened.until(lambda: len(opened.graph.accepted) == 1)
    await opened.until(lambda: opened.states() == ["sent"])

    assert answer.status_code == 200
    sent = opened.graph.accepted[0]
    assert sent.to == whatsapp.SENDER
    assert "open" in str(sent.body).lower()
    assert opened.graph.refused == []
    assert [mark["status"] for mark in opened.graph.read] == ["read"]
    for status in ("read", "delivered"):
        told = whatsapp.status(status, sent.id, key=sent.key, at=opened.now)
        await opened.bring(statuses=[told])
    assert opened.states() == ["read"]


async def test_a_wrong_signature_is_401_and_counted_and_nothing_is_kept(opened: Open) -> None:
    body = whatsapp.webhook(whatsapp.value(messages=[opened.question("hello")]))
    signed = whatsapp.signature(body)["X-Hub-Signature-256"]

    answers = [
        (await opened.client.post(HOOK, content=body, headers=headers)).status_code
        for headers in (
            {},
            {"X-Hub-Signature-256": signed[:-1]},
            {"X-Hub-Signature-256": "sha256=" + "0" * 64},
            whatsapp.signature(body, "another secret"),
        )
    ]
    changed = await opened.client.post(
        HOOK, content=body.replace(b"hello", b"hullo"), headers={"X-Hub-Signature-256": signed}
    )

    assert [*answers, changed.status_code] == [401] * 5
    assert opened.appliance.metrics["webhooks_refused_total"]() == 5
    kept = opened.appliance.db.read(
        lambda c: c.exec_driver_sql("SELECT count(*) FROM inbox").scalar()
    )
    assert kept == 0


async def test_a_replayed_webhook_changes_nothing(opened: Open) -> None:
    message = opened.question("When are you open?", message_id="wamid.once")

    answers = [(await opened.bring(message)).status_code for _ in range(5)]
    await opened.until(lambda: opened.states() == ["sent"])

    assert answers == [200] * 5
    assert len(opened.graph.accepted) == 1


async def test_the_providers_check_of_our_address_is_answered_in_plain_text(opened: Open) -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}

    right = await opened.client.get(HOOK, params={**query, "hub.verify_token": "no"})
    good = await opened.client.get(
        HOOK, params={**query, "hub.verify_token": whatsapp.VERIFY_TOKEN}
    )

    assert right.status_code == 401
    assert (good.status_code, good.text) == (200, "1158201444")
    assert good.headers["content-type"].startswith("text/plain")


async def test_an_unknown_channel_is_404(opened: Open) -> None:
    answer = await opened.client.post("/webhooks/pigeon", content=b"{}")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_signed_bytes_that_nobody_understands_are_kept_and_answered_200(
    opened: Open,
) -> None:
    body = b"\x00 not json at all"

    answer = await opened.client.post(HOOK, content=body, headers=whatsapp.signature(body))

    assert answer.status_code == 200
    notices = opened.appliance.db.read(
        lambda c: c.exec_driver_sql("SELECT kind FROM notices").scalars().all()
    )
    assert list(notices) == ["unreadable"]


async def test_500_after_accept_is_sent_once_where_the_report_comes_first(opened: Open) -> None:
    opened.graph.then("accept_then", status=500, code=131000)

    await opened.bring(opened.question("When are you open?"))
    await opened.until(lambda: len(opened.graph.accepted) == 1)
    await opened.until(lambda: opened.states() == ["queued"])
    sent = opened.graph.accepted[0]
    told = whatsapp.status("sent", sent.id, key=sent.key, at=opened.now)
    await opened.bring(statuses=[told])
    opened.appliance.post.courier.sweep(grace_s=0)
    await opened.appliance.post.courier.settled()

    assert opened.states() == ["sent"]
    assert len(opened.graph.accepted) == 1


async def test_an_expired_token_turns_the_channel_red_on_ready_at_once(opened: Open) -> None:
    opened.graph.token = "another"

    await opened.bring(opened.question("When are you open?"))
    await opened.until(lambda: bool(opened.appliance.db.read(outbox.stops)))
    ready = (await opened.client.get("/ready")).json()

    red = [check for check in ready["checks"] if check["name"] == "channel"]
    assert "appliance channels test whatsapp" in red[0]["says"]
    assert opened.states() == ["queued"]


async def test_two_numbers_under_one_secret_each_get_their_own_messages(opened: Open) -> None:
    opened.graph.statuses = []
    body = whatsapp.webhook(
        whatsapp.value(messages=[opened.question("When are you open?")]),
        whatsapp.value(
            messages=[opened.question("Where are you?", sender="16505559999")], number=OTHER
        ),
    )

    await opened.client.post(HOOK, content=body, headers=whatsapp.signature(body))
    await opened.until(lambda: len(opened.states()) == 2)

    kept = opened.appliance.db.read(
        lambda c: c.exec_driver_sql("SELECT account FROM inbox ORDER BY account").scalars().all()
    )
    notices = opened.appliance.db.read(
        lambda c: c.exec_driver_sql("SELECT kind FROM notices").scalars().all()
    )
    assert list(kept) == [whatsapp.NUMBER, OTHER]
    assert list(notices) == []
