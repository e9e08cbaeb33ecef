"""Which programs calls need, by config and by what is installed."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from appliance.config import model
from appliance.connectors.phone import servers
from appliance.connectors.phone.access import Access
from appliance.connectors.phone.servers import Ports, Program
from appliance.core.settings import Settings

WORKER, WARDEN = "voice", "warden"
_LIBRARIES = ("livekit.agents", "livekit.api")
_NO_LIBRARY = "LiveKit's Python libraries are missing. Run: make livekit"
_NO_TELEPHONE = "Telephones are not answered; calls in the browser are."


@dataclass(frozen=True, slots=True)
class Plan:
    """Programs in the order they start, and what keeps calls from working or from working fully.

    No programs: there are no calls.
    """

    programs: tuple[Program, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def has_trunk(self) -> bool:
        """Whether LiveKit's own bridge takes the calls, and must be told which."""
        return any(program.name == servers.SIP for program in self.programs)


def ports(settings: Settings) -> Ports:
    """Give what the settings say of ports."""
    return Ports(
        signal=settings.livekit_port,
        rtc_tcp=settings.rtc_tcp_port,
        rtc_udp=settings.rtc_udp_port,
        sip=settings.sip_port,
        sip_rtp=settings.sip_rtp_ports,
        address=settings.call_address,
    )


def lacking() -> list[str]:
    """Say what calls need and this machine has not, a sentence each."""
    return [*_libraries(), *servers.lacking(servers.SERVER)]


def lacking_for_telephones() -> list[str]:
    """Say what calls from telephones need beyond that."""
    return servers.lacking(servers.SIP, servers.REDIS)


def _libraries() -> list[str]:
    try:
        is_there = all(importlib.util.find_spec(name) for name in _LIBRARIES)
    except ModuleNotFoundError:
        is_there = False
    return [] if is_there else [_NO_LIBRARY]


def plan(voice: model.Voice, settings: Settings, access: Access, folder: Path) -> Plan:
    """Plan the programs. `folder` is this process's own, for sockets."""
    if not voice.enabled:
        return Plan()
    if missing := lacking():
        return Plan(problems=tuple(missing))
    wanted = ports(settings)
    environment = {
        "LIVEKIT_URL": access.url,
        "LIVEKIT_API_KEY": access.key,
        "LIVEKIT_API_SECRET": access.secret,
    }
    worker = _ours(WORKER, "appliance.voice", environment, stop_s=12, port=settings.voice_port)
    warden = _ours(WARDEN, "appliance.switchboard.warden", {}, stop_s=1)
    alone = (servers.livekit_server(access, wanted, None), worker, warden)
    if not voice.phone.enabled:
        return Plan(alone)
    if missing := lacking_for_telephones():
        return Plan(alone, (*missing, _NO_TELEPHONE))
    redis = servers.redis(folder)
    assert redis.socket is not None
    return Plan(
        (
            redis,
            servers.livekit_server(access, wanted, redis.socket),
            worker,
            warden,
            servers.livekit_sip(access, wanted, redis.socket),
        )
    )


def _ours(
    name: str,
    module: str,
    environment: dict[str, str],
    *,
    stop_s: float,
    port: int | None = None,
) -> Program:
    return Program(
        name=name,
        command=(module,),
        environment=environment,
        port=port,
        stop_s=stop_s,
        is_ours=True,
    )
