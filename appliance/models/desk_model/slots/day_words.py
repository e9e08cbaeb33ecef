"""How days are named: weekdays, months, ordinals and counts, as patterns and as numbers."""

from __future__ import annotations

import re

from appliance.models.desk_model.slots import numbers

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]
_FAR = {
    **{word: number for number, word in enumerate(_ORDINALS, 1)},
    **{f"twenty-{word}": 20 + number for number, word in enumerate(_ORDINALS[:9], 1)},
    "thirtieth": 30,
    "thirty-first": 31,
}
WEEKDAY = (
    r"(?:mondays?|mon|tuesdays?|tues?|wednesdays?|weds?|thursdays?|thurs?|thu|fridays?|fri|"
    r"saturdays?|(?<!\bwe )(?<!\bi )(?<!they )(?<!were )(?<!be )sat|sundays?|sun)\b\.?"
)
MONTH = (
    r"(?:january|jan|february|feb|march|mar|april|apr|may|june|jun|july|jul|august|aug|"
    r"september|sept|sep|october|oct|november|nov|december|dec)\b\.?"
)
NTH = (
    r"(?:\d{1,2}(?:st|nd|rd|th)|(?:twenty|thirty)[ -](?:first|second|third|fourth|fifth|sixth|"
    r"seventh|eighth|ninth)|thirtieth|" + "|".join(reversed(_ORDINALS)) + ")"
)
COUNT = rf"(?:{numbers.NUMBER}|an?)"


def weekday(words: str) -> int:
    return _WEEKDAYS.index(words.lower()[:3])


def month(words: str) -> int:
    return _MONTHS.index(words.lower()[:3]) + 1


def nth(words: str) -> int:
    words = words.lower()
    if words[0].isdigit():
        return int(re.sub(r"\D", "", words))
    return _FAR[words.replace(" ", "-")]


def count(words: str) -> int:
    return 1 if words.lower() in {"a", "an"} else numbers.value(words)
