"""What a marked span of RESTAURANTS-8K means, read by other means than the product's own.

A span may mean more than one value: "next friday" is the coming one or the one after, "7" is in
the morning or in the evening. What these rules cannot read counts as itself, so that no reading
of the product agrees with it.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from itertools import pairwise

import dateparser

_SMALL = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen twenty
"""
_WORDS = {word: number for number, word in enumerate(_SMALL.split())}
_WORDS |= {"thirty": 30, "forty": 40, "fifty": 50, "couple": 2, "half": 30, "quarter": 15}
_UNITS = frozenset(_SMALL.split()[1:10])
_ONES = re.compile(
    r"\b(?:me|myself|i|alone)\b|\b(?:my|his|her|their|a) "
    r"(?!couple|two|three|four|five|six|seven|eight|nine|ten)(?:lady )?[a-z]+(?<!s)\b"
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def people(span: str) -> frozenset[str]:
    """Add the numbers of a span and those it counts without a number: "me and two friends"."""
    words = span.lower()
    total = sum(_numbers(words)) + len(_ONES.findall(words))
    return frozenset({str(total)} if total else {words})


def times(span: str) -> frozenset[str]:
    """Read a time; without am or pm it is one of two."""
    words = span.lower().strip(" .,")
    if re.search(r"\b(?:noon|midday)\b", words):
        return frozenset({"12:00"})
    if re.search(r"\bmidnight\b", words):
        return frozenset({"00:00"})
    numbers = _numbers(words)
    if not numbers:
        return frozenset({words})
    if len(numbers) == 1 and numbers[0] > 99:
        numbers = [numbers[0] // 100, numbers[0] % 100]
    hour, minute = numbers[0], numbers[1] if len(numbers) > 1 else 0
    if len(numbers) > 1 and re.search(r"\b(?:past|after)\b", words):
        hour, minute = numbers[1], numbers[0]
    elif len(numbers) > 1 and re.search(r"\b(?:to|til|till|before|of)\b", words):
        hour, minute = (numbers[1] - 1) % 24, 60 - numbers[0]
    if not (0 <= hour <= 24 and 0 <= minute < 60):
        return frozenset({words})
    return frozenset(f"{h % 24:02d}:{minute:02d}" for h in _hours(hour, words))


def _hours(hour: int, words: str) -> list[int]:
    if re.search(r"\d ?p\.?\s?m?\b|p\.?m\b|evening|night|afternoon", words) and hour <= 12:
        return [hour % 12 + 12]
    if re.search(r"a\.?m\b|morning", words) and hour <= 12:
        return [hour % 12]
    return [hour % 12, hour % 12 + 12] if hour <= 12 else [hour]


def days(span: str, now: datetime) -> frozenset[str]:
    """Read a date; "next friday" may be the coming one, "this friday" only that."""
    words = re.sub(r"\b(?:evening|night|morning|afternoon)\b", "", span.lower()).strip(" .,")
    words = re.sub(r"^(?:on|for)\s+|\bthe\b|\bof\b", " ", words)
    words = " ".join(words.split())
    if span.lower().strip(" .,") in {"tonight", "this evening", "this afternoon", "this morning"}:
        words = "today"
    if match := re.fullmatch(
        r"(?:(this|next|coming|this coming) )?([a-z]+?)s?( next week)?", words
    ):
        named = [n for n, day in enumerate(_DAYS) if day.startswith(match[2]) and len(match[2]) > 2]
        if named:
            return _weekdays(now.date(), named[0], match[1] or "", later=bool(match[3]))
    if match := re.fullmatch(r"(?:in )?(\w+) (day|week)s?(?: from (?:now|today))?", words):
        ahead = sum(_numbers(match[1])) or int(match[1] in {"a", "an"})
        if ahead:
            on = now.date() + timedelta(days=ahead * (7 if match[2] == "week" else 1))
            return frozenset({on.isoformat()})
    if match := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)", words):
        coming = (now.date() + timedelta(days=n) for n in range(62))
        return frozenset({next(on for on in coming if on.day == int(match[1])).isoformat()})
    plain = re.sub(rf"\b(?:{'|'.join(f'{day}|{day[:3]}' for day in _DAYS)})\b,?", " ", words)
    plain = " ".join(re.sub(r"\bon\b", " ", plain).split()).strip(" ,")
    read = dateparser.parse(
        plain or words,
        languages=["en"],
        settings={"RELATIVE_BASE": now.replace(tzinfo=None), "PREFER_DATES_FROM": "future"},
    )
    return frozenset({read.date().isoformat() if read else words})


def _weekdays(today: date, weekday: int, which: str, *, later: bool) -> frozenset[str]:
    coming = today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    in_next_week = today + timedelta(days=7 - today.weekday() + weekday)
    if later:
        return frozenset({in_next_week.isoformat()})
    if which == "next":
        return frozenset({coming.isoformat(), in_next_week.isoformat()})
    if which == "this" and today.weekday() == weekday:
        return frozenset({coming.isoformat(), today.isoformat()})
    return frozenset({coming.isoformat()})


def _numbers(words: str) -> list[int]:
    """Read figures and number words in order; "twenty five" is one number."""
    found = [
        (int(one) if one.isdigit() else _WORDS[one], one)
        for one in re.findall(r"\d+|[a-z]+", words)
        if one.isdigit() or one in _WORDS
    ]
    joined: list[int] = [number for number, _ in found[:1]]
    for (_, before), (number, word) in pairwise(found):
        if before in {"twenty", "thirty", "forty", "fifty"} and word in _UNITS:
            joined[-1] += number
        else:
            joined.append(number)
    return joined
