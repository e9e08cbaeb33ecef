"""Opens a whole appliance in this process; only what speaks may be replaced."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import uvloop

from appliance.assembly import house as assembly
from appliance.connectors.messages import InboundMessage
from appliance.conversation.bots import MakeSpeaker
from appliance.core import process
from appliance.core.settings import Settings

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(__file__).resolve().parent / "tools"
MONDAY = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)  # 10:00 in New York

SCRIPTED = """\
version: "1.0"
client: {id: bench, name: Bench}
workflow:
  system_prompt: You are the front desk of Bench.
  greeting: "Hello!"
  llm: {provider: desk}
  tools: [{name: look_up}]
  integrations: {input_channels: [{type: web_chat, allowed_origins: []}]}
calendar:
  zone: America/New_York
  week: {mon: [{opens: "09:00", closes: "17:00"}]}
facts: {email: hello@bench.example, website: "https://bench.example"}
behavior: {debounce_ms: 0, limits: {seconds: 120}}
"""


def in_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run in the event loop the api process uses."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


@asynccontextmanager
async def open_house(
    folder: Path, *, config: str, tools: Path, speaker: MakeSpeaker
) -> AsyncIterator[assembly.Appliance]:
    """Start the appliance on an empty folder: real store at FULL, sweep and events running."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bot_config.yaml").write_text(config, "utf-8")
    opened = assembly.build(
        Settings(
            data_dir=folder / "data",
            keys_dir=folder / "keys",
            config=folder / "bot_config.yaml",
            tools_dir=tools,
            clock_start=MONDAY,
        )
    )
    opened.bots.speaker = speaker
    await opened.start()
    process.spare_the_collector()  # as the api process does
    try:
        assert opened.config is not None, opened.problems
        yield opened
    finally:
        await opened.stop()


async def say(house: assembly.Appliance, visitor: str, nth: int, text: str) -> str:
    """Send a message and wait until its reply is on the disk; gives the contact's id."""
    accepted = await house.receive(
        InboundMessage(
            channel="web_chat",
            account="",
            provider_id=f"{visitor}:{nth}",
            sender=visitor,
            identity_kind="visitor",
            text=text,
            sent_at=house.clock.now(),
        )
    )
    await house.desk.settled(accepted.contact_id)
    return accepted.contact_id
