"""The switchboard's life: follow the live config, keep the programs, until it is off or stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from appliance.assembly.office import Office
from appliance.config import model
from appliance.connectors.phone import access
from appliance.connectors.phone.access import Access
from appliance.core import process
from appliance.core.settings import Settings
from appliance.switchboard import live
from appliance.switchboard import plan as plans
from appliance.switchboard.keeper import Keeper
from appliance.switchboard.plan import Plan


async def run(
    office: Office, plan: Callable[[model.Voice, Settings, Access, Path], Plan] = plans.plan
) -> bool:
    """Keep the phone's programs; True once the phone is switched off, False when told to stop."""
    entry = access.of(office.keyring, office.settings.livekit_port)

    def planned(voice: model.Voice, folder: Path) -> Plan:
        return plan(voice, office.settings, entry, folder)

    async def provision(voice: model.Voice) -> None:
        # LiveKit's library only where its bridge is used.
        from appliance.connectors.phone import trunks  # noqa: PLC0415

        await trunks.provision(entry, voice.phone, secret=office.secret)

    keeper = Keeper(db=office.db, clock=office.clock, plan=planned, provision=provision)
    off = asyncio.Event()

    def take_up(voice: model.Voice) -> None:
        keeper.take_up(voice)
        if not voice.enabled:
            off.set()

    work = (live.follow(office, take_up), keeper.run(), off.wait())
    is_told = await process.until_stopped(*work)
    return off.is_set() and not is_told
