"""Calls from the browser: the page, the token, and the way to LiveKit's signalling.

LiveKit's server listens on this machine alone; a browser's signalling comes to the web server and
is passed on, so that one port and one certificate serve chat and calls. The sound itself goes to
the ports for sound.
"""

from __future__ import annotations

import asyncio

import websockets
from fastapi import APIRouter, Request, Security, WebSocket, WebSocketDisconnect
from fastapi.responses import Response
from fastapi.security import HTTPBearer
from websockets.asyncio.client import ClientConnection, connect

from appliance.api import chat_pages, chat_shapes, visitor
from appliance.api import chat_wording as wording
from appliance.api.chat_limits import Buckets, CallLimits, address_of, refuse_after
from appliance.api.chat_origins import OWN, Origins, route_class
from appliance.config import model
from appliance.connectors.phone import access
from appliance.core import clock, errors, ids, logs

_log = logs.get(__name__)
_LARGEST_BYTES = 256 * 1024
_OPEN_S = 5.0
_BEARER = Security(HTTPBearer(auto_error=False, scheme_name="visitor token"))


def router(appliance: chat_shapes.ChatAppliance, *, limits: CallLimits | None = None) -> APIRouter:
    """Make the routes of calls in the browser."""
    return Calls(appliance, limits=limits or CallLimits()).routes()


class Calls:
    """The handlers, over one appliance."""

    def __init__(self, appliance: chat_shapes.ChatAppliance, *, limits: CallLimits) -> None:
        self._appliance = appliance
        self._origins = Origins(appliance)
        self._tokens = visitor.tokens(appliance.keyring, appliance.clock)
        self._access = access.of(appliance.keyring, appliance.settings.livekit_port)
        # LiveKit's server keeps the true time, in a rehearsal as well.
        self._true_time = clock.SystemClock()
        self._of_visitor = Buckets(limits.calls_of_visitor, appliance.clock)
        self._of_address = Buckets(limits.calls_of_address, appliance.clock)
        self._most_lines = limits.lines
        self._lines = 0
        self._script = chat_pages.asset("call.js", "text/javascript")
        self._client = chat_pages.asset("vendor/livekit-client.umd.js", "text/javascript")

    def routes(self) -> APIRouter:
        """Mount the handlers."""
        made = APIRouter(route_class=route_class(self._origins))
        made.add_api_route("/call", self.page, include_in_schema=False)
        made.add_api_route("/call.js", self.script, include_in_schema=False)
        made.add_api_route("/livekit-client.js", self.client, include_in_schema=False)
        made.add_api_route(
            "/v1/chat/calls",
            self.begin,
            methods=["POST"],
            status_code=201,
            response_model=chat_shapes.Call,
            summary="Call by the browser",
            dependencies=[_BEARER],
            tags=["web chat"],
        )
        made.add_api_websocket_route("/v1/chat/signal/{rest:path}", self.signal)
        return made

    async def page(self, request: Request) -> Response:  # noqa: ARG002 - the route class's shape
        """Give the page of a call; where calls are off there is none."""
        return chat_pages.call_page(self._live())

    async def script(self, request: Request) -> Response:
        """Give the page's own script."""
        return self._script.answer(request)

    async def client(self, request: Request) -> Response:
        """Give LiveKit's client for browsers."""
        return self._client.answer(request)

    async def begin(self, request: Request) -> chat_shapes.Call:
        """Make a call's room and the token that opens it, good for ten minutes.

        Only our own page may call: a frame on another site has no microphone of its own.
        """
        place = self._origins.place(request)
        if place != OWN:
            raise errors.NotAllowed(wording.ORIGIN.format(origin=place))
        self._live()
        who = self._tokens.proved(request, place=place)
        waits = self._of_visitor.take(who), self._of_address.take(address_of(request))
        refuse_after(max(waits), wording.TOO_MANY_CALLS)
        room = f"{access.PREFIX}{ids.new_id()}"
        token = self._access.call_token(
            self._true_time.now(), room=room, identity=who, metadata={"kind": "web"}
        )
        return chat_shapes.Call(token=token, room=room)

    async def signal(self, browser: WebSocket, rest: str) -> None:
        """Pass a browser's signalling on to LiveKit's server, which checks its token."""
        if not self._may_signal(browser, rest):
            await browser.close(1008)
            return
        query = browser.scope.get("query_string", b"").decode("latin-1")
        address = f"{self._access.url}/{rest}?{query}"
        self._lines += 1
        try:
            async with connect(
                address, max_size=None, open_timeout=_OPEN_S, proxy=None, user_agent_header=None
            ) as server:
                await browser.accept()
                await _both_ways(browser, server)
        except (OSError, websockets.WebSocketException, TimeoutError):
            _log.warning("a browser's call does not reach LiveKit's server")
            await _closed(browser)
        finally:
            self._lines -= 1

    def _may_signal(self, browser: WebSocket, rest: str) -> bool:
        try:
            self._live()
            is_ours = self._origins.place(browser) == OWN
        except errors.Error:
            return False
        return is_ours and rest in {"rtc", "rtc/v1"} and self._lines < self._most_lines

    def _live(self) -> model.BotConfig:
        config = self._appliance.config
        if config is None or not config.voice.enabled:
            raise errors.NotFound(wording.NO_CALLS)
        return config


async def _both_ways(browser: WebSocket, server: ClientConnection) -> None:
    """Carry messages both ways until one side ends."""
    ways = [asyncio.create_task(_in(browser, server)), asyncio.create_task(_out(browser, server))]
    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    out = ways[1]
    ended_well = out.done() and out.exception() is None  # else the browser comes again
    for way in ways:
        way.cancel()
    await asyncio.gather(*ways, return_exceptions=True)
    await _closed(browser, 1000 if ended_well else 1011)


async def _in(browser: WebSocket, server: ClientConnection) -> None:
    while True:
        message = await browser.receive()
        if message["type"] == "websocket.disconnect":
            return
        said = message.get("bytes") or message.get("text") or b""
        if len(said) > _LARGEST_BYTES:
            return
        await server.send(said)


async def _out(browser: WebSocket, server: ClientConnection) -> None:
    async for said in server:
        if isinstance(said, bytes):
            await browser.send_bytes(said)
        else:
            await browser.send_text(said)


async def _closed(browser: WebSocket, code: int = 1011) -> None:
    try:
        await browser.close(code)
    except (RuntimeError, WebSocketDisconnect):
        return  # it has gone already
