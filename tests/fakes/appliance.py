"""A stand-in appliance: a real database and clock, no rooms. Also served as a process of its own:

python -m tests.fakes.appliance        listens as APPLIANCE_HOST and APPLIANCE_PORT say
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import StreamingResponse

from appliance.api import app, server
from appliance.config import model
from appliance.core import process
from appliance.core.clock import Clock, SystemClock
from appliance.core.settings import Settings
from appliance.core.store.columns import metadata
from appliance.core.store.database import Database


@dataclass
class StandIn:
    settings: Settings
    db: Database
    clock: Clock = field(default_factory=SystemClock)
    config: Any = field(default_factory=lambda: SimpleNamespace(voice=model.Voice(enabled=True)))
    problems: list[str] = field(default_factory=list)
    metrics: dict[str, Callable[[], float]] = field(default_factory=dict)
    draining: asyncio.Event = field(default_factory=asyncio.Event)
    life: list[str] = field(default_factory=list)

    def mode(self) -> str:
        return "basic"

    def stopped_channels(self) -> list[str]:
        return []

    async def start(self) -> None:
        self.life.append("start")

    async def stop(self) -> None:
        self.life.append("stop")


def build(settings: Settings) -> StandIn:
    db = Database(settings.data_dir / "core.db", busy_timeout_s=settings.busy_timeout_s)
    db.write_now(metadata.create_all)
    return StandIn(settings, db)


class Words(BaseModel):
    text: str = Field(max_length=10)


def routes(appliance: StandIn) -> APIRouter:
    """Routes that do what real ones may: take a body, take none, stream, fail."""
    made = APIRouter()

    @made.post("/words")
    async def words(said: Words) -> dict[str, int]:
        return {"length": len(said.text)}

    @made.post("/bytes")
    async def count(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @made.post("/v1/chat/bytes")
    async def chat_count(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @made.get("/stream")
    async def stream() -> StreamingResponse:
        async def beats() -> AsyncIterator[bytes]:
            while not appliance.draining.is_set():
                yield b": beat\n\n"
                await asyncio.sleep(0.05)
            yield b"event: end\n\n"

        return StreamingResponse(beats(), media_type="text/event-stream")

    return made


def _main(chosen: Settings) -> None:
    async def serve() -> None:
        appliance = build(chosen)
        await server.serve(app.create(appliance, [routes(appliance)]), chosen, appliance.draining)

    asyncio.run(serve())


def opened(settings: Settings) -> Iterator[StandIn]:
    """For a fixture: build, hand over, close."""
    made = build(settings)
    yield made
    made.db.close()


if __name__ == "__main__":
    process.run("api", _main)
