"""Times of day: "3pm", "half past two", "noon", "around 3", read by the opening hours."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time

from appliance.models.desk_model.slots import numbers, zones
from appliance.models.desk_model.slots.found import Context, Found, Spans, Value, blanked

_HOUR = r"(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_MINUTE = (
    r"(?:[0-5]\d|thirty|fifteen|forty[ -]?five|forty|twenty(?:[ -]five)?|ten|fifty(?:[ -]five)?|"
    r"oh[ -]five|thirty[ -]five)"
)
_AP = (
    r"(?:\s*(?P<ap>[ap]\.?\s?m\b\.?|(?<=\d)[ap]\b|in the (?:morning|afternoon|evening)|at night|"
    r"o'?\s?clock(?: in the (?:morning|afternoon|evening))?))"
)
_LATER = re.compile(
    r"\b(?:later|earlier|another time|some ?time|any ?time|whenever|asap|as soon as possible|"
    r"earliest|soonest|first available|you (?:choose|pick|decide)|(?:don't|do not) (?:care|mind)|"
    r"flexible|whatever)\b",
    re.I,
)
_PART = re.compile(
    r"\b(?:(?:in the|this|early|late|mid|tomorrow|that|the|every|some ?time in the|an|a)\s*)*"
    r"(?P<part>mornings?|afternoons?|evenings?|lunch ?time|lunch|tonight|before noon|after work|"
    r"after lunch|first thing|end of (?:the )?day)\b",
    re.I,
)
_BOUND = re.compile(
    rf"\b(?:(?P<way>after|before|from|until|later than|earlier than|not before)\s+"
    rf"(?P<h>{_HOUR})(?::(?P<m>[0-5]\d))?{_AP}?(?:\s+(?:on(?!\s*[\w\x00])|onwards?|or later))?|"
    rf"between\s+(?P<h1>{_HOUR})(?::[0-5]\d)?\s*(?:[ap]\.?m\.?)?\s*(?:and|to|-)\s*"
    rf"(?P<h2>{_HOUR})(?::[0-5]\d)?\s*(?:[ap]\.?m\b\.?)?)(?![\w:])",
    re.I,
)

_NUMBERED = re.compile(
    r"\b(?:number|room|suite|train|bus|line|flight|gate|platform|visitor|invoice|order|ticket|"
    r"version|release)\s*#?$|"
    r"#\s*$",
    re.I,
)
_COUNTED_BACK = re.compile(r"\b(?:half|quarter|minutes?|five|ten|twenty|\d{1,2})\s+$", re.I)
_NO_GREETING = r"(?<!good )(?<!not in the )(?<!not this )(?<!^)\b"
_EARLY = re.compile(rf"{_NO_GREETING}(?:morning|breakfast)\b", re.I)
_LATE = re.compile(rf"{_NO_GREETING}(?:tonight|evening|night|afternoon|dinner)\b|^tonight\b", re.I)
_HALF_DAY = re.compile(r"\b(?:before|after|until) (?:noon|midday|lunch)\b", re.I)
_Reader = Callable[[re.Match[str], Spans], str | None]


def find(text: str, context: Context, *, day: date | None, asked: bool = False) -> list[Found]:
    """Find times; a part of the day or a range comes back as `vague` with its words as hint.

    A time of another zone is given in the company's; `zone` where it cannot be told.
    """
    found = _find(text, context, day=day, asked=asked)
    named = zones.find(blanked(text, found)) if found else None
    if named is None:
        return found
    own = [_here(one, named, context, day or context.today) for one in found]
    return sorted(
        [*own, replace(own[0], start=named.start, end=named.end)], key=lambda one: one.start
    )


def from_elsewhere(text: str, context: Context, *, day: date | None) -> set[Value]:
    """Give the times, as they are here, that the words tell in another zone."""
    told = find(text, context, day=day, asked=True)
    plain = _find(text, context, day=day, asked=True)
    return {one.value for one in told} - {one.value for one in plain}


def _here(one: Found, named: zones.Named, context: Context, on: date) -> Found:
    at = None
    if named.zone is not None and one.value is not None:
        at = zones.here(str(one.value), on, named.zone, context.now)
    return replace(one, value=at, trouble=None if at else "zone", hint="")


def _find(text: str, context: Context, *, day: date | None, asked: bool) -> list[Found]:
    spans = context.spans(day)
    match = _BOUND.search(text)
    if match and not _COUNTED_BACK.search(text[: match.start()]):
        return [Found(match.start(), match.end(), None, trouble="vague", hint=match[0].lower())]
    if match := _HALF_DAY.search(text):
        return [Found(match.start(), match.end(), None, trouble="vague", hint=_plain(match[0]))]
    found: list[Found] = []
    covered = text
    for pattern, reader in _READERS if not asked else (*_READERS, *_ASKED):
        for match in pattern.finditer(covered):
            value = reader(match, spans)
            if value is not None and not _NUMBERED.search(covered[: match.start()]):
                found.append(Found(match.start(), match.end(), value))
                hidden = "\x00" * (match.end() - match.start())
                covered = covered[: match.start()] + hidden + covered[match.end() :]
    if found:
        return sorted(found, key=lambda one: one.start)
    if match := _PART.search(text):
        return [
            Found(match.start(), match.end(), None, trouble="vague", hint=_plain(match["part"]))
        ]
    if asked and (match := _LATER.search(text)):
        return [Found(match.start(), match.end(), None, trouble="vague", hint="")]
    return []


def half_of_day(text: str) -> tuple[time, time] | None:
    """Give the half of the day the words speak of; a greeting or both halves tell nothing."""
    early, late = bool(_EARLY.search(text)), bool(_LATE.search(text))
    if early is late:
        return None
    return (time(0), time(12)) if early else (time(12), time(23, 59))


def fitting(hint: str, spans: Spans) -> tuple[int, int]:
    """Give the minutes of the day [from, to) that a vague hint means."""
    hint = hint.lower()
    if match := _BOUND.search(hint):
        if match["h1"]:
            return _minutes(match["h1"], spans), _minutes(match["h2"], spans) + 1
        edge = _bound_minutes(match, spans)
        before = match["way"].lower() in {"before", "until", "earlier than"}
        return (0, edge) if before else (edge, 1440)
    for word, bounds in _PARTS.items():
        if word in hint:
            return bounds
    return 0, 1440


_PARTS = {
    "morning": (0, 720),
    "before": (0, 720),
    "until": (0, 720),
    "after noon": (720, 1440),
    "after midday": (720, 1440),
    "first thing": (0, 660),
    "after lunch": (780, 1440),
    "lunch": (690, 840),
    "afternoon": (720, 1440),
    "end of": (900, 1440),
    "evening": (1020, 1440),
    "tonight": (1020, 1440),
    "after work": (1020, 1440),
}


def _plain(words: str) -> str:
    return " ".join(words.lower().split()).removesuffix("s")


def _number(words: str) -> int:
    words = words.lower()
    if words.startswith("oh"):
        return 5
    return numbers.value(words.replace("fortyfive", "forty-five"))


def _minutes(hour: str, spans: Spans) -> int:
    read = _read(_number(hour), 0, None, spans) or "00:00"
    return int(read[:2]) * 60 + int(read[3:])


def _bound_minutes(match: re.Match[str], spans: Spans) -> int:
    read = _read(_number(match["h"]), int(match["m"] or 0), match["ap"], spans) or "00:00"
    return int(read[:2]) * 60 + int(read[3:])


def _read(hour: int, minute: int, half: str | None, spans: Spans) -> str | None:
    """Give HH:MM. Without am or pm the reading inside the opening hours wins, then the daytime."""
    if not (0 <= hour <= 24 and 0 <= minute < 60):
        return None
    words = (half or "").lower().replace(".", "").replace(" ", "")
    if words.startswith("p") or "afternoon" in words or "evening" in words or "night" in words:
        hour = hour + 12 if hour < 12 else hour
    elif words.startswith("a") or "morning" in words:
        hour = hour % 12 if hour <= 12 else hour
    elif 1 <= hour <= 12:
        hour = _by_hours(hour, minute, spans)
    return f"{hour % 24:02d}:{minute:02d}"


def _by_hours(hour: int, minute: int, spans: Spans) -> int:
    readings = [hour % 12, hour % 12 + 12]
    for reading in readings:
        if any(opens <= time(reading, minute) < closes for opens, closes in spans):
            return reading
    for reading in readings:
        if 7 <= reading < 19:
            return reading
    return readings[1]


def _clock(m: re.Match[str], spans: Spans) -> str | None:
    groups = m.groupdict()
    minute = groups.get("m")
    return _read(_number(m["h"]), _number(minute) if minute else 0, groups.get("ap"), spans)


def _half_word(m: re.Match[str], spans: Spans) -> str | None:
    hour = _number(m["h"])
    words = m["p"].lower()
    minute = 30 if words.startswith("half") else 15 if "quarter" in words else _number(words)
    to = m["to"].lower() in {"to", "til", "till", "before", "of"}
    total = (hour * 60 - minute) % 720 if to else (hour * 60 + minute) % 720
    return _read(total // 60 or 12, total % 60, m.groupdict().get("ap"), spans)


def _half_two(m: re.Match[str], spans: Spans) -> str | None:
    return _read(_number(m["h"]), 30, None, spans)


def _noon(m: re.Match[str], _: Spans) -> str:
    return "00:00" if m[0].lower().endswith("midnight") else "12:00"


def _four_figures(m: re.Match[str], _: Spans) -> str | None:
    return _read(int(m["h"]), int(m["m"]), "hours", ((time(0), time(0)),))


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w$€£.:/@+-]){words}(?![\w%:/@]|\.\d)", re.I)


_NOT_A_UNIT = (
    r"(?!\s*(?:%|per ?cent|seats?|users?|people|licen[cs]es|persons?|days?|weeks?|months?|years?|"
    r"hours?\b|hrs?|min(?:ute)?s?|dollars|bucks|employees|members|of us|colleagues|times|plans?|"
    r"questions?|st\b|nd\b|rd\b|th\b|off\b|demos?|more|other|friends|guests|adults?|child|children|"
    r"kids?|will\b|are\b|total|tops?\b|heads))"
)
_READERS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (
        _pattern(
            rf"(?P<p>half|(?:a )?quarter|{numbers.WORD}|\d{{1,2}})(?:\s+minutes?)?\s+"
            rf"(?P<to>past|to|til|till|after|before)\s+(?P<h>{_HOUR}){_AP}?"
        ),
        _half_word,
    ),
    (_pattern(rf"half\s+(?P<h>{_HOUR})"), _half_two),
    (_pattern(rf"@?(?P<h>\d{{1,2}})[:.h](?P<m>[0-5]\d){_AP}?(?:\s*h(?:rs?|ours)?|-?ish)?"), _clock),
    (_pattern(rf"@?(?P<h>{_HOUR})(?P<m>\d\d)?{_AP}"), _clock),
    (_pattern(rf"(?P<h>{_HOUR})[ -](?P<m>{_MINUTE}){_AP}"), _clock),
    (
        _pattern(
            rf"(?:at|around|about|by|for|@)?\s*(?P<h>one|two|three|four|five|six|seven|eight|nine|"
            rf"ten|eleven|twelve)[ -](?P<m>thirty(?:[ -]five)?|fifteen|forty[ -]?five|oh[ -]five|"
            rf"fifty(?:[ -]five)?|forty|twenty(?:[ -]five)?){_NOT_A_UNIT}"
        ),
        _clock,
    ),
    (_pattern(r"(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d)\s*(?:h\b|hrs|hours)"), _four_figures),
    (_pattern(r"(?:at |\x00 )(?P<h>[01]\d|2[0-3])(?P<m>[0-5][05])"), _four_figures),
    (_pattern(r"(?P<h>[01]\d|2[0-3])(?P<m>[0-5][05])(?=(?: on)? \x00)"), _four_figures),
    (_pattern(r"(?:12\s+)?(?:noon|midday|midnight|mid-day)"), _noon),
    (_pattern(rf"(?P<h>{_HOUR})(?:-?ish)"), _clock),
    (
        _pattern(
            rf"(?:at|around|about|@|do|try|make it|make that|let'?s (?:do|say)|change (?:it|that) "
            rf"to|"
            rf"move (?:it|that) to|say|circa|approximately|approx|at like|(?:to|for|at) about|"
            rf"(?:to|for|at) around|\x00,?|\x00 at|\x00 for)\s*"
            rf"(?P<h>{_HOUR})(?:[:.](?P<m>[0-5]\d))?{_NOT_A_UNIT}"
        ),
        _clock,
    ),
    (
        _pattern(
            rf"(?:how about|what about|instead of \w+,?|rather|prefer|to|by|"
            rf"or)\s*(?P<h>{_HOUR}){_NOT_A_UNIT}"
        ),
        _clock,
    ),
)
_ASKED: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (_pattern(r"(?P<h>[01]?\d|2[0-3])(?P<m>[0-5]\d)"), _clock),
    (_pattern(r"(?P<h>[01]?\d|2[0-3])\s?(?:h|hrs?)"), _clock),
    (_pattern(rf"(?P<h>{_HOUR}){_NOT_A_UNIT}"), _clock),
)
