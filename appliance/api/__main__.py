"""The api process: `python -m appliance.api`."""

from __future__ import annotations

import asyncio

import uvloop

from appliance.api import app, calls, chat, server, webhooks
from appliance.assembly import house
from appliance.core import process, settings


async def _run(chosen: settings.Settings) -> None:
    appliance = house.build(chosen)
    routers = [chat.router(appliance), calls.router(appliance), webhooks.router(appliance)]
    await server.serve(app.create(appliance, routers), chosen, appliance.draining)


def _main(chosen: settings.Settings) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(chosen))


if __name__ == "__main__":
    process.run("api", _main)
