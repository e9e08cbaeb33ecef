"""Tells LiveKit's own SIP bridge which calls are ours: a trunk, its rule, a rule for all others.

Without a rule for others the bridge drops a call that fits no trunk, and the caller hears it ring
for ever. Theirs asks for a codec nobody has: the bridge refuses them itself, at once (SIP 400), and
no room is made for whoever tries all numbers.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable

import aiohttp
from livekit import api
from livekit.api.sip_service import SipService
from livekit.protocol.sip import SIPCodec, SIPDispatchRuleInfo, SIPMediaConfig

from appliance.config import model
from appliance.connectors.phone.access import AGENT, PREFIX, Access
from appliance.core import errors

_NAME = "frontdesk"
_OTHERS = "frontdesk: calls that are not ours"
_NO_CODEC = SIPCodec(name="none", rate=8000)


async def provision(
    access: Access, phone: model.Phone, *, secret: Callable[[str], str | None]
) -> None:
    """Make the trunk and the rule as the config wants them; what stands already stays.

    Raises:
        Misconfigured: the password is not set.
        Unavailable: the server does not answer, or refuses.
    """
    trunk = _trunk(phone, secret)
    try:
        async with (
            asyncio.timeout(10),
            api.LiveKitAPI(access.http, access.key, access.secret) as server,
        ):
            await _settle(server.sip, trunk)
    except (aiohttp.ClientError, api.TwirpError, TimeoutError) as cause:
        raise errors.Unavailable("LiveKit's server does not take the trunk.") from cause


def _trunk(phone: model.Phone, secret: Callable[[str], str | None]) -> api.SIPInboundTrunkInfo:
    password = secret(phone.password_secret) if phone.password_secret else ""
    if phone.username and not password:
        raise errors.Misconfigured(
            f"The secret {phone.password_secret} is not set, so no call is taken. "
            f"Run: appliance secrets set {phone.password_secret}"
        )
    return api.SIPInboundTrunkInfo(
        name=_NAME,
        numbers=phone.numbers,
        allowed_addresses=[_network(each) for each in phone.allowed_addresses],
        auth_username=phone.username or "",
        auth_password=password or "",
    )


def _network(address: str) -> str:
    """Write an address as a network.

    LiveKit also lets in whoever writes an allowed address into their own From header. Nobody's host
    is written as a network, so that `voice.room` can tell who has done that.
    """
    return str(ipaddress.ip_network(address))


async def _settle(sip: SipService, wanted: api.SIPInboundTrunkInfo) -> None:
    """Keep the trunk and the rules that are as wanted; drop all others of ours.

    Others' rule comes last and goes first: while the trunk is made anew, nobody is refused.
    """
    trunks = (await sip.list_inbound_trunk(api.ListSIPInboundTrunkRequest())).items
    rules = (await sip.list_dispatch_rule(api.ListSIPDispatchRuleRequest())).items
    kept = next((trunk for trunk in trunks if _same(trunk, wanted)), None)
    missing = [_ours(kept.sip_trunk_id), _others()] if kept else []
    for rule in rules:
        like = next((each for each in missing if _same_rule(rule, each)), None)
        if like is not None:
            missing.remove(like)
        else:
            gone = api.DeleteSIPDispatchRuleRequest(sip_dispatch_rule_id=rule.sip_dispatch_rule_id)
            await sip.delete_dispatch_rule(gone)
    for trunk in trunks:
        if trunk is not kept:
            await sip.delete_trunk(api.DeleteSIPTrunkRequest(sip_trunk_id=trunk.sip_trunk_id))
    if kept is None:
        made = await sip.create_inbound_trunk(api.CreateSIPInboundTrunkRequest(trunk=wanted))
        missing = [_ours(made.sip_trunk_id), _others()]
    for each in missing:
        await sip.create_dispatch_rule(api.CreateSIPDispatchRuleRequest(dispatch_rule=each))


def _same(trunk: api.SIPInboundTrunkInfo, wanted: api.SIPInboundTrunkInfo) -> bool:
    return all(
        getattr(trunk, name) == getattr(wanted, name)
        for name in ("name", "numbers", "allowed_addresses", "auth_username", "auth_password")
    )


def _same_rule(rule: SIPDispatchRuleInfo, wanted: SIPDispatchRuleInfo) -> bool:
    return rule.name == wanted.name and rule.trunk_ids == wanted.trunk_ids


def _ours(trunk_id: str) -> SIPDispatchRuleInfo:
    """Give each call of the trunk its room, and call the bot into it."""
    agent = api.RoomAgentDispatch(agent_name=AGENT, metadata='{"kind": "sip"}')
    return SIPDispatchRuleInfo(
        name=_NAME,
        trunk_ids=[trunk_id],
        rule=_each_its_room(PREFIX),
        room_config=api.RoomConfiguration(agents=[agent]),
    )


def _others() -> SIPDispatchRuleInfo:
    """Refuse whoever fits no trunk. It names a room because it must; nobody comes there."""
    return SIPDispatchRuleInfo(
        name=_OTHERS,
        rule=_each_its_room("refused"),
        media=SIPMediaConfig(only_listed_codecs=True, codecs=[_NO_CODEC]),
    )


def _each_its_room(prefix: str) -> api.SIPDispatchRule:
    return api.SIPDispatchRule(
        dispatch_rule_individual=api.SIPDispatchRuleIndividual(room_prefix=prefix)
    )
