"""A chain over fake model servers: what was heard, what was taken back, what was paid."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.tools import BaseTool

from appliance.config.model import ModelPrice, ModelProfile
from appliance.models.chain import Chain, Link
from appliance.models.ledger import ModelCall, Rates
from appliance.models.speaker import Speakers
from tests.fakes.clock import FakeClock
from tests.fakes.model_script import Dialect
from tests.fakes.model_server import ModelServer
from tests.fakes.models import Heard, Scripted

DIALECTS: tuple[Dialect, ...] = get_args(Dialect)
WORDS: list[BaseMessage] = [SystemMessage("Be brief."), HumanMessage("hello")]
PRICE = ModelPrice(
    model="fast-1",
    input=Decimal("2.50"),
    output=Decimal("10"),
    cached_input=Decimal("1.25"),
    valid_from=date(2026, 1, 1),
)


@dataclass
class Book:
    """A purse that keeps what it is told."""

    calls: list[ModelCall] = field(default_factory=list)
    paid_until: float | None = None
    why: str | None = None

    def closed(self) -> str | None:
        return self.why

    async def spent(self, call: ModelCall) -> None:
        self.calls.append(call)


def profile(dialect: str, server: ModelServer, **settings: Any) -> ModelProfile:
    """Give a profile that leads to a fake server."""
    path = "/v1" if dialect.startswith("openai") else ""
    fields = {"model": "fast-1", "credentials_secret": "model-key", **settings}
    return ModelProfile(
        provider=dialect,
        base_url=server.url + path,
        **fields,
    )


@dataclass
class Asking:
    """Asks a chain of one fake provider and a model that always answers."""

    clock: FakeClock
    keys: dict[str, str] = field(default_factory=lambda: {"model-key": "k-123"})
    heard: Heard = field(default_factory=Heard)
    book: Book = field(default_factory=Book)
    last: Scripted = field(default_factory=lambda: Scripted(says="The last one."))
    links: list[Link] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.speakers = Speakers(secret=self.keys.get, clock=self.clock)

    def add(self, dialect: str, server: ModelServer, **settings: Any) -> None:
        """Put another provider before the last model."""
        self.links.append(
            self.speakers.link(profile(dialect, server, **settings), Rates((PRICE,), "USD"))
        )

    @property
    def chain(self) -> Chain:
        return Chain([*self.links, Link("last", self.last)], self.clock, self.speakers.breakers)

    async def ask(self, *messages: BaseMessage, tools: list[BaseTool] | None = None) -> AIMessage:
        return await self.chain.call(
            list(messages or WORDS),
            tools or [],
            self.heard.on_text,
            self.heard.on_reset,
            purse=self.book,
        )

    async def close(self) -> None:
        await self.speakers.close()


def failed(answer: AIMessage) -> list[str]:
    """Give why models did not answer."""
    return list(answer.response_metadata["chain"]["failed"])
