"""The whole appliance with the sample config, speaking by a fake model server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from appliance.assembly.house import Appliance
from appliance.connectors.messages import InboundMessage
from appliance.conversation import turns
from appliance.core import ids
from tests.evals.house import ROOT, open_house
from tests.fakes.model_server import ModelServer

_DESK = "provider: desk # built in: no key, no internet"


def config_for(server: ModelServer, *, llm: str = "retries: 0", behavior: str = "") -> str:
    """Give the sample config with the server as its model; `llm` and `behavior` add lines."""
    text = (ROOT / "bot_config.yaml").read_text("utf-8")
    lines = [
        "provider: openai_compatible",
        "model: fast-1",
        f"base_url: {server.url}/v1",
        *filter(None, llm.splitlines()),
    ]
    assert _DESK in text
    text = text.replace(_DESK, "\n    ".join(lines))
    return text.replace("\nbehavior:\n", f"\nbehavior:\n{behavior}", 1)


@asynccontextmanager
async def model_house(folder: Path, text: str, **changes: Any) -> AsyncIterator[Appliance]:
    """Start the appliance."""
    async with open_house(folder, text=text, **changes) as opened:
        yield opened


@dataclass
class Contact:
    """Says things and keeps what came back, and the record of each turn."""

    house: Appliance
    name: str = field(default_factory=ids.new_id)
    replies: list[str] = field(default_factory=list)
    kept: list[dict[str, Any]] = field(default_factory=list)

    async def say(self, words: str) -> str:
        """Say something; gives the whole reply."""
        accepted = await self.house.receive(
            InboundMessage(
                channel="web_chat",
                account="",
                provider_id=ids.new_id(),
                sender=self.name,
                identity_kind="visitor",
                text=words,
                sent_at=self.house.clock.now(),
            )
        )
        await self.house.desk.settled(accepted.contact_id)
        found = self.house.history("visitor", self.name, after=accepted.seq, limit=50).messages
        self.replies.append("\n".join(message.text for message in found if message.role == "bot"))
        turn = found[-1].turn_id
        assert turn is not None, "nobody answered"
        self.kept.append(self.house.db.read(lambda c: turns.record_of(c, self.house.keyring, turn)))
        return self.replies[-1]

    @property
    def by(self) -> list[str]:
        """Who answered each turn."""
        return [kept["models_asked"][-1]["provider"] for kept in self.kept]
