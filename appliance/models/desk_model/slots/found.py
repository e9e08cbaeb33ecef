"""What the kinds give back, and what they are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

Value = str | int | float | bool | None
Spans = Sequence[tuple[time, time]]


class Kind(StrEnum):
    """What sort of value a slot takes."""

    DAY = "day"
    TIME = "time"
    EMAIL = "email"
    PHONE = "phone"
    PERSON = "person"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    COMPANY = "company"
    PRODUCT = "product"
    CHOICE = "choice"
    CODE = "code"
    COUNT = "count"
    PERCENT = "percent"
    MONEY = "money"
    YES_NO = "yes_no"
    QUERY = "query"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Slot:
    """One parameter of a tool."""

    name: str
    kind: Kind
    required: bool
    choices: tuple[str, ...] = ()
    longest: int = 500
    pattern: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """How customers name this slot."""
        return tuple(self.name.replace("_", " ").split())


@dataclass(frozen=True, slots=True)
class Found:
    """A value at [start, end) of the text.

    `trouble` says why there is none although something was said: `past`, `vague`, `broken`,
    `several`, `open` (it is to be asked for).
    `hint` is the vague part in the customer's words, e.g. "morning".
    """

    start: int
    end: int
    value: Value
    trouble: str | None = None
    hint: str = ""
    correction: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    """A product as customers may name it."""

    id: str
    name: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """What a kind may need to know: the present moment, hours, region and catalogue."""

    now: datetime
    open_days: Mapping[date, Spans]
    region: str
    products: tuple[Product, ...] = ()
    named_days: Mapping[str, date] = field(default_factory=dict)
    near: date | None = None
    """The day spoken of last: what "the day after" is counted from."""
    offered: tuple[date, ...] = ()
    """The open days put forward after a closed one: "tuesday" means the one among them."""
    week: date | None = None
    """The first day of the week or period spoken of: "next week" - "Wednesday"."""

    half: tuple[time, time] | None = None
    """The half of the day the words speak of: "tomorrow night at 8"."""

    @property
    def today(self) -> date:
        return self.now.date()

    def spans(self, day: date | None) -> Spans:
        """Give the opening hours of a day; without one, all hours of the next week.

        Where the words speak of a half of the day, only what lies in it.
        """
        if self.half is None:
            return self._open(day)
        begins, ends = self.half
        both = [(max(begins, opens), min(ends, closes)) for opens, closes in self._open(day)]
        return [(opens, closes) for opens, closes in both if opens < closes] or [self.half]

    def _open(self, day: date | None) -> Spans:
        if day is not None and self.open_days.get(day):
            return self.open_days[day]
        week = [self.open_days[one] for one in sorted(self.open_days)[:7]]
        return [span for spans in week for span in spans]


def blanked(text: str, found: Iterable[Found]) -> str:
    """Give the text with what was found covered, so that no other kind reads it again."""
    for one in found:
        text = text[: one.start] + "\x00" * (one.end - one.start) + text[one.end :]
    return text
