"""The appliance as a call's process opens it: it serves its own caller and nobody else."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from appliance.assembly.house import Appliance
from appliance.assembly.office import open_office
from appliance.core.clock import Clock
from appliance.core.settings import Settings


class SpokenAppliance(Appliance):
    """One call's appliance: what it says is heard."""

    takes_up_all = False
    is_spoken = True

    def take_config_up(self) -> None:
        """Take the config up as every process does; the second time only what others activated.

        A process is made ready minutes before its call: building the bot twice would let it ring.
        """
        if self.config is None:
            super().take_config_up()
        else:
            self._reload()


def opened(settings: Settings, clock: Clock | None = None) -> SpokenAppliance:
    """Open the appliance and build its bot, which takes the longest, before a call is there."""
    house = SpokenAppliance(open_office(settings, clock))
    house.holder = f"call {os.getpid()}"
    house.take_config_up()
    return house


@asynccontextmanager
async def started(house: SpokenAppliance) -> AsyncIterator[SpokenAppliance]:
    """Start an opened appliance, and stop it when the call is over."""
    await house.start()
    try:
        yield house
    finally:
        await house.stop()
