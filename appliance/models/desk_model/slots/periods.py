"""Periods, no days yet: "next week", "at the end of the month", "in December", "after ..."."""

from __future__ import annotations

import re
from datetime import date, timedelta

from appliance.models.desk_model.slots import day_words
from appliance.models.desk_model.slots.day_words import COUNT, MONTH

_PART = (
    r"(?:(?:(?:at|by|towards?) )?(?:the )?(?:very )?(?:beginning|start|middle|end) of|"
    r"early(?: in)?|late(?:r)?(?: in)?|mid)"
)
_SOME = r"(?:some ?time|any ?time)"
WORDS = (
    rf"(?:(?:(?:{_PART}|{_SOME})[ -]*)?(?:in\s+)?(?:this|next|the(?: (?:following|coming))?)\s+"
    rf"(?:week ?end|week|month)(?!\s+(?:of|before|after|from)\b)(?:\s+after(?: that)?)?|"
    rf"(?:beginning|start|middle|end) of (?:week|month)|"
    rf"(?:{_PART} (?:the |this |next )?|(?:early |late )?next )year|"
    rf"(?:{_PART}[ -]*|(?:{_SOME} )?(?:in|during) (?:early |late |mid[ -]?)?)"
    rf"(?:this |next )?{MONTH}(?!\s*\d)|next {MONTH}(?!\s*\d)|"
    rf"in\s+{COUNT}\s+months?(?:'? time)?|{COUNT}\s+months?\s+from\s+(?:now|today)|"
    r"the week after|(?:in|within) (?:(?:a few|some|a couple of|several)|"
    r"the (?:next|coming)(?: few| couple of)?) (?:days|weeks)|(?:any|some) ?day)"
)
"""What names a period; its bounds are told by `span`, its name in a question by `worded`."""
_BOUND = re.compile(r"(after|before|until|from) (\d{4}-\d\d-\d\d)(?: to (\d{4}-\d\d-\d\d))?")
_FURTHEST = timedelta(days=3653)
_DAY = timedelta(days=1)


def bound(way: str, day: date, last: date | None = None) -> str:
    """Give the period on one side of a day, or from it to another."""
    return f"{way} {day.isoformat()}" + (f" to {last.isoformat()}" if last else "")


def bounds(period: str) -> tuple[str, date, date | None] | None:
    """Take apart what `bound` gave; None for a period in the customer's words."""
    if match := _BOUND.fullmatch(period):
        last = date.fromisoformat(match[3]) if match[3] else None
        return match[1], date.fromisoformat(match[2]), last
    return None


def span(period: str, today: date) -> tuple[date, date] | None:
    """Give the first and the last day of a period, from today on; None where it tells neither."""
    first, last = _bounded(period, today) or _named(period.lower(), today) or (None, None)
    if first is None or last is None or last < today:
        return None
    return max(first, today), last


def worded(period: str) -> str:
    """Word a period for a question: "which day at the end of the month would suit you?"."""
    words = re.sub(rf"^{_SOME}\s+|^at (?=the )", "", period.lower())
    if re.fullmatch(r"(?:any|some) ?day|", words):
        return ""
    words = re.sub(rf"\b{MONTH}", lambda match: match[0].capitalize(), words, flags=re.I)
    if re.match(r"(?:by |towards? )?(?:the )?(?:very )?(?:beginning|start|middle|end) of", words):
        words = re.sub(r"^(?:by |towards? )?(?:the )?", "at the ", words)
        return re.sub(r" of (?=(?:week|month|year)\b)", " of the ", words)
    if match := re.fullmatch(r"the (week ?end|week|month)", words):
        return f"this {match[1]}"
    return re.sub(r"^(?=(?:early|late|mid)\b[ -](?:in )?[A-Z])", "in ", words)


def _bounded(period: str, today: date) -> tuple[date, date] | None:
    read = bounds(period)
    if read is None:
        return None
    way, day, last = read
    furthest = max(day, today) + _FURTHEST
    return {
        "after": (day + _DAY, furthest),
        "from": (day, last or furthest),
        "before": (today, day - _DAY),
        "until": (today, day),
    }[way]


def _named(words: str, today: date) -> tuple[date, date] | None:
    coming = bool(re.search(r"\b(?:next|following|coming|week after)\b", words))
    if match := re.search(rf"({COUNT})\s+months?\b", words):
        months = day_words.count(match[1])
        about = _months_on(today, min(months, 120))
        return about - 3 * _DAY, about + 10 * _DAY
    if re.search(r"\b(?:days|weeks)\b", words):
        step = _DAY if "days" in words else 7 * _DAY
        few = not re.search(r"\bthe (?:next|coming)\b", words)
        return today + (2 if few else 1) * step, today + (7 if "days" in words else 4) * step
    monday = today - today.weekday() * _DAY + (7 * _DAY if coming else timedelta())
    if re.search(r"week ?end", words):
        return monday + 5 * _DAY, monday + 6 * _DAY
    if "week" in words:
        return _part(words, monday, monday + 6 * _DAY)
    if "year" in words:
        first = date(today.year + int(coming), 1, 1)
        return _part(words, first, date(first.year, 12, 31))
    if match := re.search(rf"\b{MONTH}", words):
        month = day_words.month(match[0])
        first = date(today.year + int(month < today.month), month, 1)
    elif "month" in words:
        first = _months_on(today.replace(day=1), int(coming))
    else:
        return None
    return _part(words, first, _months_on(first, 1) - _DAY)


def _part(words: str, first: date, last: date) -> tuple[date, date]:
    """Give the part of a period that is spoken of; a week is over on Friday."""
    days = (last - first).days + 1
    early, mid, late = (2, 3, 5) if days == 7 else (days // 3, 2 * (days // 3), days)
    if re.search(r"\b(?:early|beginning|start)\b", words):
        return first, first + (early - 1) * _DAY
    if re.search(r"\b(?:mid|middle)\b", words):
        return first + early * _DAY, first + (mid - 1) * _DAY
    if re.search(r"\bend of\b", words) and days > 7:
        return last - 6 * _DAY, last
    if re.search(r"\b(?:late|later|end of)\b", words):
        return first + mid * _DAY, first + (late - 1) * _DAY
    return first, last


def _months_on(day: date, months: int) -> date:
    """Give the same day so many months on, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(first + (day.day - 1) * _DAY, following - _DAY)
