"""Rules about when the company is open."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Collection, Iterator
from functools import lru_cache

import holidays as library

from appliance.config import nodes
from appliance.config.nearest import advice
from appliance.config.problems import Finding, Steps, shown
from appliance.config.rule_file import RuleFile

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_END_OF_DAY = 24 * 60


def minute_of(file: RuleFile, where: Steps) -> int | Finding | None:
    """Read a clock time: its minute of the day, or what is wrong with it beyond its form."""
    written = file.text(*where)
    match = _CLOCK.fullmatch(written or "")
    if match:
        return int(match[1]) * 60 + int(match[2])
    if written is not None and re.match(r"[0-9]{2}:[0-9]{2}\S", written):
        return file.finding(where, f"{shown(written)} is not a time of day", 'write e.g. "09:00"')
    return None


def hours(file: RuleFile) -> Iterator[Finding]:
    """Check the spans of every day."""
    lists: list[Steps] = [("calendar", "week", day) for day in _DAYS]
    lists += [(*at, "hours") for at, _ in file.items("calendar", "exceptions")]
    for where in lists:
        yield from _spans(file, where)


def _spans(file: RuleFile, where: Steps) -> Iterator[Finding]:
    """Check one day: clock times, opened before closed, none within another."""
    seen: list[tuple[int, int]] = []
    for at, item in file.items(*where):
        minutes: dict[str, int] = {}
        for key in ("opens", "closes"):
            read = minute_of(file, (*at, key))
            if isinstance(read, int):
                minutes[key] = read
            elif read is not None:
                yield read
        if len(minutes) < 2:
            continue
        opens, closes = minutes["opens"], minutes["closes"] or _END_OF_DAY
        if closes <= opens:
            yield file.finding(
                (*at, "closes"),
                f"closes at {nodes.text(item, 'closes')}, before it opens at "
                f"{nodes.text(item, 'opens')}",
                'turn them round; hours past midnight are two spans, up to "00:00" and from it',
            )
            continue
        if any(opens < other_end and other_start < closes for other_start, other_end in seen):
            yield file.finding(
                (*at, "opens"),
                "these hours overlap with others of the day",
                "make one span of them",
            )
        seen.append((opens, closes))


def zone(file: RuleFile) -> Iterator[Finding]:
    """Check that the time zone exists."""
    zone = file.text("calendar", "zone")
    if zone is not None and zone not in _zones():
        yield file.finding(
            ("calendar", "zone"),
            f"there is no time zone {shown(zone)}",
            advice(zone, _zones()),
        )


def holidays(file: RuleFile) -> Iterator[Finding]:
    """Check that the country's or state's holidays are known."""
    code = file.text("calendar", "holidays")
    if code is None:
        return
    country, _, state = code.partition("-")
    known = _countries()
    if country not in known:
        do = advice(country, known)
        yield file.finding(("calendar", "holidays"), f"no holidays known for {shown(code)}", do)
    elif state and state not in known[country]:
        do = advice(state, known[country], none=f"write {country}")
        what = f"{country} has no state {shown(state)}"
        yield file.finding(("calendar", "holidays"), what, do)


@lru_cache(maxsize=1)
def _zones() -> Collection[str]:
    return frozenset(zoneinfo.available_timezones())


@lru_cache(maxsize=1)
def _countries() -> dict[str, list[str]]:
    return dict(library.list_supported_countries(include_aliases=False))
