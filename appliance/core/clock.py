"""The one source of time. Nobody below assembly reads the system clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells wall time for records and monotonic time for durations."""

    def now(self) -> datetime:
        """Give the present instant, aware, in UTC."""

    def monotonic(self) -> float:
        """Give seconds that never run backwards; only differences mean anything."""


class SystemClock:
    """The machine's clock, optionally shifted so that it began at `start`.

    The shift serves rehearsals and tests that need a known weekday (`APPLIANCE_CLOCK_START`).
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._shift = start - datetime.now(UTC) if start else timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._shift

    def monotonic(self) -> float:
        return time.monotonic()
