"""A whole appliance in this process, on a throw-away store, with the sample config."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from appliance.assembly import house as assembly
from appliance.connectors.messages import InboundMessage
from appliance.conversation.values import Message
from appliance.core import ids
from appliance.core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
MONDAY = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)  # 10:00 in New York


@asynccontextmanager
async def open_house(
    folder: Path | None = None,
    *,
    debounce_ms: int = 0,
    text: str | None = None,
    **changes: object,
) -> AsyncIterator[assembly.Appliance]:
    """Start an appliance with the sample config, or another `text`; stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-") as scratch:
        place = folder or Path(scratch)
        config = place / "bot_config.yaml"
        text = text or (ROOT / "bot_config.yaml").read_text("utf-8")
        config.write_text(text.replace("debounce_ms: 350", f"debounce_ms: {debounce_ms}"), "utf-8")
        settings = Settings(
            data_dir=place / "data",
            keys_dir=place / "keys",
            config=config,
            **{"clock_start": MONDAY, **changes},  # type: ignore[arg-type]
        )
        opened = assembly.build(settings)
        await opened.start()
        try:
            yield opened
        finally:
            await opened.stop()


async def say(house: assembly.Appliance, visitor: str, text: str) -> list[Message]:
    """Send a message as a visitor and give what came back."""
    accepted = await house.receive(
        InboundMessage(
            channel="web_chat",
            account="",
            provider_id=f"{visitor}:{ids.new_id()}",
            sender=visitor,
            identity_kind="visitor",
            text=text,
            sent_at=house.clock.now(),
        )
    )
    await house.desk.settled(accepted.contact_id)
    told = house.history("visitor", visitor, after=accepted.seq, limit=50)
    return [message for message in told.messages if message.role != "contact"]
