"""The voice process: `python -m appliance.voice`."""

from __future__ import annotations

import asyncio

from appliance.core import errors, process, settings

_MISSING = "LiveKit's Python libraries are missing. Run: make livekit"


def _main(chosen: settings.Settings) -> None:
    try:
        from appliance.voice import worker  # noqa: PLC0415 - an extra that may not be installed
    except ModuleNotFoundError as cause:
        if not (cause.name or "").startswith("livekit"):
            raise
        raise errors.Misconfigured(_MISSING) from None
    asyncio.run(worker.run(chosen))


if __name__ == "__main__":
    process.run("voice", _main)
