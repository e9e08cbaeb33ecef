"""The rooms' recurring work."""

from __future__ import annotations

from appliance.assembly.office import Office
from appliance.config import versions
from appliance.conversation import housekeeping
from appliance.core.queue import Job


def of(office: Office) -> list[Job]:
    """List the rooms' recurring work."""

    def idle() -> None:
        active = versions.active(office.db)
        if active:
            hours = versions.config_of(active).behavior.conversation_idle_h
            housekeeping.close_idle(office.db, office.clock, idle_h=hours)

    def expire() -> None:
        housekeeping.expire_approvals(office.db, office.keyring, office.clock)

    def prune() -> None:
        housekeeping.prune_events(office.db, office.clock)

    return [
        Job("close_idle", 60, idle, "Close conversations in which nothing is said any more."),
        Job("expire_approvals", 15, expire, "Tell customers whose question nobody decided."),
        Job("prune_events", 3600, prune, "Delete events a week old."),
    ]
