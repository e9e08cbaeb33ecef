"""Opening hours: now, on a day, at a time ("are you open at 8 pm on Friday?"), or the week's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta

from appliance.config.model import BotConfig, Span
from appliance.models.desk_model import wording
from appliance.models.desk_model.slots import days, periods, times
from appliance.models.desk_model.slots.found import Context, Found, Spans, blanked
from appliance.models.desk_model.turn import Turn

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NOW = re.compile(r"\b(?:now|right now|currently|at the moment|still open)\b", re.I)
_WEEKEND = re.compile(r"\bweek-?ends?\b", re.I)
_GREETING = re.compile(r"\bgood (?:morning|afternoon|evening|day|night)\b", re.I)
_UNTIL = re.compile(r"\b(?:un)?till?\b", re.I)
_PAST = re.compile(r"(?<=\bopen )(?:past|beyond)\b|(?<=\bthere )(?:past|beyond)\b", re.I)
_ASKS_WHICH = re.compile(r"\b(?:when|what|what's|which|how|who|where|why)\b", re.I)
_ALL_DAY = re.compile(
    r"\b(?:24\s*/\s*7|24[ -]?h(?:ou)?rs?|24h|twenty[ -]four hours|(?:round|around) the clock|"
    r"day and night|all (?:night|day and night)|(?<!\bin )(?<!\bnext )(?:seven|7) days(?: a week)?)"
    r"(?!\w)",
    re.I,
)
_OTHER_THAN_DOORS = re.compile(
    r"\b(?:uptime|use|software|app|answer|respond|reply|works?|in 24|within)\b", re.I
)
_OF_DOORS = re.compile(
    r"\b(?:open(?:s|ing)?|clos(?:e[ds]?|ing)|shut|there|hours|reach\w*|call|phone|ring|come|visit|"
    r"drop|stop by|available|anybody|anyone|somebody|someone|in (?:at|on)|still|office|"
    r"pick up|24)\b",
    re.I,
)
_WORD = re.compile(r"[^\W\d_]{3,}")
_DAYS_ONLY = re.compile(r"^\W*(?:seven|7) days", re.I)
_GAP = r"[^\w\x00]*"
_BETWEEN = re.compile(
    rf"\b(?:between|from){_GAP}\x00+{_GAP}(?:and|to|until|through|-){_GAP}\x00+", re.I
)
_CLOSED = re.compile(r"\b(?:closed|shut)\b", re.I)
_CLOSES = re.compile(r"\bclos(?:e|es|ing)\b", re.I)
_OPENS = re.compile(
    r"\b(?:do|does|will) (?:you|they|it|(?:the|your) \w+) opens? (?:up )?at\b", re.I
)
_PART = re.compile(r"\b(?:morning|afternoon|evening|tonight)\b", re.I)
_AN_HOUR = 60
_LONGEST = 21
"""Days of a stretch that is told day by day."""


def told(text: str, *, config: BotConfig, turn: Turn, context: Context) -> str:
    """Answer about opening hours: now, a time, a day, several days, or the week."""
    plain = _PAST.sub("after", _UNTIL.sub("until", _GREETING.sub(" ", text)))
    always = _ALL_DAY.search(plain)
    if always and not _OTHER_THAN_DOORS.search(plain):
        return f"{_always(always[0], config)} {_usually(config, turn)}"
    found = [one for one in days.find(plain, context) if one.value is not None]
    on = [date.fromisoformat(str(one.value)) for one in found[:3]]
    if not on and (period := _period(plain, turn, context)):
        return " ".join(_stretch(*period, config, turn))
    hidden = _hidden(plain, found)
    if len(on) == 2 and _BETWEEN.search(hidden) and 1 < (on[1] - on[0]).days < _LONGEST:
        return " ".join(_stretch(on[0], on[1], config, turn))
    asked = _asked(hidden, on, context)
    if asked and (_OF_DOORS.search(plain) or not _WORD.search(blanked(hidden, [asked]))):
        return _at(asked, plain, on, config, turn)
    lines = [_on(one, config, turn, yes=not _ASKS_WHICH.search(text)) for one in on]
    if not found and _NOW.search(text):
        lines.append(_now(turn))
    if _WEEKEND.search(text) and not found:
        lines += [_on(_coming(turn.today, weekday), config, turn) for weekday in (5, 6)]
    if not lines or (found and not re.search(r"\btoday\b", text, re.I) and len(found) < 2):
        lines.append(_usually(config, turn))
    return " ".join(dict.fromkeys(lines))


def _period(text: str, turn: Turn, context: Context) -> tuple[date, date] | None:
    """Find a week or a few days that are asked about, short enough to be told day by day."""
    for one in days.find(text, context):
        found = periods.span(one.hint, turn.today) if one.hint else None
        if found and (found[1] - found[0]).days < _LONGEST:
            return found
    return None


def spans(given: Sequence[tuple[time, time]]) -> str:
    """Word opening hours: from 9:00 am to 5:00 pm."""
    return wording.listed(
        [f"from {wording.clock(opens)} to {wording.clock(closes)}" for opens, closes in given],
        "and",
    )


def _always(words: str, config: BotConfig) -> str:
    """Say whether the doors are open every day, and day and night where that is asked."""
    week = [_usual(config, weekday) for weekday in range(7)]
    daily = all(week)
    whole = daily and all(_length(given) >= 24 * _AN_HOUR - 1 for given in week)
    return "Yes." if (daily if _DAYS_ONLY.search(words) else whole) else "No."


def _length(given: Spans) -> int:
    return sum(_minutes(closes) - _minutes(opens) for opens, closes in given)


def _hidden(text: str, found: Sequence[Found]) -> str:
    """Cover the days; the part of the day that one of them names stays: "this evening"."""
    parts = [_PART.search(text[one.start : one.end]) for one in found]
    kept = [f" in the {part[0]}" for part in parts if part]
    return blanked(text, found) + "".join(kept)


def _asked(hidden: str, on: Sequence[date], context: Context) -> Found | None:
    """Find the one time of day that a yes or a no is wanted for."""
    if _ASKS_WHICH.search(hidden):
        return None
    day = on[0] if on else None
    half = times.half_of_day(hidden)
    at = times.find(hidden, replace(context, half=half), day=day)
    if len(at) != 1:
        return None
    others = times.find(blanked(hidden, at), context, day=day, asked=True)
    return at[0] if not any(one.value for one in others) else None


def _at(asked: Found, text: str, on: Sequence[date], config: BotConfig, turn: Turn) -> str:
    """Say yes or no to a time, and the hours it rests on."""
    usual = [given for weekday in range(7) if (given := _usual(config, weekday))]
    told = {_answer(asked, text, given) for given in (_known(o, config, turn) for o in on)}
    if not on:
        told = {_answer(asked, text, given) for given in usual}
    today = _known(turn.today, config, turn)
    is_special = not on and list(today) != _usual(config, turn.today.weekday())
    if is_special:
        told.add(_answer(asked, text, today))
    lines = [wording.hours_on(wording.day(o), spans(_known(o, config, turn))) for o in on]
    if is_special:
        lines.append(wording.hours_on(wording.day(turn.today), spans(today)))
    if not on:
        lines.append(_usually(config, turn))
    verdict = told.pop() if len(told) == 1 else None
    if verdict is None:
        return " ".join(dict.fromkeys(lines))
    if _CLOSED.search(text):
        lines.insert(0, wording.CLOSED_THEN if verdict else wording.OPEN_THEN)
        return " ".join(lines)
    return wording.answered(lines, yes=verdict)


def _answer(asked: Found, text: str, given: Spans) -> bool | None:
    """Tell whether the hours of one day say yes to what is asked; None where neither is fair."""
    if asked.value is None:
        inside = _within(asked.hint, given)
        return not inside if _CLOSED.search(text) else inside
    at = _minutes(time.fromisoformat(str(asked.value)))
    opens = [_minutes(one) for one, _ in given]
    closes = [_minutes(one) for _, one in given]
    inside = any(one <= at < other for one, other in zip(opens, closes, strict=True))
    if _CLOSED.search(text):
        return not inside
    if _CLOSES.search(text):
        return at in closes
    if _OPENS.search(text) and inside and at not in opens:
        return None
    return inside


def _within(hint: str, given: Spans) -> bool:
    """Tell whether the doors are open "until 6", "after 5", "between 1 and 2", in the evening."""
    begins, ends = times.fitting(hint, given)
    pairs = [(_minutes(opens), _minutes(closes)) for opens, closes in given]
    match hint.split(maxsplit=1)[0]:
        case "until" if begins == 0:
            return any(opens < ends <= closes for opens, closes in pairs)
        case "from":
            return any(opens <= begins < closes for opens, closes in pairs)
        case "between":
            return any(opens <= begins and ends - 1 <= closes for opens, closes in pairs)
        case "after" | "later":
            return any(closes > begins for _, closes in pairs)
        case "before" | "earlier" | "not":
            return any(opens < ends for opens, _ in pairs)
    return any(min(ends, closes) - max(begins, opens) >= _AN_HOUR for opens, closes in pairs)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _stretch(first: date, last: date, config: BotConfig, turn: Turn) -> list[str]:
    """Word every day from the first to the last, days in a row with the same hours together."""
    runs: list[tuple[date, date, str]] = []
    for offset in range((last - first).days + 1):
        on = first + timedelta(days=offset)
        worded = spans(_known(on, config, turn))
        if runs and runs[-1][2] == worded:
            runs[-1] = (runs[-1][0], on, worded)
        else:
            runs.append((on, on, worded))
    return [
        wording.hours_on(wording.day(begins), worded)
        if begins == ends
        else wording.hours_from(wording.day(begins), wording.day(ends), worded)
        for begins, ends, worded in runs
    ]


def _known(on: date, config: BotConfig, turn: Turn) -> Spans:
    known = turn.open_days.get(on)
    return known if known is not None else _usual(config, on.weekday())


def _on(on: date, config: BotConfig, turn: Turn, *, yes: bool = True) -> str:
    given = _known(on, config, turn)
    worded = wording.hours_on(wording.day(on), spans(given))
    if on != turn.today:
        return worded
    if turn.open_now:
        return f"{wording.OPEN_NOW} {worded}" if yes else worded
    is_over = given and turn.now.time() >= given[-1][1]
    return f"{wording.CLOSED_NOW} {worded}" if is_over else worded


def _now(turn: Turn) -> str:
    if turn.open_now:
        today = turn.open_days.get(turn.today, ())
        return f"{wording.OPEN_NOW} {wording.hours_on(wording.day(turn.today), spans(today))}"
    for on in turn.next_open(most=2):
        opens = next(
            (o for o, _ in turn.open_days[on] if on > turn.today or o > turn.now.time()), None
        )
        if opens is not None:
            again = wording.opens_next(wording.day(on), wording.clock(opens))
            return f"{wording.CLOSED_NOW} {again}"
    return wording.CLOSED_NOW


def _coming(today: date, weekday: int) -> date:
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _usual(config: BotConfig, weekday: int) -> list[tuple[time, time]]:
    given: list[Span] = getattr(config.calendar.week, _WEEK[weekday])
    return [(span.opens, span.closes) for span in given]


def _usually(config: BotConfig, turn: Turn) -> str:
    return wording.usual_hours(_week(config), wording.city(turn.zone))


def _week(config: BotConfig) -> list[str]:
    """Word the week, days with the same hours together: Monday to Friday from ... to ..."""
    runs: list[tuple[int, int, str]] = []
    for weekday in range(7):
        worded = spans(_usual(config, weekday))
        if runs and runs[-1][2] == worded:
            runs[-1] = (runs[-1][0], weekday, worded)
        else:
            runs.append((weekday, weekday, worded))
    return [
        f"{wording.weekday(first)}{'' if first == last else f' to {wording.weekday(last)}'} "
        f"{worded}"
        for first, last, worded in runs
        if worded
    ]
