"""What one run of a turn carries along: seen by nodes and tools, never by a checkpoint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from langchain_core.messages import AIMessage, BaseMessage, SystemMessage
from langchain_core.tools import BaseTool
from pydantic import BaseModel

from appliance.connectors.messages import File
from appliance.conversation.gate import SentenceGate
from appliance.conversation.grounds import Known
from appliance.conversation.leaks import Instructions
from appliance.conversation.limits import Meter
from appliance.conversation.spending import TurnPurse
from appliance.core.store.database import Connection
from appliance.models.ledger import Purse
from appliance.toolkit import policy_of


class Speaker(Protocol):
    """Whoever answers: a chain of models."""

    async def call(
        self,
        messages: list[BaseMessage],
        tools: list[BaseTool],
        on_text: Callable[[str], Awaitable[None]],
        on_reset: Callable[[], Awaitable[None]],
        *,
        on_whole: Callable[[], Awaitable[None]],
        purse: Purse | None = None,
    ) -> AIMessage:
        """Answer, handing over text as it comes; `on_reset` takes back what came so far.

        `on_whole` is called when all of it has come. What is asked of models is paid from `purse`.
        """


@dataclass(frozen=True, slots=True)
class Equipped:
    """A tool as this bot has it: with its checked settings."""

    tool: BaseTool
    settings: BaseModel


@dataclass(frozen=True, slots=True)
class Bot:
    """The assistant of one config version, ready to run.

    `instructions` are what it was told and must not recite, `known` what it may always state.
    """

    version: str
    speaker: Speaker
    tools: Mapping[str, Equipped]
    zone: ZoneInfo
    currency: str
    instructions: Instructions = field(default_factory=Instructions)
    known: Known = field(default_factory=Known)

    @property
    def offered(self) -> list[BaseTool]:
        """The tools the model may call."""
        return [equipped.tool for equipped in self.tools.values()]

    def is_own(self, name: str | None) -> bool:
        """Tell whether a tool is one of this install's own, not a plain one from elsewhere."""
        equipped = self.tools.get(name or "")
        return equipped is not None and not policy_of(equipped.tool).plain


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of a tool, for the record."""

    tool: str
    arguments: dict[str, Any]
    result: str
    status: str
    error: str | None
    started_at: datetime
    completed_at: datetime
    duration_ms: int


@dataclass(slots=True, kw_only=True)
class Run:
    """One run of one turn.

    `still_mine` is asked inside every transaction of the turn: a run whose lane was taken over
    must change nothing any more. `is_recorded` tells that an earlier life has left receipts.
    """

    turn_id: str
    conversation_id: str
    contact_id: str
    bot: Bot
    system: SystemMessage
    now: datetime
    meter: Meter
    gate: SentenceGate
    still_mine: Callable[[Connection], bool]
    began: float
    on_reset: Callable[[], Awaitable[None]]
    purse: TurnPurse | None = None
    is_recorded: bool = False
    effects: int = 0
    ordinals: Counter[tuple[str, str]] = field(default_factory=Counter)
    invocations: list[Invocation] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
