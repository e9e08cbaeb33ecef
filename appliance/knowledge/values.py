"""What knowledge reads and gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A passage to be stored: `source` is cited, `also` finds it and is never shown."""

    source: str
    title: str
    text: str
    also: str = ""
    valid_from: date | None = None
    valid_until: date | None = None

    @property
    def embedded(self) -> str:
        """The words its vector is made of."""
        return f"{self.title}. {self.text}"


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the knowledge base; `state` is ready or failed, `problem` says why."""

    id: str
    path: str
    title: str
    digest: str
    added_at: datetime
    state: str
    problem: str | None
    passages: int
