"""Tells LiveKit's own SIP bridge which calls are ours: a trunk and a dispatch rule."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
from livekit import api
from livekit.api.sip_service import SipService

from appliance.config import model
from appliance.connectors.phone.access import AGENT, PREFIX, Access
from appliance.core import errors

_NAME = "frontdesk"


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
        allowed_addresses=phone.allowed_addresses,
        auth_username=phone.username or "",
        auth_password=password or "",
    )


async def _settle(sip: SipService, wanted: api.SIPInboundTrunkInfo) -> None:
    """Keep the trunk that is as wanted; drop all others of ours."""
    trunks = (await sip.list_inbound_trunk(api.ListSIPInboundTrunkRequest())).items
    rules = (await sip.list_dispatch_rule(api.ListSIPDispatchRuleRequest())).items
    kept = ""
    for trunk in trunks:
        if not kept and _same(trunk, wanted):
            kept = trunk.sip_trunk_id
        else:
            await sip.delete_trunk(api.DeleteSIPTrunkRequest(sip_trunk_id=trunk.sip_trunk_id))
    if not kept:
        made = await sip.create_inbound_trunk(api.CreateSIPInboundTrunkRequest(trunk=wanted))
        kept = made.sip_trunk_id
    is_ruled = False
    for rule in rules:
        if not is_ruled and list(rule.trunk_ids) == [kept]:
            is_ruled = True
        else:
            gone = api.DeleteSIPDispatchRuleRequest(sip_dispatch_rule_id=rule.sip_dispatch_rule_id)
            await sip.delete_dispatch_rule(gone)
    if not is_ruled:
        await sip.create_dispatch_rule(_rule(kept))


def _same(trunk: api.SIPInboundTrunkInfo, wanted: api.SIPInboundTrunkInfo) -> bool:
    return all(
        getattr(trunk, name) == getattr(wanted, name)
        for name in ("name", "numbers", "allowed_addresses", "auth_username", "auth_password")
    )


def _rule(trunk_id: str) -> api.CreateSIPDispatchRuleRequest:
    each_its_room = api.SIPDispatchRule(
        dispatch_rule_individual=api.SIPDispatchRuleIndividual(room_prefix=PREFIX)
    )
    agent = api.RoomAgentDispatch(agent_name=AGENT, metadata='{"kind": "sip"}')
    return api.CreateSIPDispatchRuleRequest(
        name=_NAME,
        trunk_ids=[trunk_id],
        rule=each_its_room,
        room_config=api.RoomConfiguration(agents=[agent]),
    )
