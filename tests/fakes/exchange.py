"""The switchboard with a worker that has no bot: `python -m tests.fakes.exchange`.

With `idle_worker` in place of `phone_worker` ($PHONE_WORKER) it never takes a call.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path

from appliance.assembly.office import open_office
from appliance.config import model
from appliance.connectors.phone.access import Access
from appliance.core import process
from appliance.core.settings import Settings
from appliance.switchboard import plan as plans
from appliance.switchboard.run import run

_WORKER = os.environ.get("PHONE_WORKER", "phone_worker")


def _plan(voice: model.Voice, settings: Settings, access: Access, folder: Path) -> plans.Plan:
    made = plans.plan(voice, settings, access, folder)
    diary = {
        "PHONE_DIARY": str(settings.data_dir / "diary"),
        "PHONE_PORT": str(settings.voice_port),
    }
    programs = tuple(
        replace(
            each, command=(f"tests.fakes.{_WORKER}",), environment={**each.environment, **diary}
        )
        if each.name == plans.WORKER
        else each
        for each in made.programs
    )
    return replace(made, programs=programs)


def _main(chosen: Settings) -> None:
    office = open_office(chosen)
    try:
        asyncio.run(run(office, _plan))
    finally:
        office.close()


if __name__ == "__main__":
    process.run("switchboard", _main)
