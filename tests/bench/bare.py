"""A bare FastAPI handler on our own web server: reads its JSON, keeps nothing, answers 200.

python -m tests.bench.bare      listens as APPLIANCE_HOST and APPLIANCE_PORT say
"""

from __future__ import annotations

import asyncio
from typing import Any

import uvloop
from fastapi import FastAPI

from appliance.api import server
from appliance.core import process
from appliance.core.settings import Settings


def main(chosen: Settings) -> None:
    app = FastAPI()

    @app.post("/bare")
    async def bare(said: dict[str, Any]) -> dict[str, int]:
        return {"keys": len(said)}

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(server.serve(app, chosen, asyncio.Event()))


if __name__ == "__main__":
    process.run("bare", main)
