"""All recurring work of the appliance, on one page: the house's own here, the rooms' after it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from appliance.core.clock import Clock
from appliance.core.queue import Job
from appliance.core.store import notes
from appliance.core.store.database import Connection, Database

HEARTBEAT_S = 10.0


def recurring(db: Database, clock: Clock, rooms: Iterable[Job]) -> list[Job]:
    """List every job; `rooms` are what assembly collected from the rooms."""
    return [
        Job(
            name="heartbeat",
            every_s=HEARTBEAT_S,
            run=partial(beat, db, clock),
            doc="Writes that the jobs process is alive; /ready reads it.",
        ),
        *rooms,
    ]


def beat(db: Database, clock: Clock) -> None:
    """Note the present instant under `jobs_heartbeat`, in ISO format."""
    now = clock.now().isoformat()

    def unit(connection: Connection) -> None:
        notes.put(connection, notes.JOBS_HEARTBEAT, now)

    db.write_now(unit)
