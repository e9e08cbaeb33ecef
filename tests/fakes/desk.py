"""A desk with a scripted model and a few tools: everything else is real."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from langchain_core.messages import AIMessage, BaseMessage, SystemMessage
from langchain_core.tools import BaseTool

from appliance.config.model import Behavior, Limits
from appliance.connectors.messages import InboundMessage
from appliance.conversation import records
from appliance.conversation.desk import Desk
from appliance.conversation.engine import Engine
from appliance.conversation.hub import Hub
from appliance.conversation.inbox import Inbox
from appliance.conversation.parking import Parking
from appliance.conversation.run import Bot, Equipped
from appliance.conversation.toolbox import Caller, Toolbox
from appliance.conversation.toolloop import ToolLoop
from appliance.conversation.values import Accepted, Message
from appliance.core.crypto import Keyring
from appliance.core.store.columns import Instant, table
from appliance.core.store.database import Connection, Database
from appliance.models.ledger import Purse
from appliance.toolkit import ApprovalNeeded, ToolContext, ToolError, ports, tool
from tests.fakes.clock import FakeClock

Script = Callable[[list[BaseMessage]], AIMessage]
Say = Callable[[str], Awaitable[None]]

effects = table(
    "test_effects",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("at", Instant),
)


def call(name: str, **arguments: Any) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": f"call-{name}"}])


class Forever(Exception):  # noqa: N818
    """Raised by a script: the model never answers."""


@dataclass
class ScriptedSpeaker:
    """Answers by a function of the messages; streams word by word; can be slow.

    Attributes:
        waits_for: What is asked meanwhile is not answered before this is set.
    """

    script: Script
    delay_s: float = 0
    waits_for: asyncio.Event | None = None
    calls: int = 0
    seen: list[list[BaseMessage]] = field(default_factory=list)

    async def call(
        self,
        messages: list[BaseMessage],
        tools: list[BaseTool],
        on_text: Say,
        on_reset: Callable[[], Awaitable[None]],
        *,
        on_whole: Callable[[], Awaitable[None]],
        purse: Purse | None = None,
    ) -> AIMessage:
        self.calls += 1
        self.seen.append(messages)
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if self.waits_for is not None:
            await self.waits_for.wait()
        try:
            answer = self.script(messages)
        except Forever:
            await asyncio.sleep(3600)
            raise
        for word in answer.text.split(" "):
            await on_text(word + " ")
        await on_whole()
        return answer


@dataclass
class Effects:
    """A port that writes a row, once."""

    caller: Caller

    async def answer(self, number: int, words: str) -> Any:
        def unit(connection: Connection) -> str:
            connection.execute(effects.insert().values(what=words))
            return words

        return await self.caller.once("effect", unit)


class TestPorts:
    """Binds the survey port to `Effects`: it writes."""

    __test__ = False

    def bind(self, port: Any, caller: Caller) -> object:
        return Effects(caller)

    def writes(self, port: Any) -> bool:
        return port is ports.Surveys


@tool(effect="write", proves=("booked",))
async def book(surveys: ports.Surveys, day: str) -> str:
    """Book a day."""
    await surveys.answer(1, day)
    return f"booked {day}"


@tool(effect="money", timeout_s=2)
async def pay(ctx: ToolContext[Any], amount: int) -> str:
    """Pay, after somebody has agreed."""
    if ctx.decision is None:
        raise ApprovalNeeded(f"Pay {amount}?", customer="I'll ask a colleague.", reason="money")
    return f"paid {amount}" if ctx.decision.approved else "not allowed"


@tool(timeout_s=0.3, retries=0)
async def hang() -> str:
    """Never come back."""
    await asyncio.sleep(60)
    return "?"


@tool(timeout_s=0.3, retries=0)
async def block() -> str:
    """Hold the thread."""
    import time

    time.sleep(3)
    return "?"


VENDOR: list[int] = []


@tool(effect="money", timeout_s=0.3)
async def charge(amount: int) -> str:
    """Charge at a vendor who does not answer in time."""
    VENDOR.append(amount)
    await asyncio.sleep(60)
    return "charged"


@tool(effect="write", timeout_s=0.4, proves=("booked",))
async def book_slowly(surveys: ports.Surveys, day: str) -> str:
    """Book, then hang."""
    await surveys.answer(1, day)
    await asyncio.sleep(60)
    return "booked"


@tool(retries=0)
async def leave() -> str:
    """End the process."""
    raise SystemExit(3)


@tool(retries=0)
async def fail() -> str:
    """Raise."""
    raise RuntimeError("secret internals: password=hunter2")


@tool(retries=0)
async def refuse() -> str:
    """Say no."""
    raise ToolError("The calendar is closed on Sundays.")


@tool(retries=0)
async def flood() -> list[str]:
    """Return 50 MB."""
    return ["x" * 1_000_000] * 50


@tool(retries=0)
async def garble() -> int:
    """Return something else than promised."""
    return object()  # type: ignore[return-value]


TOOLS = [
    book,
    pay,
    hang,
    block,
    fail,
    refuse,
    flood,
    garble,
    charge,
    book_slowly,
    leave,
]


@dataclass
class OneBot:
    """One bot, one version."""

    bot: Bot
    behavior: Behavior

    def current(self) -> str | None:
        return self.bot.version

    def find(self, version: str) -> Bot | None:
        return self.bot

    def get(self, version: str) -> Bot:
        return self.bot

    def limits(self) -> Behavior:
        return self.behavior

    def system(self, connection: Connection, version: str, contact_id: str) -> SystemMessage:
        return SystemMessage("You are a test.")


class FakeDesk:
    """A desk, its inbox, and short ways to say and read things."""

    def __init__(
        self,
        db: Database,
        keyring: Keyring,
        clock: FakeClock,
        folder: Path,
        script: Script,
        *,
        debounce_ms: int = 0,
        holder: str = "api",
        limits: Limits | None = None,
        tools: Sequence[BaseTool] = (),
    ) -> None:
        self.db, self.keyring, self.clock = db, keyring, clock
        self.speaker = ScriptedSpeaker(script)
        self.parking = Parking(folder / "graph.db", keyring)
        self.toolbox = Toolbox(
            db=db, keyring=keyring, clock=clock, ports=TestPorts(), loop=ToolLoop()
        )
        bot = Bot(
            version="v1",
            speaker=self.speaker,
            tools={made.name: Equipped(made, Limits()) for made in (*TOOLS, *tools)},
            zone=ZoneInfo("America/New_York"),
            currency="USD",
        )
        behavior = Behavior(debounce_ms=debounce_ms, limits=limits or Limits(seconds=10))
        self.bots = OneBot(bot, behavior)
        self.hub = Hub()
        self.inbox = Inbox(db=db, keyring=keyring, clock=clock, region=lambda: "US")
        self.desk = Desk(
            db=db,
            keyring=keyring,
            clock=clock,
            bots=self.bots,
            engine=Engine(self.toolbox, self.parking),
            hub=self.hub,
            holder=holder,
            lease_s=5,
        )

    async def __aenter__(self) -> FakeDesk:
        await self.parking.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.desk.stop(within_s=0.2)
        self.toolbox.loop.close()
        await self.parking.close()

    async def say(
        self, text: str, *, sender: str = "ann", known_as: str | None = None, settle: bool = True
    ) -> Accepted:
        accepted = await self.inbox.record(
            InboundMessage(
                channel="web_chat",
                account="",
                provider_id=known_as or f"{sender}:{text}",
                sender=sender,
                identity_kind="visitor",
                text=text,
                sent_at=self.clock.now(),
            )
        )
        self.desk.notice(accepted.contact_id)
        if settle:
            await self.desk.settled(accepted.contact_id)
        return accepted

    def replies(self, contact_id: str) -> list[str]:
        return [message.text for message in self.visible(contact_id) if message.role == "bot"]

    def visible(self, contact_id: str) -> list[Message]:
        return self.db.read(
            lambda c: records.visible_after(c, self.keyring, contact_id, after=0, most=500)
        )

    def effects(self) -> list[str]:
        return self.db.read(lambda c: list(c.execute(sa.select(effects.c.what)).scalars()))
