"""What every request passes before a route sees it: limits, an id, headers, a count.

Plain ASGI: bodies are counted as they stream, so a body of any size costs no memory.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from appliance.api import networks, problems
from appliance.api.metrics import Figures
from appliance.core import ids
from appliance.core.clock import Clock

CHAT_BODY_BYTES = 64 * 1024
BODY_BYTES = 1024 * 1024
_HEALTH = {"/up", "/ready"}
# Providers give one customer up to a /48, which holds 65,536 networks of the size we count by.
_SITE_BITS = 48
_SITE_SHARE = 4

# A route that sets one of these itself keeps its own value.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(slots=True)
class Edge:
    """The outermost layer: who asks, how many at once, under which id, with which headers."""

    app: ASGIApp
    proxies: networks.Proxies
    operators: networks.Operators
    at_once: int
    figures: Figures
    clock: Clock
    _open: Counter[str] = field(default_factory=Counter)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        peer = scope["client"][0] if scope.get("client") else ""
        headers = Headers(scope=scope)
        address = self.proxies.client(peer, headers.getlist("x-forwarded-for"))
        scope["client"] = (address, 0)
        scope["operator"] = self.operators.ask(peer, headers)
        scope["request_id"] = ids.new_id()
        # For an IPv4 address both are the same holder, and the smaller number holds.
        site, holder = networks.group(address, _SITE_BITS), networks.group(address)
        holders = {site: self.at_once * _SITE_SHARE} | {holder: self.at_once}
        self._open.update(holders.keys())
        try:
            with bound_contextvars(request_id=scope["request_id"]):
                crowded = any(self._open[holder] > most for holder, most in holders.items())
                await self._answer(scope, receive, send, crowded=crowded)
        finally:
            for holder in holders:
                self._open[holder] -= 1
                if not self._open[holder]:
                    del self._open[holder]

    async def _answer(self, scope: Scope, receive: Receive, send: Send, *, crowded: bool) -> None:
        began, status, begun = self.clock.monotonic(), 500, False

        async def send_dressed(message: Message) -> None:
            nonlocal status, begun
            begun = True
            if message["type"] == "http.response.start":
                status = message["status"]
                self.figures.seconds.labels(_route(scope)).observe(self.clock.monotonic() - began)
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = scope["request_id"]
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            if crowded and scope["path"] not in _HEALTH:
                self.figures.refused.labels("address").inc()
                sentence = "Too many open requests from this address. Close some and try again."
                await problems.Problem(429, sentence)(scope, receive, send_dressed)
                return
            await self.app(scope, receive, send_dressed)
        except Exception as wrong:
            problem = problems.unexpected(scope, wrong)
            if begun:
                raise  # half an answer has left: the server cuts the connection
            await problem(scope, receive, send_dressed)
        finally:
            if scope["type"] == "http":
                method = scope["method"] if scope["method"] in _METHODS else "other"
                self.figures.requests.labels(method, _route(scope), str(status)).inc()


_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", None) or "other"


@dataclass(slots=True)
class Bodies:
    """Counts a request's body as it streams in, and gives it a deadline."""

    app: ASGIApp
    timeout_s: float
    idle_s: float
    figures: Figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = CHAT_BODY_BYTES if scope["path"].startswith("/v1/chat") else BODY_BYTES
        begun = False

        async def send_noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        counted = _Counted(receive, limit, self.timeout_s, self.idle_s)
        try:
            counted.check_declared(Headers(scope=scope).get("content-length", ""))
            await self.app(scope, counted.receive, send_noted)
        except HTTPException as wrong:
            if begun:
                raise
            answer = problems.Problem(wrong.status_code, wrong.detail, headers=wrong.headers)
            await answer(scope, receive, send_noted)
        finally:
            if counted.refused:
                self.figures.refused.labels(counted.refused).inc()


@dataclass(slots=True)
class _Counted:
    """One request's body: raises HTTPException 413 or 408, which any layer above may answer."""

    inner: Receive
    limit_bytes: int
    timeout_s: float
    idle_s: float
    seen_bytes: int = 0
    ended: bool = False
    refused: str = ""
    _deadline: float | None = None

    def check_declared(self, length: str) -> None:
        if length.isdigit() and (len(length) > 18 or int(length) > self.limit_bytes):
            raise self._refusal(413)

    async def receive(self) -> Message:
        if self.ended:  # what follows is the wait for a disconnect, which may last
            return await self.inner()
        loop = asyncio.get_running_loop()
        if self._deadline is None:
            self._deadline = loop.time() + self.timeout_s
        left = min(self.idle_s, self._deadline - loop.time())
        try:
            async with asyncio.timeout(max(0.0, left)):
                message = await self.inner()
        except TimeoutError:
            raise self._refusal(408) from None
        self.ended = message["type"] != "http.request" or not message.get("more_body", False)
        self.seen_bytes += len(message.get("body", b""))
        if self.seen_bytes > self.limit_bytes:
            raise self._refusal(413)
        return message

    def _refusal(self, status: int) -> HTTPException:
        self.refused = "body size" if status == 413 else "body time"
        sentence = (
            f"The body is larger than {self.limit_bytes} bytes. Send less at once."
            if status == 413
            else "The body did not arrive in time. Send the request again."
        )
        return HTTPException(status, sentence, headers={"Connection": "close"})
