"""What is counted while a call is held, spoken or by keys."""

from __future__ import annotations

from dataclasses import dataclass, field

from appliance.core.clock import Clock
from appliance.services.calls import sentiment
from appliance.services.calls.values import Figures


@dataclass(slots=True)
class Stretch:
    """How long somebody has spoken. Times are seconds of one clock that never runs backwards."""

    since: float | None = None
    total_s: float = 0.0

    def now(self, at: float, *, speaks: bool) -> None:
        """Take note of who speaks from now on."""
        if self.since is not None:
            self.total_s += at - self.since
        self.since = at if speaks else None

    def ms(self, at: float) -> int:
        """Give the time so far."""
        return round((self.total_s + (at - self.since if self.since is not None else 0)) * 1000)


@dataclass(slots=True, kw_only=True)
class Counts:
    """One call's.

    Attributes:
        language: What the caller is expected to speak, e.g. en-US.
        disclosed_ms: When the disclosure began, where it was heard.
        words: What the caller has said.
    """

    clock: Clock
    language: str = ""
    words: list[str] = field(default_factory=list)
    caller: Stretch = field(default_factory=Stretch)
    bot: Stretch = field(default_factory=Stretch)
    failures: int = 0
    disclosed_ms: int | None = None

    def caller_speaks(self, *, speaks: bool) -> None:
        """Take note of whether the caller speaks from now on."""
        self.caller.now(self.clock.monotonic(), speaks=speaks)

    def bot_speaks(self, *, speaks: bool) -> None:
        """Take note of whether the bot speaks from now on."""
        self.bot.now(self.clock.monotonic(), speaks=speaks)

    def figures(self) -> Figures:
        """Give what is counted so far."""
        at = self.clock.monotonic()
        return Figures(
            caller_ms=self.caller.ms(at),
            bot_ms=self.bot.ms(at),
            failures=self.failures,
            disclosed_ms=self.disclosed_ms,
            sentiment=sentiment.of_call(self.words) if self._is_english else None,
        )

    @property
    def _is_english(self) -> bool:
        return self.language.lower().startswith("en")
