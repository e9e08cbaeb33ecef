"""What a call of a model used and cost, and the purse a turn pays from.

Money is Decimal and exact: prices are per million tokens, a row counts in billionths (nanos) of the
currency. A price nobody has written down is unknown (None), never 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from langchain_core.messages.ai import UsageMetadata

from appliance.config.model import BotConfig, ModelPrice

_MILLION = Decimal(1_000_000)
_NANOS = Decimal(1_000_000_000)
_LETTERS_A_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Used:
    """Tokens of one call; `cached` are those of `read` that the provider had kept.

    Where the provider told nothing (it broke off, or never tells) they are counted from the
    letters, `is_estimate`.
    """

    read: int = 0
    written: int = 0
    cached: int = 0
    is_estimate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """One call of one model, answered or not; a cost of None is not known."""

    provider: str
    model: str
    outcome: str
    latency_ms: int
    used: Used
    cost: Decimal | None
    currency: str


class Purse(Protocol):
    """What a chain may spend in this turn."""

    @property
    def paid_until(self) -> float | None:
        """Monotonic second by which the last model must be asked at the latest."""

    def closed(self) -> str | None:
        """Say why nothing may be spent any more; None where something may."""

    async def spent(self, call: ModelCall) -> None:
        """Take down what a call used and cost."""


class OpenPurse:
    """Has no bottom and keeps no books: for commands and tests."""

    paid_until: float | None = None

    def closed(self) -> str | None:
        """Nothing is ever too much."""
        return None

    async def spent(self, call: ModelCall) -> None:
        """Forget it."""


@dataclass(frozen=True, slots=True)
class Rates:
    """The prices of one model, and the currency unknown ones would be in."""

    prices: tuple[ModelPrice, ...] = ()
    currency: str = "USD"
    is_built_in: bool = False

    @classmethod
    def of(cls, config: BotConfig, provider: str, model: str) -> Rates:
        """Collect a model's prices from the config; a price for its provider alone goes first."""
        fits = [
            price
            for price in config.workflow.llm.prices
            if price.model == model and price.provider in {None, provider}
        ]
        fits.sort(key=lambda price: (price.provider is None, -price.valid_from.toordinal()))
        return cls(tuple(fits), config.client.currency)

    def is_free(self, on: date) -> bool:
        """Tell whether a call costs nothing for certain."""
        price = self._on(on)
        return self.is_built_in or (price is not None and price.input == price.output == 0)

    def cost(self, used: Used, on: date) -> Decimal | None:
        """Give what a call costs; None where no price holds on that day."""
        if self.is_built_in or not (used.read or used.written):
            return Decimal(0)
        price = self._on(on)
        if price is None:
            return None
        cached = price.input if price.cached_input is None else price.cached_input
        fresh = max(used.read - used.cached, 0)
        return (fresh * price.input + used.cached * cached + used.written * price.output) / _MILLION

    def _on(self, on: date) -> ModelPrice | None:
        return next((price for price in self.prices if price.valid_from <= on), None)


BUILT_IN = Rates(is_built_in=True)
"""Basic mode costs nothing, and that is known."""


def used_of(usage: UsageMetadata | None, *, read: int, written: int) -> Used:
    """Give the tokens the provider tells; else count them from letters read and written."""
    if usage is None or not (usage["input_tokens"] or usage["output_tokens"]):
        return Used(read // _LETTERS_A_TOKEN, written // _LETTERS_A_TOKEN, is_estimate=True)
    kept = (usage.get("input_token_details") or {}).get("cache_read") or 0
    return Used(usage["input_tokens"], usage["output_tokens"], int(kept))


def nanos(cost: Decimal | None) -> int | None:
    """Give a cost in billionths, rounded up: what is spent is never told too small."""
    return None if cost is None else int((cost * _NANOS).to_integral_value("ROUND_CEILING"))


def money(count: int) -> Decimal:
    """Give billionths as money."""
    return Decimal(count) / _NANOS


def total(costs: Iterable[Decimal | None]) -> Decimal | None:
    """Add costs up; one that is not known makes the sum unknown."""
    known = list(costs)
    return None if None in known else sum((cost for cost in known if cost), Decimal(0))
