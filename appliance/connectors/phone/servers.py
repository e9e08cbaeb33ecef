"""LiveKit's programs: which there are, where they are found, how they are started.

None is started with `--dev`, none writes a file with a key in it: configurations go by the
environment, which no other user of the machine can read. Redis, which only livekit-sip needs,
speaks on a socket in the appliance's own folder and keeps nothing.
"""

from __future__ import annotations

import json
import shutil
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from appliance.connectors.phone.access import Access

SERVER, SIP, REDIS = "livekit-server", "livekit-sip", "redis-server"
HOW = {
    SERVER: "Run: make livekit",
    SIP: "Run: make livekit",
    REDIS: "On Debian or Ubuntu: apt-get install redis-server",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the servers listen on. `address` is ours as callers reach it; empty: found out."""

    signal: int
    rtc_tcp: int
    rtc_udp: int
    sip: int
    sip_rtp: str
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program to run. `port` answers once it is ready; `socket` is there then.

    Of a program of ours, `command` is the module that is run. `stop_signal` asks it to end.
    """

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    port: int | None = None
    socket: Path | None = None
    stop_s: float = 2.0
    stop_signal: int = signal.SIGTERM
    is_ours: bool = False


def find(name: str) -> Path | None:
    """Find a program beside our own interpreter, then where the system looks."""
    beside = Path(sys.executable).parent / name
    if beside.exists():
        return beside
    found = shutil.which(name)
    return Path(found) if found else None


def lacking(*names: str) -> list[str]:
    """Say which programs are missing and how to get them, a sentence each."""
    return [f"The program {name} is missing. {HOW[name]}" for name in names if find(name) is None]


def livekit_server(access: Access, ports: Ports, redis: Path | None) -> Program:
    """Give how LiveKit's server is started."""
    rtc: dict[str, Any] = {
        "tcp_port": ports.rtc_tcp,
        "udp_port": ports.rtc_udp,
        "use_external_ip": False,
        # A machine without a network can still call itself.
        "enable_loopback_candidate": True,
    }
    if ports.address:
        rtc["node_ip"] = ports.address
    config: dict[str, Any] = {
        "port": ports.signal,
        "bind_addresses": ["127.0.0.1"],
        "rtc": rtc,
        "keys": {access.key: access.secret},
        "room": {
            "auto_create": True,
            "empty_timeout": 30,
            "departure_timeout": 5,
            # A caller and the person who is asked to take them are muted until they are joined.
            "enable_remote_unmute": True,
        },
        # The worker's load is its calls, so it may be full; the machine's is others' as well.
        "agents": {"target_load": 1.0},
        "logging": {"json": True, "level": "info", "pion_level": "error"},
    }
    if redis is not None:
        config["redis"] = {"address": str(redis)}
    return Program(
        name=SERVER,
        command=(str(find(SERVER)),),
        environment={"LIVEKIT_CONFIG": json.dumps(config)},  # JSON is YAML
        port=ports.signal,
        stop_s=1.0,
    )


def livekit_sip(access: Access, ports: Ports, redis: Path) -> Program:
    """Give how LiveKit's own bridge for SIP calls is started."""
    config: dict[str, Any] = {
        "api_key": access.key,
        "api_secret": access.secret,
        "ws_url": access.url,
        "redis": {"address": str(redis)},
        "sip_port": ports.sip,
        "rtp_port": ports.sip_rtp,
        "use_external_ip": False,
        # Sound goes back to where it comes from: telephones behind a router name an address of
        # their own network.
        "symmetric_rtp": True,
        # How many calls there may be is ours to say; a machine that others keep busy takes them all
        # the same, where at nine tenths of its CPU the bridge would neither take nor make one.
        "max_cpu_utilization": 1.0,
        # Whom it does not let in it tells at this level alone.
        "logging": {"json": True, "level": "debug"},
    }
    if ports.address:
        config["nat_1_to_1_ip"] = ports.address
    return Program(
        name=SIP,
        command=(str(find(SIP)),),
        environment={"SIP_CONFIG_BODY": json.dumps(config)},
        # On SIGTERM it waits for the end of every call; on this one it hangs up (BYE) and ends.
        stop_signal=signal.SIGINT,
        port=ports.sip,  # it listens on TCP as well
    )


def redis(folder: Path) -> Program:
    """Give how redis is started: on a socket, in memory alone."""
    socket = folder / "redis.sock"
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "600",
        "save": "",
        "appendonly": "no",
        "daemonize": "no",
        "dir": str(folder),
        "maxmemory": "64mb",
        "loglevel": "warning",
    }
    options = [word for name, value in settings.items() for word in (f"--{name}", value)]
    return Program(name=REDIS, command=(str(find(REDIS)), *options), socket=socket, stop_s=1.0)
