"""The api process as the benches meet it over HTTP: the product, with a scripted model inside.

    python -m tests.bench.serving [--model-s SECONDS]      settings as for the api: APPLIANCE_*

Everything is the product's own (server, middleware, routes, inbox, desk, engine, gate, outbox,
SQLite at FULL) but for the model, the tool `look_up`, and the web chat's limits for each visitor
and address, which are lifted: all of a bench's visitors come from one address. Two routes more:

    POST /bench/turn     {"session", "text"}: takes a message in and answers with its reply once
                         that is on the disk, as the peers answer theirs
    GET  /bench/figures  turns, CPU, memory, and what the appliance added to each turn
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections import defaultdict, deque
from typing import Any

import psutil
import uvloop
from fastapi import APIRouter

from appliance.api import app, chat, server, webhooks
from appliance.api.chat_limits import ChatLimits, Rate
from appliance.assembly import house
from appliance.assembly.office import Office, open_office
from appliance.connectors.messages import InboundMessage
from appliance.conversation.hub import Hub, Note
from appliance.conversation.values import Accepted
from appliance.core import process
from appliance.core.settings import Settings
from tests.bench.scripted import MODEL_CALLS, Scripted

_UNLIMITED = Rate(1e9, 1, 10**9)
_LIMITS = ChatLimits(_UNLIMITED, _UNLIMITED, _UNLIMITED, _UNLIMITED, 10**6, 10**6)


class TimedHub(Hub):
    """Notes when a contact's turn has ended: its rows are on the disk then."""

    def __init__(self, ended: Any) -> None:
        super().__init__()
        self._ended = ended

    def tell(self, contact_id: str, note: Note) -> None:
        super().tell(contact_id, note)
        if note["event"] == "typing" and not note["data"]["on"]:
            self._ended(contact_id)


class Timed(house.Appliance):
    """An appliance that knows how long each message took, from its request to its reply's row."""

    def __init__(self, office: Office, *, model_s: float) -> None:
        super().__init__(office)
        self.hub = TimedHub(self._answered)
        self.model_s = model_s
        self.took_s: list[float] = []
        self._asked: defaultdict[str, deque[float]] = defaultdict(deque)

    async def receive(self, message: InboundMessage, /) -> Accepted:
        began = time.perf_counter()
        accepted = await super().receive(message)
        self._asked[accepted.contact_id].append(began)
        return accepted

    def _answered(self, contact_id: str) -> None:
        asked = self._asked.pop(contact_id, ())
        self.took_s.extend(time.perf_counter() - began for began in asked)

    def figures(self) -> dict[str, Any]:
        """Give what has happened since the last time somebody asked, and the process's sums."""
        me = psutil.Process()
        added = [1000 * (took - MODEL_CALLS * self.model_s) for took in self.took_s]
        self.took_s.clear()
        spent = me.cpu_times()
        return {
            "turns": self.desk.turns_done,
            "failed": self.desk.turns_failed,
            "cpu_s": spent.user + spent.system,
            "rss": me.memory_info().rss,
            "added_ms": added,
        }


def routes(appliance: Timed) -> APIRouter:
    made = APIRouter(prefix="/bench", include_in_schema=False)
    nth = iter(range(10**12))

    @made.post("/turn")
    async def turn(said: dict[str, str]) -> dict[str, str]:
        accepted = await appliance.receive(
            InboundMessage(
                channel="web_chat",
                account="",
                provider_id=f"{said['session']}:{next(nth)}",
                sender=said["session"],
                identity_kind="visitor",
                text=said["text"],
                sent_at=appliance.clock.now(),
            )
        )
        await appliance.desk.settled(accepted.contact_id)
        told = appliance.history("visitor", said["session"], after=accepted.seq, limit=5)
        return {"reply": told.messages[-1].text}

    @made.get("/figures")
    async def figures() -> dict[str, Any]:
        return appliance.figures()

    return made


async def _serve(chosen: Settings, model_s: float) -> None:
    appliance = Timed(open_office(chosen), model_s=model_s)
    appliance.bots.speaker = lambda *_: Scripted(model_s)
    routers = [
        chat.router(appliance, limits=_LIMITS),
        webhooks.router(appliance),
        routes(appliance),
    ]
    await server.serve(app.create(appliance, routers), chosen, appliance.draining)


def main(chosen: Settings) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model-s", type=float, default=0.0)
    model_s = parser.parse_args().model_s
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(chosen, model_s))


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.path.insert(0, os.getcwd())
    process.run("api", main)
