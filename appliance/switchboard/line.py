"""The process that takes SIP calls: `python -m appliance.switchboard.line`."""

from __future__ import annotations

import asyncio
import ipaddress
import signal

from appliance.assembly.office import Office, open_office
from appliance.config import model
from appliance.connectors.phone import access
from appliance.connectors.phone.bridge import Bridge, Line
from appliance.connectors.phone.sip.door import Terms
from appliance.core import errors, logs, process
from appliance.core.settings import Settings
from appliance.switchboard import live
from appliance.switchboard.plan import ports

_log = logs.get(__name__)

_DRAIN_S = 4.0


def line_of(phone: model.Phone, office: Office) -> Line:
    """Give how calls are taken, by the config.

    Raises:
        Misconfigured: the password is not set.
    """
    password = office.secret(phone.password_secret) if phone.password_secret else ""
    if phone.username and not password:
        raise errors.Misconfigured(
            f"The secret {phone.password_secret} is not set, so no call is taken. "
            f"Run: appliance secrets set {phone.password_secret}"
        )
    terms = Terms(
        networks=tuple(ipaddress.ip_network(each) for each in phone.allowed_addresses),
        numbers=frozenset(phone.numbers),
        username=phone.username or "",
        password=password or "",
    )
    return Line(
        terms=terms, max_calls=phone.max_calls, ring_s=phone.ring_s, fallback=phone.fallback
    )


async def _run(office: Office) -> None:
    wanted = ports(office.settings)
    # Until the config is read nobody may call.
    bridge = Bridge(
        access=access.of(office.keyring, wanted.signal),
        clock=office.clock,
        line=Line(terms=Terms(networks=())),
        ports=wanted.sip_rtp,
    )

    def take_up(voice: model.Voice) -> None:
        try:
            bridge.take_up(line_of(voice.phone, office))
        except errors.Misconfigured as cause:
            bridge.take_up(Line(terms=Terms(networks=())))
            _log.error("no call is taken", why=cause.sentence)

    await bridge.open(wanted.sip)
    following = asyncio.create_task(live.follow(office, take_up))
    _log.info("telephones may call", port=wanted.sip)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    await bridge.close(within_s=_DRAIN_S)


def _main(chosen: Settings) -> None:
    office = open_office(chosen)
    try:
        asyncio.run(_run(office))
    finally:
        office.close()


if __name__ == "__main__":
    process.run("line", _main)
