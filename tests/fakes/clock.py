"""A clock that moves when it is told to."""

from __future__ import annotations

import time
from datetime import datetime, timedelta


class FakeClock:
    """Wall time stands still until `advance`; monotonic time is the machine's plus the advances."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._advanced = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return time.monotonic() + self._advanced

    def advance(self, **by: float) -> None:
        step = timedelta(**by)
        self._now += step
        self._advanced += step.total_seconds()
