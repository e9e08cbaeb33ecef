"""The UDP port that takes calls: retransmissions, dialogs, and who may come in."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from appliance.connectors.phone.sip import call as calls
from appliance.connectors.phone.sip import message, sdp
from appliance.connectors.phone.sip.call import GIVE_UP_S, T1_S, T2_S, Address, Call
from appliance.connectors.phone.sip.door import Door, Refusal
from appliance.connectors.phone.sip.message import Malformed, Request, Response
from appliance.core import errors, logs

_log = logs.get(__name__)

_ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, NOTIFY"
_WITHIN = {"BYE", "INFO", "NOTIFY"}
_MOST_ANSWERS = 4096
_MOST_CALLS = 512

Taken = Callable[[Call], None]


@dataclass(slots=True, kw_only=True)
class Endpoint(asyncio.DatagramProtocol):
    """Takes calls by SIP. `taken` is given each new one that the door lets in.

    It must ring, answer or refuse it.
    """

    door: Door
    taken: Taken
    refused: int = 0
    malformed: int = 0
    _wire: asyncio.DatagramTransport | None = None
    _calls: dict[str, Call] = field(default_factory=dict)
    _answers: OrderedDict[tuple[str, str], tuple[bytes, Address]] = field(
        default_factory=OrderedDict
    )
    _asked: dict[str, asyncio.Future[Response]] = field(default_factory=dict)
    _here: dict[str, str] = field(default_factory=dict)
    _leaving: set[asyncio.Task[None]] = field(default_factory=set)

    # -- the socket ------------------------------------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        """Take the socket."""
        self._wire = transport

    def error_received(self, exc: Exception) -> None:
        """Ignore that a peer is gone: what is not answered is sent again, and given up in time."""

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        """Take a packet; what is no SIP is counted and dropped."""
        peer = (str(addr[0]), int(addr[1]))
        if not data.strip(b"\r\n\0"):
            return  # a keep-alive
        try:
            found = message.read(data)
        except Malformed:
            self.malformed += 1
            return
        if isinstance(found, Response):
            self._hear(found)
        else:
            self._take(found, peer)

    def close(self) -> None:
        """Give the port back."""
        for task in list(self._leaving):
            task.cancel()
        if self._wire is not None:
            self._wire.close()

    @property
    def port(self) -> int:
        """The port calls come to."""
        assert self._wire is not None
        return int(self._wire.get_extra_info("sockname")[1])

    # -- requests --------------------------------------------------------------------------------

    def _take(self, request: Request, peer: Address) -> None:
        known = self._answers.get(_key(request)) if request.method != "ACK" else None
        if known is not None:
            self._send(*known)
            return
        within = self._calls.get(request.call_id)
        if within is not None and not self._is_of(within, request):
            within = None
        if request.method in {"ACK", "CANCEL"}:
            self._finish(request, peer)
        elif request.method == "OPTIONS":
            self._say(request, peer, 200, "OK", [("Allow", _ALLOW)])
        elif request.method == "INVITE" and not message.tag_of(request.first("to")):
            self._invite(request, peer)
        elif request.method in {"INVITE", *_WITHIN} and within is not None and within.is_answered:
            within.take(request, peer)
        elif request.method in {"INVITE", *_WITHIN}:
            self._say(request, peer, 481, "Call Does Not Exist")
        else:
            self._say(request, peer, 405, "Method Not Allowed", [("Allow", _ALLOW)])

    def _is_of(self, call: Call, request: Request) -> bool:
        theirs = message.tag_of(call.invite.first("from"))
        return (
            message.tag_of(request.first("from")) == theirs
            and message.tag_of(request.first("to")) == call.tag
        )

    def _finish(self, request: Request, peer: Address) -> None:
        """Take an ACK or a CANCEL: each belongs to an INVITE we have answered."""
        call = self._calls.get(request.call_id)
        if request.method == "ACK":
            if call is not None and message.tag_of(request.first("to")) == call.tag:
                call.take(request, peer)
            return
        if call is None or _branch(call.invite) != _branch(request):
            self._say(request, peer, 481, "Call Does Not Exist")
            return
        self._say(request, peer, 200, "OK")
        call.cancel()

    def _invite(self, request: Request, peer: Address) -> None:
        if refusal := self.door.judge(request, peer[0]):
            self._refuse(request, peer, refusal)
            return
        if request.call_id in self._calls:
            self._say(request, peer, 482, "Loop Detected")
            return
        if len(self._calls) >= _MOST_CALLS:
            self._refuse(request, peer, Refusal(503, "Service Unavailable", "too many calls"))
            return
        try:
            offer = sdp.read(request.body)
        except sdp.NoCommonSound as cause:
            self._refuse(request, peer, Refusal(488, "Not Acceptable Here", str(cause)))
            return
        call = Call(wire=self, invite=request, peer=peer, offer=offer)
        self._calls[request.call_id] = call
        call.trying()
        self.taken(call)

    def release(self, call: Call) -> None:
        """Drop a call that is over, once its telephone has our last answer."""
        task = asyncio.create_task(self._forget(call))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _forget(self, call: Call) -> None:
        try:
            await call.settled()
        finally:
            self._calls.pop(call.id, None)

    def _refuse(self, request: Request, peer: Address, refusal: Refusal) -> None:
        self._say(request, peer, refusal.status, refusal.reason, list(refusal.headers))
        if refusal.status == 401 and not request.first("authorization"):
            return  # the first half of every call with a password
        self.refused += 1
        _log.warning(
            "a call was refused",
            why=refusal.says,
            status=refusal.status,
            address=peer[0],
            pii_caller=request.caller,
            pii_called=request.called,
        )

    def _say(
        self,
        request: Request,
        peer: Address,
        status: int,
        reason: str,
        headers: list[tuple[str, str]] | None = None,
    ) -> None:
        said = calls.response(
            request, status, reason, headers or [], peer=peer, tag=_branch(request)[-16:]
        )
        self.reply(request, peer, said)

    # -- what a call uses --------------------------------------------------------------------------

    def here(self, peer: Address) -> Address:
        """Give our address as this peer reaches it."""
        host = self._here.get(peer[0])
        if host is None:
            family = socket.AF_INET6 if ":" in peer[0] else socket.AF_INET
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                try:
                    probe.connect((peer[0], 9))  # sends nothing; asks the system for the way
                    host = str(probe.getsockname()[0])
                except OSError:
                    host = "127.0.0.1"
            self._here = {**dict(list(self._here.items())[-255:]), peer[0]: host}
        return host, self.port

    def reply(self, request: Request, peer: Address, message: bytes) -> None:
        """Send a response, and again whenever its request comes again."""
        where = _back(request, peer)
        self._answers[_key(request)] = (message, where)
        self._answers.move_to_end(_key(request))
        if len(self._answers) > _MOST_ANSWERS:
            self._answers.popitem(last=False)
        self._send(message, where)

    async def ask(self, branch: str, peer: Address, message: bytes) -> Response | None:
        """Send a request until it is answered (timers E and F); None where it never is."""
        answered = self._asked[branch] = asyncio.get_running_loop().create_future()
        wait, waited = T1_S, 0.0
        try:
            while waited < GIVE_UP_S:
                self._send(message, peer)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        return await asyncio.shield(answered)
                waited, wait = waited + wait, min(2 * wait, T2_S)
            return None
        finally:
            self._asked.pop(branch, None)

    def _hear(self, response: Response) -> None:
        branch = message.parameter(response.first("via"), "branch") or ""
        answered = self._asked.get(branch)
        if answered is not None and not answered.done() and response.status >= 200:
            answered.set_result(response)

    def _send(self, message: bytes, to: Address) -> None:
        if self._wire is not None and not self._wire.is_closing():
            self._wire.sendto(message, to)


def _branch(request: Request) -> str:
    return message.parameter(request.first("via"), "branch") or request.call_id


def _key(request: Request) -> tuple[str, str]:
    """Name a request's transaction: it comes again with the same name."""
    number, method = request.cseq
    return _branch(request), f"{number} {method} {request.call_id}"


def _back(request: Request, peer: Address) -> Address:
    """Give where a response goes (RFC 3261 18.2.2, RFC 3581)."""
    via = request.first("via")
    if message.parameter(via, "rport") is not None:
        return peer
    said = re.search(r"SIP/2\.0/UDP\s+(?:\[[^\]]+\]|[^:;\s]+):(\d{1,5})", via, re.I)
    return peer[0], int(said[1]) if said and 0 < int(said[1]) < 65536 else 5060


async def open_endpoint(host: str, port: int, *, door: Door, taken: Taken) -> Endpoint:
    """Open the port for calls.

    Raises:
        Misconfigured: it is taken, or not ours to take.
    """
    endpoint = Endpoint(door=door, taken=taken)
    loop = asyncio.get_running_loop()
    try:
        await loop.create_datagram_endpoint(lambda: endpoint, local_addr=(host, port))
    except OSError as cause:
        raise errors.Misconfigured(
            f"Port {port}/udp for calls cannot be opened ({cause.strerror}). Another SIP server "
            "has it, or APPLIANCE_SIP_PORT names the wrong one."
        ) from None
    return endpoint
