"""Leaving a failing service alone for a while, then letting one call try."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Breaker:
    """Opens after `most` failures in a row, for `rest_s` seconds; then one call at a time may try.

    Moments are monotonic seconds.
    """

    most: int = 3
    rest_s: float = 30.0
    failures: int = 0
    opened_at: float | None = None
    _trying_since: float | None = None

    def allows(self, now: float) -> bool:
        """Tell whether a call may try; after a rest only one may, until it has ended."""
        if self.opened_at is None:
            return True
        if now - self.opened_at < self.rest_s:
            return False
        # A trial that never reported back must not keep the breaker open for ever.
        if self._trying_since is not None and now - self._trying_since < self.rest_s:
            return False
        self._trying_since = now
        return True

    @property
    def is_open(self) -> bool:
        """Tell whether calls are being held back."""
        return self.opened_at is not None

    def failed(self, now: float) -> None:
        """Count a failure."""
        self._trying_since = None
        self.failures += 1
        if self.failures >= self.most:
            self.opened_at = now

    def succeeded(self) -> None:
        """Forget the failures."""
        self.failures, self.opened_at, self._trying_since = 0, None, None

    def untried(self) -> None:
        """Give a trial back: there was nothing to call for."""
        self._trying_since = None

    def rest(self, now: float, for_s: float) -> None:
        """Hold calls back for as long as the service asked us to."""
        self.failed(now)
        self.opened_at = now - self.rest_s + for_s
