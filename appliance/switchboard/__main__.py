"""The switchboard process: `python -m appliance.switchboard`."""

from __future__ import annotations

import asyncio

from appliance.assembly.office import open_office
from appliance.core import process
from appliance.core.settings import Settings
from appliance.switchboard.run import run


def _main(chosen: Settings) -> None:
    office = open_office(chosen)
    try:
        asyncio.run(run(office))
    finally:
        office.close()


if __name__ == "__main__":
    process.run("switchboard", _main)
