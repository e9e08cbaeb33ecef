"""The switchboard process: `python -m appliance.switchboard`."""

from __future__ import annotations

import asyncio
import contextlib

from appliance.assembly.office import open_office
from appliance.core import process
from appliance.core.settings import Settings
from appliance.switchboard.run import run


def _main(chosen: Settings) -> None:
    with contextlib.closing(open_office(chosen)) as office:
        asyncio.run(run(office))


if __name__ == "__main__":
    process.run("switchboard", _main)
