"""Calls a telephone: over the company's trunk, or straight to an address of its PBX."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
from google.protobuf.duration_pb2 import Duration
from livekit import api

from appliance.config import model
from appliance.connectors.phone.answers import Answer, of_status
from appliance.core import errors, logs

_log = logs.get(__name__)

_SIP = re.compile(
    r"(?P<scheme>sips?):(?P<user>[^@;?]+)@(?P<host>[^;?]+)"
    r"(?:[^?]*?;transport=(?P<way>udp|tcp|tls)(?![^;?]))?.*",
    re.IGNORECASE,
)
_WAYS = {
    "udp": api.SIPTransport.SIP_TRANSPORT_UDP,
    "tcp": api.SIPTransport.SIP_TRANSPORT_TCP,
    "tls": api.SIPTransport.SIP_TRANSPORT_TLS,
}
# LiveKit's server answers within the time a telephone rings, and this much more.
_WORD_S = 15.0
_NOBODY = "frontdesk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a call of ours is sent: whom, by which host, and how we prove who we are there."""

    user: str
    host: str
    transport: str
    shown: str
    username: str = ""
    password: str = ""


def destination(
    to: str, trunk: model.Trunk | None, *, secret: Callable[[str], str | None]
) -> Destination:
    """Read `sip:200@pbx`, `tel:+1617...` or a bare number; the last two go by the trunk.

    Raises:
        Misconfigured: there is no trunk for it, or its password is not set.
    """
    if (found := _SIP.fullmatch(to)) is not None:
        way = "tls" if found["scheme"].lower() == "sips" else (found["way"] or "udp").lower()
        shown = trunk.number if trunk else _NOBODY
        return Destination(user=found["user"], host=found["host"], transport=way, shown=shown)
    if trunk is None:
        raise errors.Misconfigured("No way leads out. Set voice.trunk in bot_config.yaml.")
    password = secret(trunk.password_secret) if trunk.password_secret else ""
    if trunk.username and not password:
        raise errors.Misconfigured(
            f"The secret {trunk.password_secret} is not set, so nobody can be called. "
            f"Run: appliance secrets set {trunk.password_secret}"
        )
    return Destination(
        user=to.removeprefix("tel:"),
        host=trunk.address,
        transport=trunk.transport,
        shown=trunk.number,
        username=trunk.username or "",
        password=password or "",
    )


async def call(
    server: api.LiveKitAPI, to: Destination, *, room: str, identity: str, ring_s: float
) -> Answer:
    """Call a telephone into a room; gives how it answers, once it has.

    Where the caller of this is cancelled the telephone may ring on: end the room.
    """
    wanted = api.CreateSIPParticipantRequest(
        trunk=api.SIPOutboundConfig(
            hostname=to.host,
            transport=_WAYS[to.transport],
            auth_username=to.username,
            auth_password=to.password,
        ),
        sip_number=to.shown,
        sip_call_to=to.user,
        room_name=room,
        participant_identity=identity,
        ringing_timeout=Duration(seconds=round(ring_s)),
        wait_until_answered=True,
    )
    try:
        await server.sip.create_sip_participant(wanted, timeout=ring_s + _WORD_S)
    except api.SipCallError as cause:
        return of_status(cause.sip_status_code or 0)
    except api.ServerError as cause:
        _log.warning("a call was not made", code=cause.code, pii_why=cause.message)
        return _OF_CODE.get(cause.code, Answer.UNREACHABLE)
    except aiohttp.ClientConnectorError:
        return Answer.UNREACHABLE
    except (aiohttp.ClientError, TimeoutError):
        return Answer.UNKNOWN
    return Answer.ANSWERED


# What LiveKit's bridge says where no SIP status came: it rang for its time, or nobody can tell.
_OF_CODE = {
    "canceled": Answer.NO_ANSWER,
    "deadline_exceeded": Answer.UNKNOWN,
    "unknown": Answer.UNKNOWN,
}
