"""What surrounds a tool: its policy, what it is handed, and how it says no."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

S = TypeVar("S", bound=BaseModel)


class Effect(StrEnum):
    """What a call changes: nothing, records, or money and promises about it."""

    READ = "read"
    WRITE = "write"
    MONEY = "money"


class ToolError(Exception):
    """The tool could not do it; the model and the customer hear this sentence."""


class ApprovalNeeded(Exception):  # noqa: N818 - a question, not an error
    """A person must decide first. The turn is parked and runs the tool again with the decision."""

    def __init__(self, question: str, *, customer: str, reason: str) -> None:
        super().__init__(question)
        self.question = question
        self.customer = customer
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about an ApprovalNeeded."""

    approved: bool
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ToolContext(Generic[S]):
    """What code, never the model, tells a tool about this call."""

    settings: S
    now: datetime
    zone: ZoneInfo
    currency: str
    conversation_id: str
    contact_id: str
    turn_id: str
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """How the toolbox runs a tool and how basic mode speaks about it.

    Attributes:
        timeout_s: Seconds until the call is abandoned.
        effect: Read calls may be retried and run in parallel; others run once, by receipt.
        retries: Further attempts of a read call after a time-out or Unavailable.
        auth: Whether the contact must have proved who they are.
        settings: The model of the tool's own keys in bot_config.yaml.
        output: The annotation the result is checked against; None for anything.
        proves: Claims its receipt backs, e.g. "booked" or "transferred" (see the gate).
        reports: Claims its result may tell of as a state, where the result says so in words: a
            look-up of orders may say that one "is cancelled", never that somebody cancelled it.
        read_back: Basic mode's question before a write; slot names in braces.
        says: Basic mode's wording of a checked result.
        asks: Basic mode's question for each slot.
        plain: A LangChain tool without our decorator.
    """

    timeout_s: float = 10
    effect: Effect = Effect.READ
    retries: int = 1
    auth: bool = False
    settings: type[BaseModel] | None = None
    output: Any = None
    proves: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    read_back: str | None = None
    says: Callable[[Any], str] | None = None
    asks: Mapping[str, str] = field(default_factory=dict)
    plain: bool = False
