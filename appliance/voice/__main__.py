"""The voice process: `python -m appliance.voice`."""

from __future__ import annotations

import asyncio

from appliance.core import process, settings
from appliance.voice import libraries


def _main(chosen: settings.Settings) -> None:
    with libraries.needed():
        from appliance.voice import worker  # noqa: PLC0415 - an extra that may not be installed
    asyncio.run(worker.run(chosen))


if __name__ == "__main__":
    process.run("voice", _main)
