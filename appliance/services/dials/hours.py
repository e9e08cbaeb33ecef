"""When we may call."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from appliance.services.dials.values import Terms

_DAYS_AHEAD = 60


def earliest(now: datetime, terms: Terms) -> datetime | None:
    """Give the first instant from `now` on at which we may call; `now` itself where we may now.

    None where no day of the next two months allows it.
    """
    zone = terms.calendar.zone
    today = now.astimezone(zone).date()
    for ahead in range(_DAYS_AHEAD):
        day = today + timedelta(days=ahead)
        if not terms.outbound.on_closed_days and not terms.calendar.hours(day):
            continue
        opens, closes = (
            datetime.combine(day, clock, zone).astimezone(UTC)
            for clock in (terms.outbound.not_before, terms.outbound.not_after)
        )
        if now < closes:
            return max(now, opens)
    return None


def next_day(now: datetime, terms: Terms) -> datetime:
    """Give the beginning of tomorrow, when the counts of a day begin anew."""
    return _midnight(now, terms, days=1)


def today(now: datetime, terms: Terms) -> datetime:
    """Give the beginning of today."""
    return _midnight(now, terms, days=0)


def _midnight(now: datetime, terms: Terms, *, days: int) -> datetime:
    zone = terms.calendar.zone
    day = now.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, time(0), zone).astimezone(UTC)
