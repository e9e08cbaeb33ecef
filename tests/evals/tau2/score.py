"""So many of so many, with Wilson's interval."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


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
        if not self.n:
            return 0.0, 1.0
        z, share = 1.96, self.hits / self.n
        middle = (share + z * z / (2 * self.n)) / (1 + z * z / self.n)
        spread = share * (1 - share) / self.n + z * z / (4 * self.n * self.n)
        half = z * math.sqrt(spread) / (1 + z * z / self.n)
        return max(0.0, middle - half), min(1.0, middle + half)

    @property
    def as_json(self) -> dict[str, Any]:
        low, high = self.interval
        return {"hits": self.hits, "n": self.n, "low": round(low, 4), "high": round(high, 4)}

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.hits} of {self.n} ({low:.0%} to {high:.0%})"
