"""Follows the live config's voice section."""

from __future__ import annotations

from collections.abc import Callable

from appliance.assembly.office import Office
from appliance.config import model, versions
from appliance.core.store.events import Event, Follower


async def follow(office: Office, take_up: Callable[[model.Voice], None]) -> None:
    """Hand over the voice section that is live now, and each one that becomes it."""
    seen: list[model.Voice] = []

    def look() -> None:
        config = versions.live(office.db)
        if config is not None and config.voice not in seen:
            seen[:] = [config.voice]
            take_up(config.voice)

    async def heard(found: list[Event]) -> None:
        kinds = {event.kind for event in found}
        if "secret" in kinds:
            seen.clear()
        if kinds & {"config", "secret"}:
            look()

    follower = Follower(office.db, heard, every_s=0.5)
    look()
    await follower.run()
