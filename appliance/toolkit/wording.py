"""How days, times and money are said to customers (US English)."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}


def say_day(day: date) -> str:
    """Say a day, e.g. "Thursday, November 19"."""
    return f"{day:%A, %B} {day.day}"


def say_time(at: time) -> str:
    """Say a time of day, e.g. "3:00 PM"."""
    return f"{at.hour % 12 or 12}:{at.minute:02} {'PM' if at.hour >= 12 else 'AM'}"


def say_moment(moment: datetime, zone: ZoneInfo) -> str:
    """Say an instant, e.g. "Thursday, November 19 at 3:00 PM (New York time)"."""
    there = moment.astimezone(zone)
    return f"{say_day(there)} at {say_time(there.time())} ({say_zone(zone)})"


def say_zone(zone: ZoneInfo) -> str:
    """Say a time zone by its city, e.g. "New York time"."""
    place = zone.key.rsplit("/", 1)[-1].replace("_", " ")
    return place if place in {"UTC", "GMT"} else f"{place} time"


def say_money(amount: Decimal, currency: str) -> str:
    """Say an amount of money, e.g. "$1,485.00" or "CHF 1,485.00"."""
    sign = _SIGNS.get(currency, f"{currency} ")
    return f"{'-' if amount < 0 else ''}{sign}{abs(amount):,.2f}"


def say_percent(fraction: Decimal) -> str:
    """Say a fraction as percent, e.g. 0.125 as "12.5%"."""
    return f"{(fraction * 100).normalize():f}%"


def say_list(things: list[str], last: str = "or") -> str:
    """Say several things in a row, e.g. "a, b or c"."""
    return f" {last} ".join(filter(None, [", ".join(things[:-1]), *things[-1:]]))
