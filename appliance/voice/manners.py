"""When a call asks for a word of ours: after a silence, at its longest. Times are arguments."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from appliance.config.model import VoiceManners


class Move(StrEnum):
    """What is to be done now."""

    PROMPT = "prompt"
    GOODBYE = "goodbye"
    TOO_LONG = "too_long"


@dataclass(slots=True, kw_only=True)
class Patience:
    """Counts a call's silence. Times are seconds of one clock that never runs backwards."""

    manners: VoiceManners
    began: float
    _quiet_since: float | None = None
    _has_prompted: bool = False

    def begin_anew(self, now: float) -> None:
        """Count the silence from now on: the caller has been kept waiting by us."""
        self._quiet_since, self._has_prompted = now, False

    def look(self, now: float, *, caller_speaks: bool, bot_speaks: bool) -> Move | None:
        """Tell what is to be done; each move is told once.

        Our own question "are you still there?" does not end the silence it asks about.
        """
        if now - self.began >= self.manners.longest_min * 60:
            return Move.TOO_LONG
        if caller_speaks or (bot_speaks and not self._has_prompted):
            self.begin_anew(now)
            return None
        if self._quiet_since is None:
            self._quiet_since = now
        quiet_s = now - self._quiet_since
        if quiet_s >= self.manners.goodbye_after_s:
            return Move.GOODBYE
        if quiet_s >= self.manners.prompt_after_s and not self._has_prompted:
            self._has_prompted = True
            return Move.PROMPT
        return None


@dataclass(slots=True)
class Keys:
    """Collects keys that are pressed one after another; # or a pause ends them."""

    pause_s: float = 1.8
    _pressed: str = ""
    _last_at: float = 0.0

    @property
    def has_some(self) -> bool:
        """Whether an entry has begun."""
        return bool(self._pressed)

    def press(self, key: str, now: float) -> str | None:
        """Take a key; gives the whole entry where this one ends it."""
        if key == "#" and self._pressed:
            return self._taken()
        self._pressed += key
        self._last_at = now
        return None

    def look(self, now: float) -> str | None:
        """Give the entry where nothing more has come for a while."""
        if self._pressed and now - self._last_at >= self.pause_s:
            return self._taken()
        return None

    def _taken(self) -> str:
        entry, self._pressed = self._pressed, ""
        return entry
