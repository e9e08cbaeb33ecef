"""Holidays people call by name: "Thanksgiving", "Christmas Eve"."""

from __future__ import annotations

from datetime import date, timedelta


def named(today: date) -> dict[str, date]:
    """Give the next holidays people call by name (United States and common Christian ones)."""
    result: dict[str, date] = {}
    for year in (today.year, today.year + 1):
        for name, day in _holidays(year).items():
            if day >= today and name not in result:
                result[name] = day
    return result


def _holidays(year: int) -> dict[str, date]:
    def nth(month: int, weekday: int, place: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (place - 1))

    thanksgiving = nth(11, 3, 4)
    easter = _easter(year)
    last_of_may = date(year, 5, 31)
    memorial = last_of_may - timedelta(days=last_of_may.weekday())
    fixed = {
        "new year's day": date(year, 1, 1),
        "new years day": date(year, 1, 1),
        "new year's": date(year, 1, 1),
        "new year": date(year, 1, 1),
        "new year's eve": date(year, 12, 31),
        "new years eve": date(year, 12, 31),
        "christmas eve": date(year, 12, 24),
        "christmas day": date(year, 12, 25),
        "christmas": date(year, 12, 25),
        "xmas": date(year, 12, 25),
        "boxing day": date(year, 12, 26),
        "valentine's day": date(year, 2, 14),
        "halloween": date(year, 10, 31),
        "independence day": date(year, 7, 4),
        "juneteenth": date(year, 6, 19),
        "veterans day": date(year, 11, 11),
    }
    return {
        **fixed,
        "the day after thanksgiving": thanksgiving + timedelta(days=1),
        "day after thanksgiving": thanksgiving + timedelta(days=1),
        "thanksgiving day": thanksgiving,
        "thanksgiving": thanksgiving,
        "black friday": thanksgiving + timedelta(days=1),
        "cyber monday": thanksgiving + timedelta(days=4),
        "labor day": nth(9, 0, 1),
        "labour day": nth(9, 0, 1),
        "memorial day": memorial,
        "columbus day": nth(10, 0, 2),
        "presidents day": nth(2, 0, 3),
        "presidents' day": nth(2, 0, 3),
        "martin luther king day": nth(1, 0, 3),
        "mlk day": nth(1, 0, 3),
        "good friday": easter - timedelta(days=2),
        "easter sunday": easter,
        "easter monday": easter + timedelta(days=1),
        "easter": easter,
    }


def _easter(year: int) -> date:
    """Source: the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, 1991)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)
