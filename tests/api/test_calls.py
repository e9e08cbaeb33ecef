"""Calls from the browser: who gets a token, and whose signalling is passed on."""

from __future__ import annotations

import socket
import threading
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from livekit import api as livekit
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from websockets.sync.server import ServerConnection, serve

from appliance.api import calls, chat, problems
from appliance.api.chat_limits import CallLimits, Rate
from appliance.connectors.phone import access
from appliance.core.settings import Settings
from tests.fakes.chat import ChatBox, sample_config

BOX = "http://box.example:8080"
SHOP = "https://shop.example"


def made(*, voice: bool = True, livekit_port: int = 9, **limits: Any) -> tuple[ChatBox, FastAPI]:
    box = ChatBox(
        config=sample_config(allowed_origins=(SHOP,), voice={"enabled": voice}),
        settings=Settings(public_url=BOX, livekit_port=livekit_port),
    )
    app = FastAPI()
    problems.install(app)
    app.include_router(chat.router(box))
    app.include_router(calls.router(box, limits=CallLimits(**limits)))
    return box, app


def client_of(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BOX)


async def entered(client: httpx.AsyncClient, **headers: str) -> tuple[str, dict[str, str]]:
    reply = (await client.post("/v1/chat/visitors", json={}, headers=headers)).json()
    return reply["visitor"], {"Authorization": f"Bearer {reply['token']}", **headers}


async def test_a_visitor_gets_a_token_for_a_room_of_their_own():
    box, app = made()
    async with client_of(app) as client:
        visitor, proof = await entered(client)

        reply = await client.post("/v1/chat/calls", json={}, headers=proof)

    assert reply.status_code == 201
    entry = access.of(box.keyring, 9)
    claims = livekit.TokenVerifier(entry.key, entry.secret).verify(reply.json()["token"])
    assert claims.identity == visitor
    assert claims.video is not None
    assert claims.video.room == reply.json()["room"]


async def test_without_proof_or_from_another_site_there_is_no_token():
    _, app = made()
    async with client_of(app) as client:
        assert (await client.post("/v1/chat/calls", json={})).status_code == 401
        _, proof = await entered(client, Origin=SHOP)

        assert (await client.post("/v1/chat/calls", json={}, headers=proof)).status_code == 403


async def test_a_visitor_who_calls_again_and_again_has_to_wait():
    _, app = made(calls_of_visitor=Rate(1, 60, 2))
    async with client_of(app) as client:
        _, proof = await entered(client)
        for _ in range(2):
            assert (await client.post("/v1/chat/calls", json={}, headers=proof)).is_success

        reply = await client.post("/v1/chat/calls", json={}, headers=proof)

    assert reply.status_code == 429
    assert int(reply.headers["retry-after"]) > 0


async def test_where_calls_are_off_there_is_nothing():
    _, app = made(voice=False)
    async with client_of(app) as client:
        visitor = await client.post("/v1/chat/visitors", json={})
        proof = {"Authorization": f"Bearer {visitor.json()['token']}"}

        assert visitor.json()["bot"]["calls"] is False
        assert (await client.get("/call")).status_code == 404
        assert (await client.post("/v1/chat/calls", json={}, headers=proof)).status_code == 404


async def test_the_page_may_use_the_microphone_and_nothing_but_our_own_scripts():
    _, app = made()
    async with client_of(app) as client:
        page = await client.get("/call")
        script = await client.get("/livekit-client.js")

    assert "microphone=(self)" in page.headers["permissions-policy"]
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "Call Acme Corporation" in page.text
    assert script.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    ("path", "origin"),
    [("rtc", "https://evil.example"), ("rtc", SHOP), ("twirp/livekit.RoomService", BOX)],
)
def test_signalling_of_other_sites_and_other_interfaces_is_not_passed_on(path: str, origin: str):
    _, app = made()
    with (
        TestClient(app, base_url=BOX) as client,
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect(f"/v1/chat/signal/{path}", headers={"Origin": origin}),
    ):
        pass

    assert refused.value.code == 1008


def test_a_server_that_is_away_ends_the_signalling():
    _, app = made()
    with (
        TestClient(app, base_url=BOX) as client,
        pytest.raises(WebSocketDisconnect) as ended,
        client.websocket_connect("/v1/chat/signal/rtc", headers={"Origin": BOX}) as line,
    ):
        line.receive_text()

    assert ended.value.code == 1011


@pytest.mark.parametrize(("ends", "code"), [("goodbye", 1000), ("killed", 1011)])
def test_a_browser_is_told_whether_the_server_ended_the_call_or_was_lost(ends: str, code: int):
    def talk(line: ServerConnection) -> None:
        line.send("hello")
        if ends == "killed":
            line.socket.shutdown(socket.SHUT_RDWR)

    with serve(talk, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        _, app = made(livekit_port=server.socket.getsockname()[1])
        with (
            TestClient(app, base_url=BOX) as client,
            client.websocket_connect("/v1/chat/signal/rtc", headers={"Origin": BOX}) as line,
        ):
            assert line.receive_text() == "hello"
            with pytest.raises(WebSocketDisconnect) as ended:
                line.receive_text()
        server.shutdown()
        thread.join()

    assert ended.value.code == code
