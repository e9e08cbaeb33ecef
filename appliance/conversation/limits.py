"""What one turn may use."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


class LimitReached(Exception):  # noqa: N818 - an end, not an error
    """The turn has used what it may; `which` names the limit."""

    def __init__(self, which: str) -> None:
        super().__init__(which)
        self.which = which


@dataclass(slots=True, kw_only=True)
class Meter:
    """Counts what a turn uses against what it may use."""

    model_calls_most: int
    tool_calls_most: int
    tokens_most: int
    cost_most: Decimal
    model_calls: int = 0
    tool_calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Decimal(0)
    is_cost_known: bool = True

    def model_call(self) -> None:
        """Count a model call before it is made.

        Raises:
            LimitReached: it would be one too many, or tokens or money are used up.
        """
        if self.model_calls >= self.model_calls_most:
            raise LimitReached("model_calls")
        if self.tokens_in + self.tokens_out >= self.tokens_most:
            raise LimitReached("tokens")
        if self.cost >= self.cost_most:
            raise LimitReached("cost")
        self.model_calls += 1

    def tool_call(self) -> None:
        """Count a tool call before it is made.

        Raises:
            LimitReached: it would be one too many.
        """
        if self.tool_calls >= self.tool_calls_most:
            raise LimitReached("tool_calls")
        self.tool_calls += 1

    def used(self, *, tokens_in: int, tokens_out: int, cost: Decimal | None) -> None:
        """Count what a model call has used; a cost of None is not known."""
        self.tokens_in += tokens_in
        self.tokens_out += tokens_out
        self.cost += cost or Decimal(0)
        self.is_cost_known = self.is_cost_known and cost is not None
