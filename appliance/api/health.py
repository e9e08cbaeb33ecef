"""Is it up, and can it do its work? `/up` asks nothing of anybody; `/ready` tries for real."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from appliance import __version__
from appliance.api import networks
from appliance.api.protocols import Appliance
from appliance.core import disk, errors
from appliance.core.store import notes
from appliance.core.store.database import Connection, Database

PROBE_S = 2.0
HEARTBEAT_LATE_S = 60.0
UNANSWERED_LATE_S = 60.0
SWITCHBOARD_LATE_S = 30.0
OLDEST_UNANSWERED = "oldest_unanswered_s"


class State(StrEnum):
    """What a check found; only `fail` makes the appliance not ready."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Check(BaseModel):
    """One question and its answer. `says` is told to operators."""

    name: str
    state: State
    says: str | None = None


class Up(BaseModel):
    """The process answers."""

    status: str = "up"
    version: str = __version__


class Readiness(BaseModel):
    """What was checked, and the verdict: the worst of it."""

    status: State
    mode: str
    version: str = __version__
    checks: list[Check]


class Probe:
    """Writes a tiny row through the writer. One at a time, so that a locked file gathers none."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._under_way: asyncio.Task[None] | None = None

    async def check(self, now: datetime) -> Check:
        """Give `fail` where the row is not on the disk within the time limit."""
        if self._under_way is None or self._under_way.done():
            unit = partial(_write_probe, value=now.isoformat())
            self._under_way = asyncio.ensure_future(self._db.write(unit))
        try:
            async with asyncio.timeout(PROBE_S):
                await asyncio.shield(self._under_way)
        except TimeoutError:
            said = f"A write took longer than {PROBE_S:.0f} s: another process holds the database."
            return Check(name="store", state=State.FAIL, says=said)
        except errors.Error as wrong:
            return Check(name="store", state=State.FAIL, says=wrong.sentence)
        return Check(name="store", state=State.OK, says="A row was written.")


def _write_probe(connection: Connection, *, value: str) -> None:
    notes.put(connection, "ready_probe", value)


def space(folder: Path) -> Check:
    """Check the free space under a folder."""
    state, said = disk.judge(folder)
    return Check(name="disk", state=State(state), says=said)


def heartbeat(db: Database, now: datetime) -> Check:
    """Check that the jobs process is alive. Chat works without it, later attempts do not."""
    written = db.read(partial(notes.find, name=notes.JOBS_HEARTBEAT))
    if written is None:
        return Check(name="jobs", state=State.WARN, says="The jobs process has not started yet.")
    age_s = max(0, round((now - datetime.fromisoformat(written)).total_seconds()))
    state = State.OK if age_s <= HEARTBEAT_LATE_S else State.WARN
    return Check(name="jobs", state=state, says=f"The jobs process was seen {age_s} s ago.")


def config(appliance: Appliance) -> list[Check]:
    """Say why the appliance is in safe mode or degraded."""
    state = State.FAIL if appliance.config is None else State.WARN
    found = [Check(name="config", state=state, says=said) for said in appliance.problems]
    if found or appliance.config is not None:
        return found or [Check(name="config", state=State.OK, says="The config is live.")]
    return [Check(name="config", state=State.FAIL, says="No config is live: safe mode.")]


def waiting(read: Callable[[], float] | None) -> list[Check]:
    """Check the age of the oldest message nobody has answered."""
    if read is None:
        return []
    age_s = round(read())
    state = State.WARN if age_s > UNANSWERED_LATE_S else State.OK
    said = f"The oldest unanswered message waits {age_s} s."
    return [Check(name="inbox", state=state, says=said)]


def channels(stopped: Sequence[str]) -> list[Check]:
    """Name the channels that cannot send; the others work on."""
    return [Check(name="channel", state=State.WARN, says=said) for said in stopped]


def phone(db: Database, now: datetime) -> list[Check]:
    """Say how the phone is, where it is on."""
    written = db.read(partial(notes.find, name=notes.PHONE))
    told = json.loads(written) if written else {"state": "off"}
    if told["state"] == "off":
        return []
    age_s = (now - datetime.fromisoformat(told["at"])).total_seconds()
    if age_s > SWITCHBOARD_LATE_S:
        said = f"The switchboard was last seen {age_s:.0f} s ago: calls may not be answered."
        return [Check(name="phone", state=State.WARN, says=said)]
    return [Check(name="phone", state=State(told["state"]), says=told["says"])]


def router(appliance: Appliance) -> APIRouter:
    """Serve /up and /ready."""
    made = APIRouter(tags=["health"])
    probe = Probe(appliance.db)

    @made.get("/up", summary="Does the process answer?")
    async def up() -> Up:
        return Up()

    @made.get(
        "/ready",
        summary="Can it do its work?",
        responses={503: {"model": Readiness}},
        response_model_exclude_none=True,
    )
    async def ready(request: Request, response: Response) -> Readiness:
        now = appliance.clock.now()
        checks = [await probe.check(now), space(appliance.db.path.parent), *config(appliance)]
        if checks[0].state is State.OK:
            checks.append(heartbeat(appliance.db, now))
            checks += waiting(appliance.metrics.get(OLDEST_UNANSWERED))
            checks += channels(appliance.stopped_channels())
            if appliance.config is not None and appliance.config.voice.enabled:
                checks += phone(appliance.db, now)
        if appliance.draining.is_set():
            checks.append(Check(name="process", state=State.FAIL, says="The process is stopping."))
        failed = any(check.state is State.FAIL for check in checks)
        warned = any(check.state is State.WARN for check in checks)
        if failed:
            response.status_code = 503
            response.headers["Retry-After"] = "5"
        return Readiness(
            status=State.FAIL if failed else State.WARN if warned else State.OK,
            mode="safe" if appliance.config is None else appliance.mode(),
            checks=checks if networks.is_operator(request.scope) else _without_reasons(checks),
        )

    return made


def _without_reasons(checks: list[Check]) -> list[Check]:
    """Leave paths, figures and the config's mistakes out: visitors have no use for them."""
    return [Check(name=check.name, state=check.state) for check in checks]
