"""Time zones as customers name them: "3pm PST", "4 pm London time", "10:00 GMT+2"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_PACIFIC, _MOUNTAIN = "America/Los_Angeles", "America/Denver"
_CENTRAL, _EASTERN = "America/Chicago", "America/New_York"
SHORT = {
    **dict.fromkeys(("pst", "pdt"), _PACIFIC),
    **dict.fromkeys(("mst", "mdt"), _MOUNTAIN),
    **dict.fromkeys(("cst", "cdt"), _CENTRAL),
    **dict.fromkeys(("est", "edt"), _EASTERN),
    **dict.fromkeys(("gmt", "utc"), "UTC"),
    **dict.fromkeys(("cet", "cest"), "Europe/Berlin"),
    **dict.fromkeys(("eet", "eest"), "Europe/Athens"),
    "bst": "Europe/London",
    "jst": "Asia/Tokyo",
    **dict.fromkeys(("aest", "aedt"), "Australia/Sydney"),
}
"""Standard or summer time, the day decides: who says EST in July means New York's clock."""
_TWO_LETTERS = {"PT": _PACIFIC, "MT": _MOUNTAIN, "CT": _CENTRAL, "ET": _EASTERN}
_REGIONS = {
    **dict.fromkeys(("pacific", "california", "west coast", "san francisco"), _PACIFIC),
    "mountain": _MOUNTAIN,
    **dict.fromkeys(("central", "texas", "houston", "dallas"), _CENTRAL),
    **dict.fromkeys(("eastern", "east coast", "boston", "washington", "miami"), _EASTERN),
    **dict.fromkeys(("uk", "british", "english"), "Europe/London"),
    **dict.fromkeys(
        ("german", "germany", "central european", "munich", "hamburg"), "Europe/Berlin"
    ),
    **dict.fromkeys(("french", "france"), "Europe/Paris"),
    **dict.fromkeys(("india", "indian", "mumbai", "delhi", "bangalore"), "Asia/Kolkata"),
    **dict.fromkeys(("japan", "japanese"), "Asia/Tokyo"),
    "greenwich": "UTC",
}
_WHERE = r"(?P<place>[a-z]+(?:[ -][a-z]+){0,2}) (?:standard |daylight |summer )?time\b"
_OFFSET = re.compile(
    r"\b(?:gmt|utc)\s?(?P<sign>[+-])\s?(?P<h>1[0-4]|0?\d)(?::?(?P<m>[0-5]\d))?\b", re.I
)
_ABBREVIATED = re.compile(
    rf"\b(?:{'|'.join(map(str.upper, SHORT))})\b|(?<=\x00)\s*\(?\b(?:{'|'.join(_TWO_LETTERS)})\b"
)
_BESIDE = re.compile(
    rf"(?<=\x00)\s*\(?\b(?P<word>{'|'.join(SHORT)}|pacific|eastern|central|mountain)\b", re.I
)
_PLACE = re.compile(rf"\b{_WHERE}", re.I)
_THEIRS = re.compile(
    r"(?<=\x00)[\s,(]*(?:in )?(?:my|our) (?:local )?time(?: ?zone)?\b|"
    r"(?<=\x00)\s*\(?(?-i:[A-Z][a-z]+(?: [A-Z][a-z]+)?) time\b",
    re.I,
)
_AREAS = ("Africa", "America", "Asia", "Australia", "Europe")


@dataclass(frozen=True, slots=True)
class Named:
    """A zone named at [start, end) of the text; `zone` is None where nobody can tell which."""

    start: int
    end: int
    zone: tzinfo | None


def find(text: str) -> Named | None:
    """Find the zone that times are told in; times read already are covered in the text."""
    if match := _OFFSET.search(text):
        ahead = timedelta(hours=int(match["h"]), minutes=int(match["m"] or 0))
        zone = timezone(ahead if match["sign"] == "+" else -ahead)
        return Named(*match.span(), zone)
    for match in _PLACE.finditer(text):
        words = match["place"].lower().split()
        for place in range(len(words)):
            name = _places().get(" ".join(words[place:]))
            if name:
                before = len(" ".join(words[:place])) + bool(place)
                return Named(match.start() + before, match.end(), ZoneInfo(name))
    if match := _BESIDE.search(text):
        word = match["word"].lower()
        return Named(*match.span(), ZoneInfo(SHORT.get(word) or _REGIONS[word]))
    if match := _ABBREVIATED.search(text):
        word = match[0].strip(" (\t\x00")
        name = _TWO_LETTERS.get(word) or SHORT[word.lower()]
        return Named(*match.span(), ZoneInfo(name))
    if match := _THEIRS.search(text):
        return Named(*match.span(), None)
    return None


def here(at: str, on: date, there: tzinfo, now: datetime) -> str | None:
    """Give the time of day in the company's zone; None where it falls on another day."""
    told = datetime.combine(on, time.fromisoformat(at), tzinfo=there).astimezone(now.tzinfo)
    return told.strftime("%H:%M") if told.date() == on else None


@cache
def _places() -> dict[str, str]:
    """List cities with a zone of their own name, and other places people name."""
    cities = {
        name.partition("/")[2].replace("_", " ").lower(): name
        for name in available_timezones()
        if name.startswith(_AREAS) and name.count("/") == 1
    }
    return {**cities, **_REGIONS}
