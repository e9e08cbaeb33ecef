"""What can be booked: free slots of a day, near ones, and why a time cannot be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from appliance.toolkit.ports import Slot

CELL = timedelta(minutes=15)
_STEP = timedelta(minutes=30)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS_LOOKED_AT = 14

Taken = set[tuple[int, datetime]]
TakenBetween = Callable[[datetime, datetime], Taken]


class Hours(Protocol):
    """The part of the company's calendar that bookings read."""

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""

    def spans(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Give when the company is open on a day: aware (opens, closes) pairs in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a kind of booking is made: lengths in minutes, `capacity` bookings side by side."""

    kind: str
    duration_min: int
    buffer_min: int
    capacity: int
    horizon_days: int = 60
    notice_min: int = 30

    @property
    def duration(self) -> timedelta:
        """How long the booking itself takes."""
        return timedelta(minutes=self.duration_min)

    def cells(self, starts_at: datetime) -> list[datetime]:
        """Give the quarter hours (UTC) a booking occupies: its length and the buffer after it."""
        ends_at = starts_at + self.duration + timedelta(minutes=self.buffer_min)
        first = starts_at.astimezone(UTC) - (starts_at - _EPOCH) % CELL
        return [first + CELL * n for n in range(-((first - ends_at) // CELL))]

    def seat(self, starts_at: datetime, taken: Taken) -> int | None:
        """Find the first seat that is free for the whole time."""
        cells = self.cells(starts_at)
        for seat in range(self.capacity):
            if not any((seat, cell) in taken for cell in cells):
                return seat
        return None


def instant(on: date, at: time, zone: ZoneInfo) -> datetime | None:
    """Give the instant (UTC) of a local time; None for a time the clocks skip that day."""
    local = datetime.combine(on, at, zone)
    there = local.astimezone(UTC)
    return (
        there if there.astimezone(zone).replace(tzinfo=None) == datetime.combine(on, at) else None
    )


def why_not(
    on: date, starts_at: datetime | None, *, hours: Hours, terms: Terms, now: datetime
) -> str | None:
    """Say why a time cannot be booked whoever holds it, as `toolkit.ports.SlotClosed` lists."""
    today = now.astimezone(hours.zone).date()
    if on < today or (starts_at and starts_at <= now):
        return "past"
    if on > today + timedelta(days=terms.horizon_days):
        return "too_far"
    spans = hours.spans(on)
    if not spans:
        return "closed"
    if starts_at is None or not any(
        opens <= starts_at and starts_at + terms.duration <= closes for opens, closes in spans
    ):
        return "outside_hours"
    if (starts_at - _EPOCH) % CELL:
        return "off_grid"
    if starts_at < now + timedelta(minutes=terms.notice_min):
        return "too_soon"
    return None


def free(
    on: date, *, hours: Hours, terms: Terms, now: datetime, taken_between: TakenBetween
) -> list[Slot]:
    """List the slots of a day that can be had, every half hour from opening, in order."""
    starts = [
        start
        for start in _starts(hours.spans(on))
        if why_not(on, start, hours=hours, terms=terms, now=now) is None
    ]
    if not starts:
        return []
    taken = taken_between(terms.cells(starts[0])[0], terms.cells(starts[-1])[-1] + CELL)
    return [
        Slot(start, start + terms.duration)
        for start in starts
        if terms.seat(start, taken) is not None
    ]


def near(
    on: date,
    at: time,
    *,
    hours: Hours,
    terms: Terms,
    now: datetime,
    taken_between: TakenBetween,
    limit: int = 3,
) -> list[Slot]:
    """List free slots near a time that cannot be had: that day's nearest, then one a day."""
    today = now.astimezone(hours.zone).date()
    wanted = at.hour * 60 + at.minute

    def distance(slot: Slot) -> int:
        there = slot.starts_at.astimezone(hours.zone)
        return abs(there.hour * 60 + there.minute - wanted)

    found: list[Slot] = []
    for day in _days(on, today=today, horizon_days=terms.horizon_days):
        slots = free(day, hours=hours, terms=terms, now=now, taken_between=taken_between)
        most = limit - len(found) if day == on else 1
        found += sorted(slots, key=distance)[:most]
        if len(found) >= limit:
            break
    return sorted(found, key=lambda slot: slot.starts_at)


def _starts(spans: Sequence[tuple[datetime, datetime]]) -> Iterator[datetime]:
    for opens, closes in spans:
        start = opens.astimezone(UTC) + (_EPOCH - opens) % CELL
        while start < closes:
            yield start
            start += _STEP


def _days(on: date, *, today: date, horizon_days: int) -> Iterator[date]:
    """Days to look at: onwards from the wanted one, or back from the horizon's end."""
    last = today + timedelta(days=horizon_days)
    onwards = 1 if on <= last else -1
    first = min(max(on, today), last)
    for n in range(_DAYS_LOOKED_AT):
        day = first + timedelta(days=n * onwards)
        if today <= day <= last:
            yield day
