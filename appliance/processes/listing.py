"""The processes of one appliance. This page is the list."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Process:
    """One process of ours: what it runs, and its place in the order.

    A lower `order` starts earlier and stops later. `stop_s` is how long it may take to stop;
    together they stay under `up.STOP_S`.
    """

    name: str
    module: str
    order: int
    stop_s: int
    says: str


PROCESSES = (
    Process("jobs", "appliance.jobs", 10, 8, "work on a schedule and in the background"),
    Process("api", "appliance.api", 20, 62, "HTTP, and the desk that answers"),
    # It becomes appliance.switchboard as soon as the live config has the phone on.
    Process("switchboard", "appliance.switchboard.resting", 30, 17, "LiveKit's servers, and calls"),
)
