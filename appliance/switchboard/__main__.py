"""The switchboard process: `python -m appliance.switchboard`. While the phone is off it rests."""

from __future__ import annotations

import asyncio
import contextlib

from appliance.assembly.office import open_office
from appliance.core import process
from appliance.core.settings import Settings
from appliance.switchboard import resting
from appliance.switchboard.run import run


def _main(chosen: Settings) -> None:
    with contextlib.closing(open_office(chosen)) as office:
        is_off = asyncio.run(run(office))
    if is_off:
        resting.rest()


if __name__ == "__main__":
    process.run("switchboard", _main)
