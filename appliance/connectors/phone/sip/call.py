"""One call that came in by SIP: rings, is answered or refused, is referred elsewhere, ends."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from appliance.connectors.phone.sip import sdp
from appliance.connectors.phone.sip.message import Request, Response, address_of, tag_of, write

Address = tuple[str, int]

T1_S = 0.5
T2_S = 4.0
GIVE_UP_S = 32.0
_REFERRED_S = 45.0


class Ended(StrEnum):
    """Why a call is over."""

    CALLER = "the caller hung up"
    CANCELLED = "the caller hung up before it was answered"
    OURS = "we hung up"
    REFUSED = "it was refused"
    REFERRED = "it was transferred"
    SILENT = "the caller's telephone does not answer any more"


class Wire(Protocol):
    """What a call needs of the endpoint it came in by."""

    def here(self, peer: Address) -> Address:
        """Give our address as this peer reaches it."""

    def reply(self, request: Request, peer: Address, message: bytes) -> None:
        """Send a response, and again whenever its request comes again."""

    async def ask(self, branch: str, peer: Address, message: bytes) -> Response | None:
        """Send a request until it is answered; None where it never is."""


@dataclass(slots=True, kw_only=True, eq=False)
class Call:
    """A call. `offer` is what the caller's telephone can do, `peer` where its packets come from."""

    wire: Wire
    invite: Request
    peer: Address
    offer: sdp.Offer
    changed: Callable[[sdp.Offer], None] = lambda _offer: None
    pressed: Callable[[str], None] = lambda _key: None
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    why: Ended | None = None
    is_answered: bool = False
    tag: str = field(default_factory=lambda: secrets.token_hex(8))
    _sound: Address | None = None
    _version: int = 1
    _seen: int = 0
    _sent: int = 0
    _acknowledged: asyncio.Event = field(default_factory=asyncio.Event)
    _referred: asyncio.Future[int] | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._seen = self.invite.cseq[0]

    @property
    def id(self) -> str:
        """The call's identifier, as the caller's telephone has made it."""
        return self.invite.call_id

    # -- what we do ------------------------------------------------------------------------------

    def trying(self) -> None:
        """Say that the call has been seen."""
        self._respond(self.invite, 100, "Trying")

    def ring(self) -> None:
        """Let the caller hear that it rings."""
        self._respond(self.invite, 180, "Ringing")

    def answer(self, sound: Address) -> None:
        """Take the call; the sound comes to this address."""
        if self.why is not None or self.is_answered:
            return
        self.is_answered, self._sound = True, sound
        self._accept(self.invite)

    def refuse(self, status: int, reason: str, *, to: str | None = None) -> None:
        """Do not take the call; `to` is where it should be tried instead (with status 302)."""
        if self.why is not None or self.is_answered:
            return
        headers = [("Contact", f"<{to}>")] if to else []
        message = self._respond(self.invite, status, reason, headers)
        self._keep(self._until_acknowledged(self.invite, message))
        self._end(Ended.REFUSED)

    async def hang_up(self) -> None:
        """End the call."""
        if self.why is not None:
            return
        if not self.is_answered:
            self.refuse(480, "Temporarily Unavailable")
            return
        self._end(Ended.OURS)
        await self._request("BYE", [])

    async def refer(self, to: str) -> int:
        """Send the caller's telephone to another address; gives the status it got there.

        The call stays with us where that is not 2xx.
        """
        self._referred = asyncio.get_running_loop().create_future()
        answer = await self._request("REFER", [("Refer-To", f"<{to}>")])
        if answer is None or answer.status >= 300:
            return answer.status if answer else 408
        try:
            async with asyncio.timeout(_REFERRED_S):
                status = await self._referred
        except TimeoutError:
            status = 408
        finally:
            self._referred = None
        if status < 300 and self.why is None:
            self._end(Ended.REFERRED)
            await self._request("BYE", [])
        return status

    # -- what the caller's telephone does ----------------------------------------------------------

    def take(self, request: Request, peer: Address) -> None:
        """Take a request within this call."""
        number, method = request.cseq
        if method == "ACK":
            self._acknowledged.set()
            return
        if number < self._seen:
            self._respond(request, 500, "Out Of Order", peer=peer)
            return
        self._seen, self.peer = number, peer
        doing: dict[str, Callable[[Request], None]] = {
            "BYE": self._bye,
            "INVITE": self._again,
            "INFO": self._info,
            "NOTIFY": self._notify,
        }
        doing[method](request)

    def cancel(self) -> None:
        """End the call as its caller does not wait any longer."""
        if self.why is None and not self.is_answered:
            message = self._respond(self.invite, 487, "Request Terminated")
            self._keep(self._until_acknowledged(self.invite, message))
            self._end(Ended.CANCELLED)

    def _bye(self, request: Request) -> None:
        self._respond(request, 200, "OK")
        self._end(Ended.REFERRED if self._referred else Ended.CALLER)

    def _again(self, request: Request) -> None:
        """Take what the caller's telephone offers anew: hold, resume, another address."""
        try:
            self.offer = sdp.read(request.body) if request.body else self.offer
        except sdp.NoCommonSound:
            self._respond(request, 488, "Not Acceptable Here")
            return
        self._version += 1
        self.changed(self.offer)
        self._accept(request)

    def _info(self, request: Request) -> None:
        self._respond(request, 200, "OK")
        if key := re.search(r"^Signal\s*=\s*([0-9*#A-D])\s*$", request.body, re.M):
            self.pressed(key[1])

    def _notify(self, request: Request) -> None:
        self._respond(request, 200, "OK")
        told = re.match(r"SIP/2\.0 ([1-6]\d\d)", request.body)
        if told and int(told[1]) >= 200 and self._referred and not self._referred.done():
            self._referred.set_result(int(told[1]))

    # -- messages --------------------------------------------------------------------------------

    def _accept(self, request: Request) -> None:
        assert self._sound is not None
        body = sdp.answer(
            self.offer, host=self._sound[0], port=self._sound[1], version=self._version
        )
        self._acknowledged.clear()
        headers = [("Content-Type", "application/sdp")]
        message = self._respond(request, 200, "OK", headers, body)
        self._keep(self._until_acknowledged(request, message))

    async def _until_acknowledged(self, request: Request, message: bytes) -> None:
        """Send a final answer again until the caller's telephone has it (timers G and H)."""
        wait, waited = T1_S, 0.0
        while waited < GIVE_UP_S:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._acknowledged.wait()
                    return
            waited, wait = waited + wait, min(2 * wait, T2_S)
            self.wire.reply(request, self.peer, message)
        if self.why is None:
            self._end(Ended.SILENT)
            await self._request("BYE", [])

    def _respond(
        self,
        request: Request,
        status: int,
        reason: str,
        headers: list[tuple[str, str]] | None = None,
        body: str = "",
        *,
        peer: Address | None = None,
    ) -> bytes:
        peer = peer or self.peer
        host, port = self.wire.here(peer)
        if not any(name == "Contact" for name, _ in headers or []):
            headers = [("Contact", f"<sip:{host}:{port}>"), *(headers or [])]
        message = response(request, status, reason, headers or [], body, peer=peer, tag=self.tag)
        self.wire.reply(request, peer, message)
        return message

    async def _request(self, method: str, headers: list[tuple[str, str]]) -> Response | None:
        """Ask the caller's telephone for something."""
        self._sent += 1
        host, port = self.wire.here(self.peer)
        branch = f"z9hG4bK{secrets.token_hex(8)}"
        ours = self.invite.first("to")
        target = address_of(self.invite.first("contact")) or address_of(self.invite.first("from"))
        lines = [
            ("Via", f"SIP/2.0/UDP {host}:{port};branch={branch};rport"),
            ("Max-Forwards", "70"),
            *(("Route", route) for route in self.invite.all("record-route")),
            ("From", ours if tag_of(ours) else f"{ours};tag={self.tag}"),
            ("To", self.invite.first("from")),
            ("Call-ID", self.id),
            ("CSeq", f"{self._sent} {method}"),
            ("Contact", f"<sip:{host}:{port}>"),
            *headers,
        ]
        message = write(f"{method} {target} SIP/2.0", lines)
        return await self.wire.ask(branch, self.peer, message)

    def _end(self, why: Ended) -> None:
        if self.why is None:
            self.why = why
            self.ended.set()
        if self._referred and not self._referred.done():
            self._referred.set_result(200 if why is Ended.REFERRED else 487)

    def _keep(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Wait until the caller's telephone has our last answer, or is given up."""
        await asyncio.gather(*self._tasks, return_exceptions=True)


def response(
    request: Request,
    status: int,
    reason: str,
    headers: list[tuple[str, str]],
    body: str = "",
    *,
    peer: Address,
    tag: str = "",
) -> bytes:
    """Write the response to a request that came from `peer`."""
    first, *further = request.all("via")
    to = request.first("to")
    if tag and status > 100 and not tag_of(to):
        to = f"{to};tag={tag}"
    lines = [
        ("Via", _received(first, peer)),
        *(("Via", via) for via in further),
        *(("Record-Route", route) for route in request.all("record-route")),
        ("From", request.first("from")),
        ("To", to),
        ("Call-ID", request.call_id),
        ("CSeq", request.first("cseq")),
        *headers,
    ]
    return write(f"SIP/2.0 {status} {reason}", lines, body)


def _received(via: str, peer: Address) -> str:
    """Note in a Via where its packet really came from (RFC 3581)."""
    noted = re.sub(r";\s*rport(?=[;,\s]|$)", f";rport={peer[1]}", via, flags=re.I)
    return f"{noted};received={peer[0]}"
