"""So many of so many, with Wilson's interval."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from appliance.services.evaluation.scores import wilson


@dataclass(frozen=True, slots=True)
class Share:
    """A share of `n`."""

    hits: int
    n: int

    @classmethod
    def of(cls, found: Iterable[bool]) -> Share:
        """Count what is true."""
        each = list(found)
        return cls(sum(each), len(each))

    @property
    def interval(self) -> tuple[float, float]:
        """Give Wilson's 95 % interval."""
        return wilson(self.hits, self.n)

    @property
    def as_json(self) -> dict[str, Any]:
        low, high = self.interval
        return {"hits": self.hits, "n": self.n, "low": round(low, 4), "high": round(high, 4)}

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.hits} of {self.n} ({low:.0%} to {high:.0%})"
