"""The company's hours: one calendar for answers, bookings, hand-overs and promises.

Hours are wall-clock times in the company's zone; what is given out are aware instants in that zone,
right across the days on which clocks change. Inside, instants are compared in UTC: Python compares
two times of one zone by their wall clocks, which is wrong in the hour that happens twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays as library

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_MIDNIGHT = time(0)
_DAY = timedelta(days=1)
_DAYS_AHEAD = 8


@dataclass(frozen=True, slots=True)
class Span:
    """Opening hours within a day; `closes` at 00:00 means midnight at the day's end."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class DayException:
    """A day unlike its weekday: closed without spans, else open in these."""

    name: str
    spans: tuple[Span, ...] = ()


def no_holidays(_day: date) -> str | None:
    """Know no public holiday."""
    return None


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the company is open.

    `week` maps weekdays (Monday is 0) to spans; a missing one is closed. `holidays` names a day's
    public holiday or gives None; holidays are closed unless `exceptions` say otherwise.
    """

    zone: ZoneInfo
    week: Mapping[int, tuple[Span, ...]]
    exceptions: Mapping[date, DayException] = field(default_factory=dict)
    holidays: Callable[[date], str | None] = no_holidays

    def hours(self, day: date) -> tuple[Span, ...]:
        """Give a day's wall-clock spans in order; empty when closed."""
        exception = self.exceptions.get(day)
        if exception is not None:
            found = exception.spans
        elif self.holidays(day) is not None:
            found = ()
        else:
            found = self.week.get(day.weekday(), ())
        return tuple(sorted(found, key=lambda span: span.opens))

    def spans(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Give a day's opening and closing instants in the company's zone, in order, disjoint.

        A span that the change to summer time swallows whole is left out; where an hour happens
        twice, a span lasts from its first beginning to its last end.
        """
        return tuple(
            (opens.astimezone(self.zone), closes.astimezone(self.zone))
            for opens, closes in self._spans(day)
        )

    def is_open(self, at: datetime) -> bool:
        """Tell whether the company is open at an aware instant; the closing minute is closed."""
        now = at.astimezone(UTC)
        return any(opens <= now < closes for opens, closes in self._spans(self.day_of(at)))

    def closes_at(self, at: datetime) -> datetime | None:
        """Tell when the company closes next if it is open at an instant, else None.

        Spans that touch, over midnight too, count as one; it looks eight days ahead.
        """
        now = at.astimezone(UTC)
        closing: datetime | None = None
        for opens, closes in self._spans_from(self.day_of(at), _DAYS_AHEAD):
            if closing is None and opens <= now < closes:
                closing = closes
            elif closing is not None and opens > closing:
                break
            elif closing is not None:
                closing = closes
        return closing.astimezone(self.zone) if closing else None

    def next_open(self, at: datetime, within_days: int = 400) -> datetime | None:
        """Give the first instant from `at` on at which the company is open: `at` itself if it is.

        None where it stays closed for `within_days`.
        """
        now = at.astimezone(UTC)
        for opens, closes in self._spans_from(self.day_of(at), within_days + 1):
            if closes > now:
                first = max(opens, now)
                return first.astimezone(self.zone) if first <= now + within_days * _DAY else None
        return None

    def day_of(self, at: datetime) -> date:
        """Tell which day an instant falls on at the company."""
        return at.astimezone(self.zone).date()

    def day_name(self, day: date) -> str | None:
        """Name what is special about a day: its exception, else its public holiday."""
        exception = self.exceptions.get(day)
        return exception.name if exception else self.holidays(day)

    def worded_hours(self) -> str:
        """Word the usual week: "Monday to Friday 9:00 am to 5:00 pm, Saturday to Sunday closed"."""
        groups = self.usual()
        if len(groups) == 1:
            return f"every day {worded_spans(groups[0][2])}"
        return ", ".join(
            f"{_worded_days(first, last)} {worded_spans(spans)}" for first, last, spans in groups
        )

    def usual(self) -> list[tuple[int, int, tuple[Span, ...]]]:
        """Give the usual week, days in a row with the same hours as one: first, last, hours."""
        groups: list[tuple[int, int, tuple[Span, ...]]] = []
        for weekday in range(7):
            spans = tuple(self.week.get(weekday, ()))
            if groups and groups[-1][2] == spans:
                groups[-1] = (groups[-1][0], weekday, spans)
            else:
                groups.append((weekday, weekday, spans))
        return groups

    def worded_day(self, day: date) -> str:
        """Word one day's hours: "closed", or "9:00 am to 1:00 pm"."""
        return worded_spans(self.hours(day))

    def _spans_from(self, day: date, days: int) -> Iterator[tuple[datetime, datetime]]:
        for number in range(days):
            yield from self._spans(day + number * _DAY)

    def _spans(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Walk a day's spans as UTC instants."""
        before: datetime | None = None
        for span in self.hours(day):
            end = day + _DAY if span.closes == _MIDNIGHT else day
            opens = self._instant(day, span.opens, fold=0)
            closes = self._instant(end, span.closes, fold=0 if end > day else 1)
            if before is not None:
                opens = max(opens, before)
            if opens < closes:
                yield opens, closes
                before = closes

    def _instant(self, day: date, clock: time, *, fold: int) -> datetime:
        """Give the UTC instant of a wall-clock time; for one that is skipped, the change itself."""
        early = datetime.combine(day, clock, self.zone).replace(fold=1).astimezone(UTC)
        late = datetime.combine(day, clock, self.zone).replace(fold=0).astimezone(UTC)
        if early >= late:  # an ordinary time, or one that happens twice: fold 0 is the first
            return early if fold else late
        offset = late.astimezone(self.zone).utcoffset()
        while late - early > timedelta(seconds=1):  # skipped: fold 1 lies before the change
            middle = early + (late - early) // 2
            if middle.astimezone(self.zone).utcoffset() == offset:
                late = middle
            else:
                early = middle
        return late.replace(microsecond=0)


def country_holidays(code: str, language: str = "en") -> Callable[[date], str | None]:
    """Make the holiday rule of a country or state (`US`, `DE-BY`), named in a language if known.

    Public holidays only, with their observed days.
    """
    country, _, state = code.partition("-")

    def name_of(day: date) -> str | None:
        return _holidays_of(country, state or None, language, day.year).get(day)

    return name_of


@lru_cache(maxsize=64)
def _holidays_of(country: str, state: str | None, language: str, year: int) -> dict[date, str]:
    known = library.list_localized_countries(include_aliases=True).get(country, [])
    spoken = next((one for one in known if one.split("_")[0] == language[:2]), None)
    found = library.country_holidays(country, subdiv=state, years=year, language=spoken)
    return {day: name for day, name in found.items() if day.year == year}


def worded_spans(spans: tuple[Span, ...]) -> str:
    """Word spans: "9:00 am to 12:00 pm and 1:00 pm to 5:00 pm", or "closed"."""
    if not spans:
        return "closed"
    if any(span.opens == span.closes == _MIDNIGHT for span in spans):
        return "all day"
    return " and ".join(
        f"{worded_time(span.opens)} to {worded_time(span.closes)}"
        for span in sorted(spans, key=_opens)
    )


def worded_time(clock: time) -> str:
    """Word a time of day: "9:00 am", "noon" stays "12:00 pm", and 00:00 is "midnight"."""
    if clock == _MIDNIGHT:
        return "midnight"
    half = "am" if clock.hour < 12 else "pm"
    return f"{clock.hour % 12 or 12}:{clock.minute:02} {half}"


def _worded_days(first: int, last: int) -> str:
    if first == last:
        return WEEKDAYS[first]
    return f"{WEEKDAYS[first]} {'and' if last == first + 1 else 'to'} {WEEKDAYS[last]}"


def _opens(span: Span) -> time:
    return span.opens
