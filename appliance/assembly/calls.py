"""The appliance as a call's process opens it: it serves its own caller and nobody else."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from appliance.assembly.house import Appliance
from appliance.assembly.office import CORE, open_office
from appliance.core.clock import Clock, SystemClock
from appliance.core.settings import Settings
from appliance.core.store import events
from appliance.core.store.database import Database
from appliance.core.store.events import Event

STOPS = "phone_stops"


class SpokenAppliance(Appliance):
    """One call's appliance: what it says is heard."""

    takes_up_all = False
    is_spoken = True

    async def _hear(self, event: Event) -> None:
        if event.kind == STOPS:
            self.draining.set()
            return
        await super()._hear(event)

    def take_config_up(self) -> None:
        """Take the config up as every process does; the second time only what others activated.

        A process is made ready minutes before its call: building the bot twice would let it ring.
        """
        if self.config is None:
            super().take_config_up()
        else:
            self._reload()


def tell_calls_to_end(settings: Settings) -> None:
    """Let every call that is held say goodbye and end.

    LiveKit's own shutdown is no way to tell them: it waits for a call's end before it says a word
    to the call's process.

    Raises:
        Unavailable: the store cannot be written.
    """
    now = SystemClock(settings.clock_start).now()
    # Not the whole office: seconds count.
    db = Database(settings.data_dir / CORE, busy_timeout_s=settings.busy_timeout_s)
    with contextlib.closing(db):
        db.write_now(lambda c: events.record(c, now, STOPS))


def opened(settings: Settings, clock: Clock | None = None) -> SpokenAppliance:
    """Open the appliance and build its bot and desk, which take the longest, before a call."""
    house = SpokenAppliance(open_office(settings, clock))
    house.holder = f"call {os.getpid()}"
    house.take_config_up()
    _ = house.desk  # made when it is first asked for: the graph, compiled
    return house


@asynccontextmanager
async def started(house: SpokenAppliance) -> AsyncIterator[SpokenAppliance]:
    """Start an opened appliance, and stop it when the call is over."""
    await house.start()
    connecting = asyncio.create_task(_connect(house), name="connect to the model")
    try:
        yield house
    finally:
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)
        await house.stop()


async def _connect(house: SpokenAppliance) -> None:
    """Reach the model while the caller is greeted: the first turn would wait for the handshake."""
    if house.config is not None:
        await house.speakers.connect(house.config)
