"""Days: "thursday", "tomorrow", "the 20th", "Nov 20", "a week from Monday", "Christmas Eve"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice, pairwise

from appliance.models.desk_model.slots import day_words, periods
from appliance.models.desk_model.slots.day_words import COUNT, MONTH, NTH, WEEKDAY
from appliance.models.desk_model.slots.found import Context, Found

_YEAR = r"(?:,?\s+(?P<y>20\d\d))?"

_FURTHEST = 3653
_MOST_LEADS = 8
"""Words like "after" that are followed up in a message: each costs time, nobody means more."""
_OPEN = re.compile(
    r"\b(?:any ?time|some ?time|whenever|asap|as soon as possible|soon|earliest|soonest|"
    r"first available|you (?:choose|pick|decide)|(?:don't|do not) (?:care|mind)|flexible|"
    r"whatever|later)\b",
    re.I,
)
_Read = date | str | tuple[date, date]
"""A day, the words of a period, or two days of which one is meant."""
_Reader = Callable[[re.Match[str], Context], _Read | None]


def find(text: str, context: Context, *, asked: bool = False) -> list[Found]:
    """Find days, best reading first; `past`, `vague` and doubtful ones come without a value."""
    found: list[Found] = []
    weekdays: dict[int, int] = {}
    in_week: set[int] = set()
    covered = _PAST.sub(lambda match: "\x00" * len(match[0]), text)
    for start, end, told in _related(covered, context):
        found.append(_found(start, end, told, context))
        covered = _cover(covered, start, end)
    for name, day in _by_length(context.named_days):
        if holiday := re.search(rf"\b{re.escape(name)}\b", covered, re.I):
            found.append(_found(*holiday.span(), day, context))
            covered = _cover(covered, *holiday.span())
    for pattern, reader in _READERS:
        for match in pattern.finditer(covered):
            read = reader(match, context)
            if read is not None:
                found.append(_found(*match.span(), read, context))
                covered = _cover(covered, *match.span())
                if reader is _plain_weekday:
                    weekdays[match.start()] = day_words.weekday(match["d"])
                elif reader is _in_week:
                    in_week.add(match.start())
    if not found and asked:
        return _when_asked(text, context)
    # A weekday beside the date it belongs to tells nothing new: "August 26, on Sunday".
    dated = {_day(one).weekday() for one in found if one.value and one.start not in weekdays}
    found = [one for one in found if weekdays.get(one.start) not in dated]
    found = sorted(found, key=lambda one: one.start)
    bare = {start: n for start, n in weekdays.items() if re.match(WEEKDAY, text[start:], re.I)}
    return _in_period(text, _in_same_week(text, found, bare, in_week), bare, context)


def _by_length(named: Mapping[str, date]) -> list[tuple[str, date]]:
    return sorted(named.items(), key=lambda one: -len(one[0]))


def _in_same_week(
    text: str, found: list[Found], bare: Mapping[int, int], in_week: Set[int]
) -> list[Found]:
    """Put a bare weekday into the week told beside it: "tuesday or wednesday next week"."""
    result = list(found)
    for place, (one, other) in enumerate(pairwise(found)):
        if not re.fullmatch(r"[\s,]*(?:or|and)?\s*", text[one.end : other.start]):
            continue
        for at, day, told in ((place, one, other), (place + 1, other, one)):
            if day.start in bare and told.start in in_week and told.value:
                on = _monday(_day(told)) + timedelta(days=bare[day.start])
                result[at] = replace(day, value=on.isoformat(), trouble=None)
    return result


def _in_period(
    text: str, found: list[Found], bare: Mapping[int, int], context: Context
) -> list[Found]:
    """Put bare weekdays into the period beside one: "on a friday, at the end of next month"."""
    for one, other in pairwise(found):
        day, period = (one, other) if one.start in bare else (other, one)
        bounds = periods.span(period.hint, context.today) if period.trouble == "vague" else None
        if day.start not in bare or not bounds or not _JOINT.fullmatch(text[one.end : other.start]):
            continue
        eve = bounds[0] - timedelta(days=1)
        moved = {start: _next(eve, weekday).isoformat() for start, weekday in bare.items()}
        whole = replace(day, value=moved[day.start], trouble=None, start=one.start, end=other.end)
        kept = [replace(each, value=moved.get(each.start, each.value)) for each in found]
        return [whole if each.start == day.start else each for each in kept if each != period]
    return found


_JOINT = re.compile(r"\W*(?:(?:on|an?|some|in|at|maybe|perhaps|ideally|preferably)\W+)*", re.I)
_PAST = re.compile(
    r"(?<!if )\b(?:i|we) (?:(?:was|were) (?:there|here|in\b|at\b|with\b|away|ill|sick|"
    r"on the (?:phone|line|call))|(?:already )?(?:called|rang|phoned|visited|came|met|spoke|talked|"
    r"attended|saw|tried|wrote (?:to )?you|"
    r"(?:had|did) (?:an?|my|our|the) (?:\w+ )?(?:demo|call|meeting|appointment|chat)))"
    r"[^,.;!?]*?(?=[,.;!?]|\b(?:and|but|so)\b|$)",
    re.I,
)
"""What was done names no day to come: "I was there on friday, can I have a demo next wednesday"."""
_LEAD = re.compile(
    rf"(?<![\w\x00])(?:(?P<not>not )?(?:any ?(?:day|time) |some ?(?:time|day) )?"
    rf"(?P<bound>(?:in |during )?(?:the )?week (?:of|commencing|beginning|starting)|"
    rf"after|before|until|till?|through|later than|earlier than|starting(?: from)?|from)|"
    rf"(?:on )?(?:the )?(?:(?P<d>{WEEKDAY})|(?:(?P<n>{COUNT}) )?(?P<u>days?|weeks?)) "
    rf"(?P<way>after|before)) ",
    re.I,
)
_AWAY = re.compile(
    r"\b(?:full|busy|away|out|off|booked|travell?ing|abroad|holidays?|vacation|leave|unavailable|"
    r"closed|tied up|swamped|sick|ill|not (?:free|available|here|back|around|in)|can'?t|cannot|"
    r"won'?t)\b"
    r"[^.;!?]*$",
    re.I,
)


_A_DAY_BEFORE = re.compile(
    rf"(?:{WEEKDAY}|{MONTH}|{NTH}|\d|\b(?:today|tomorrow|now))[\W\x00]*$", re.I
)


def _related(text: str, context: Context) -> Iterator[tuple[int, int, date | str]]:
    """Read days told by another one: "the friday after thanksgiving"; a bound alone is no day."""
    done = 0
    for lead in islice(_LEAD.finditer(text), _MOST_LEADS):
        anchor = _anchor(text, lead.end(), context) if lead.start() >= done else None
        if anchor is None:
            continue
        if lead["bound"] and _A_DAY_BEFORE.search(text[: lead.start()]):
            continue  # "from the 3rd until the 7th" is a range, and its days are read
        done, on = anchor
        if lead["bound"]:
            onward = re.match(r" (?:on|onwards?|forward)\b", text[done:])
            read: date | str | None = _bound(lead, on, text[: lead.start()], onward=bool(onward))
        else:
            read = _beyond(lead, on)
        if read is not None:
            yield lead.start(), done, read


def _anchor(text: str, start: int, context: Context) -> tuple[int, date] | None:
    """Give the end and the day of what stands at a place."""
    for name, day in _by_length(context.named_days):
        if holiday := re.compile(rf"(?:the )?{re.escape(name)}\b", re.I).match(text, start):
            return holiday.end(), day
    for pattern, reader in _READERS:
        if match := pattern.match(text, start):
            read = reader(match, context)
            if isinstance(read, date):
                return match.end(), read
    return None


def _beyond(lead: re.Match[str], on: date) -> date | str | None:
    """Give the weekday, or so many days, before or after a day."""
    before = lead["way"].lower() == "before"
    if lead["d"]:
        weekday = day_words.weekday(lead["d"])
        return _next(on - timedelta(days=8), weekday) if before else _next(on, weekday)
    weeks = lead["u"].lower().startswith("week")
    if weeks and not lead["n"]:
        first = _monday(on) + timedelta(days=-7 if before else 7)
        return periods.bound("from", first, first + timedelta(days=6))
    step = (day_words.count(lead["n"]) if lead["n"] else 1) * (7 if weeks else 1)
    return _ahead(on, -step if before else step)


def _bound(lead: re.Match[str], on: date, before: str, *, onward: bool) -> str | None:
    """Give the days on one side of a day; who is away until Thursday comes after it."""
    way = lead["bound"].lower()
    sense = {"before": "before", "earlier than": "before", "after": "after", "later than": "after"}
    side = sense.get(way, "until")
    if "week" in way:
        return periods.bound("from", _monday(on), _monday(on) + timedelta(days=6))
    if way.startswith(("from", "starting")):
        return periods.bound("from", on) if onward or way != "from" else None
    if lead["not"]:
        side = {"before": "from", "after": "until"}.get(side, "from")
    elif _AWAY.search(before):
        side = {"before": "from", "after": "until"}.get(side, "after")
    return periods.bound(side, on)


def _day(one: Found) -> date:
    return date.fromisoformat(str(one.value))


def _when_asked(text: str, context: Context) -> list[Found]:
    """Read what only an answer to "which day?" can mean: "any", "20"."""
    if vague := _OPEN.search(text):
        return [Found(vague.start(), vague.end(), None, trouble="vague", hint="")]
    if bare := re.fullmatch(r"\W*(?:the\s+)?(\d{1,2})\W*", text):
        read = _day_of_month(int(bare[1]), _since(context))
        return [_found(*bare.span(), read, context)] if read else []
    if month := re.fullmatch(rf"\W*{MONTH}\W*", text, re.I):
        return [_found(*month.span(), f"in {text.strip(' .,!?')}", context)]
    return []


def _found(start: int, end: int, read: _Read, context: Context) -> Found:
    if isinstance(read, str):
        return Found(start, end, None, trouble="vague", hint=read)
    if isinstance(read, tuple):
        hint = " ".join(day.isoformat() for day in sorted(read))
        return Found(start, end, None, trouble="several", hint=hint)
    if read < context.today:
        return Found(start, end, None, trouble="past")
    return Found(start, end, read.isoformat())


def _cover(text: str, start: int, end: int) -> str:
    return text[:start] + "\x00" * (end - start) + text[end:]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _coming(today: date, month: int, day: int, year: str | None) -> date | None:
    """Give the day of the year named, else the next one to come."""
    if year:
        return _make(int(year), month, day)
    this = _make(today.year, month, day)
    if this is not None and this < today:
        return _make(today.year + 1, month, day)
    return this or _make(today.year + 1, month, day)


def _day_of_month(day: int, today: date) -> date | None:
    month = today.replace(day=1)
    for _ in range(3):
        made = _make(month.year, month.month, day)
        if made is not None and made >= today:
            return made
        month = (month + timedelta(days=32)).replace(day=1)
    return None


def _iso(m: re.Match[str], _: Context) -> date | None:
    return _make(int(m[1]), int(m[2]), int(m[3]))


def _month_day(m: re.Match[str], context: Context) -> _Read | None:
    day = int(m["n"]) if m["n"].isdigit() else day_words.nth(m["n"])
    return _as_said(m, _coming(context.today, day_words.month(m["m"]), day, m["y"]), context)


def _as_said(m: re.Match[str], on: date | None, context: Context) -> _Read | None:
    """Give the date, or where it is no such weekday, it and the weekday next to it."""
    said = m.groupdict().get("wd")
    if on is None or not said or on < context.today or day_words.weekday(said) == on.weekday():
        return on
    near = _next(on - timedelta(days=4), day_words.weekday(said))
    return (on, near if near >= context.today else near + timedelta(days=7))


def _figures(m: re.Match[str], context: Context) -> date | None:
    first, second = int(m[1]), int(m[3])
    month_first = context.region in {"US", "PH", "CA"} and m[2] != "."
    month, day = (first, second) if month_first else (second, first)
    if month > 12 >= day and (m[2] != "." or m[4]):
        month, day = day, month
    if not 1 <= month <= 12:
        return None
    year = m[4] and (m[4] if len(m[4]) == 4 else "20" + m[4])
    return _coming(context.today, month, day, year)


def _weekday_nth(m: re.Match[str], context: Context) -> _Read | None:
    """Give such a day of the month spoken of, else the next one to come."""
    return _as_said(m, _day_of_month(day_words.nth(m["n"]), _since(context)), context)


def _since(context: Context) -> date:
    """Give the day from which a bare day of the month is looked for."""
    spoken_of = context.near or context.week or context.today
    return max(spoken_of.replace(day=1), context.today)


def _ago(_: re.Match[str], context: Context) -> date:
    return context.today - timedelta(days=1)


def _relative(m: re.Match[str], context: Context) -> date:
    words = " ".join(m[0].lower().split())
    if re.search(r"\bafter\b", words):
        return context.today + timedelta(days=2)
    return context.today + timedelta(days=int(words.startswith(("tom", "tm"))))


def _in(m: re.Match[str], context: Context) -> date | None:
    number = day_words.count(m["n"])
    days = number * (7 if m["u"].lower().startswith("week") else 1)
    if m["u"].lower().startswith("fortnight"):
        days = number * 14
    return _ahead(context.today, days)


def _ahead(base: date, days: int) -> date | None:
    """Give the day that many days on or back; nobody books further ahead than ten years."""
    return base + timedelta(days=days) if abs(days) <= _FURTHEST else None


def _week_from(m: re.Match[str], context: Context) -> date | None:
    weeks = day_words.count(m["n"]) if m.groupdict().get("n") else 1
    start = m["d"].lower()
    if start in {"today", "now"}:
        base = context.today
    elif start == "tomorrow":
        base = context.today + timedelta(days=1)
    else:
        base = _next(context.today, day_words.weekday(start))
    return _ahead(base, 7 * weeks)


def _next(today: date, weekday: int) -> date:
    """Give the next such weekday after today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _in_week(m: re.Match[str], context: Context) -> date:
    weeks = 2 if re.search(r"after next", m[0], re.I) else 1
    monday = _monday(context.today) + timedelta(days=7 * weeks)
    return monday + timedelta(days=day_words.weekday(m["d"]))


def _week_on(m: re.Match[str], context: Context) -> date | None:
    """Give "friday in two weeks": that day of the week so many weeks on."""
    monday = _ahead(_monday(context.today), 7 * day_words.count(m["n"]))
    return monday + timedelta(days=day_words.weekday(m["d"])) if monday else None


def _after_next(m: re.Match[str], context: Context) -> date:
    return _next(context.today, day_words.weekday(m["d"])) + timedelta(days=7)


def _this_week(m: re.Match[str], context: Context) -> date:
    return _monday(context.today) + timedelta(days=day_words.weekday(m["d"]))


def _plain_weekday(m: re.Match[str], context: Context) -> date:
    which, weekday = (m["w"] or "").lower().split(), day_words.weekday(m["d"])
    if "last" in which or "past" in which:
        return context.today - timedelta(days=1)
    if "this" in which and weekday == context.today.weekday():
        return context.today
    if "next" in which and "the" not in which:
        return _monday(context.today) + timedelta(days=7 + weekday)
    if not which and (offered := [on for on in context.offered if on.weekday() == weekday]):
        return offered[0]
    if context.week is not None and not which:
        return _next(context.week - timedelta(days=1), weekday)
    return _next(context.today, weekday)


def _beside(m: re.Match[str], context: Context) -> date | None:
    if context.near is None:
        return None
    words = m[0].lower()
    many = m.groupdict().get("n")
    step = (7 if "week" in words else 1) * (day_words.count(many) if many else 1)
    if step > _FURTHEST:
        return None
    return context.near + timedelta(days=-step if "before" in words or "earlier" in words else step)


def _weekday_after(m: re.Match[str], context: Context) -> date:
    """Give "the monday after": counted from the day spoken of."""
    return _next(context.near or context.today, day_words.weekday(m["d"]))


def _nth_weekday(m: re.Match[str], context: Context) -> date | None:
    """Give such a weekday of the month named; of "the month", the one still to come."""
    this, following = context.today.replace(day=1), _month_after(context.today)
    if m["m"]:
        month = day_words.month(m["m"])
        firsts = [date(context.today.year + int(month < this.month), month, 1)]
    elif "next" in m[0].lower():
        firsts = [following]
    else:
        firsts = [this, following]
    days = [_place_in(first, m["n"], day_words.weekday(m["d"])) for first in firsts]
    coming = [day for day in days if day is not None and day >= context.today]
    return coming[0] if coming else days[0]


def _week_of_month(m: re.Match[str], context: Context) -> str | None:
    """Give the first week of a month, and so on, as the days from one to another."""
    if m["m"]:
        month = day_words.month(m["m"])
        first = date(context.today.year + int(month < context.today.month), month, 1)
    else:
        first = context.today.replace(day=1)
        first = _month_after(first) if "next" in m[0].lower() else first
    last = _month_after(first) - timedelta(days=1)
    if m["n"].lower() == "last":
        return periods.bound("from", last - timedelta(days=6), last)
    begins = first + timedelta(days=7 * (day_words.nth(m["n"]) - 1))
    return (
        periods.bound("from", begins, min(begins + timedelta(days=6), last))
        if begins <= last
        else None
    )


def _place_in(first: date, place: str, weekday: int) -> date | None:
    """Give the first, second ... or last such weekday of a month."""
    days = [first + timedelta(days=offset) for offset in range(31)]
    days = [day for day in days if day.month == first.month and day.weekday() == weekday]
    if place.lower() == "last":
        return days[-1]
    number = day_words.nth(place)
    return days[number - 1] if number <= len(days) else None


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _vague(m: re.Match[str], _: Context) -> str:
    return " ".join(m[0].lower().split())


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w$€£]){words}(?!\w)", re.I)


_READERS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (_pattern(r"(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})"), _iso),
    (
        _pattern(
            rf"(?:in )?(?:the )?(?P<n>{NTH}|last) week (?:of|in) "
            rf"(?:(?P<m>{MONTH})|(?:the |this |next )month)"
        ),
        _week_of_month,
    ),
    (
        _pattern(
            rf"(?:the\s+)?(?P<n>{NTH}|last)\s+(?P<d>{WEEKDAY})\s+(?:of|in)\s+"
            rf"(?:(?P<m>{MONTH})|(?:the |this |next )month)"
        ),
        _nth_weekday,
    ),
    (
        _pattern(
            rf"(?:(?P<wd>{WEEKDAY}),?\s+)?(?:the\s+)?(?P<n>{NTH}|\d{{1,2}})\s*(?:of\s+)?(?P<m>{MONTH}){_YEAR}"
        ),
        _month_day,
    ),
    (
        _pattern(
            rf"(?:(?P<wd>{WEEKDAY}),?\s+)?(?P<m>{MONTH}),?\s*(?:the\s+)?(?P<n>{NTH}|\d{{1,2}}(?![:.]\d|"
            rf"\s*[ap]\.?m\b))"
            rf"{_YEAR}"
        ),
        _month_day,
    ),
    (_pattern(r"(\d{1,2})([/.])(\d{1,2})\2(20\d\d|\d\d)"), _figures),
    (_pattern(r"(\d{1,2})(/)(\d{1,2})()"), _figures),
    (
        _pattern(
            r"(?<!version )(?<!release )(?:on )?(\d{1,2})(\.)\s?(\d{1,2})\.()"
            r"(?=\s*(?:$|[,;]|(?:at|um|around)\b|\d{1,2}(?:[:.h]\d|\s?[ap]\.?m)))"
        ),
        _figures,
    ),
    (_pattern(r"on (\d{1,2})(\.)(\d{1,2})()"), _figures),
    (_pattern(rf"(?P<wd>{WEEKDAY}),?\s+(?:on\s+)?(?:the\s+)?(?P<n>{NTH})"), _weekday_nth),
    (_pattern(r"(?:yesterday|the other day)"), _ago),
    (
        _pattern(
            r"(?:the\s+)?(?:(?:next|following) day|day (?:after|before)(?! tomorrow| thanksgiving)|"
            r"(?:a|one) (?:day|week) (?:later|earlier)|week after that)(?:\s+(?:that|then|it))?"
        ),
        _beside,
    ),
    (_pattern(r"(?:the\s+)?day after tomorrow"), _relative),
    (
        _pattern(
            rf"(?:(?P<n>{COUNT})\s+weeks?|1 week)\s+(?:from|after|on)\s+"
            rf"(?P<d>{WEEKDAY}|today|tomorrow|now)"
        ),
        _week_from,
    ),
    (_pattern(rf"(?P<d>{WEEKDAY}|today|tomorrow)\s+week(?!\s*end)"), _week_from),
    (
        _pattern(rf"(?P<d>{WEEKDAY})\s+in\s+(?P<n>{COUNT})\s+weeks?(?:'?\s+time)?"),
        _week_on,
    ),
    (
        _pattern(
            rf"in\s+(?P<n>{COUNT})\s+weeks?(?:'?\s+time)?,?\s+(?:on\s+)?(?:an?\s+)?(?P<d>{WEEKDAY})"
        ),
        _week_on,
    ),
    (_pattern(rf"(?:the\s+)?(?P<d>{WEEKDAY})\s+after\s+next(?!\s+week)"), _after_next),
    (
        _pattern(rf"(?:in\s+(?P<n>{COUNT})\s+(?P<u>days?|weeks?|fortnights?)(?:'?\s+time)?)"),
        _in,
    ),
    (_pattern(rf"(?P<n>{COUNT})\s+(?P<u>days?|weeks?)\s+from\s+(?:now|today)"), _in),
    (
        _pattern(
            rf"(?:(?:on\s+)?(?P<d>{WEEKDAY})\s+(?:of\s+|in\s+)?(?:the\s+)?"
            rf"(?:next week|(?:the )?week after next|following week))"
        ),
        _in_week,
    ),
    (
        _pattern(
            rf"(?:next week|(?:the )?week after next|(?:the )?following "
            rf"week)[,']?s?\s+(?:on\s+)?(?P<d>{WEEKDAY})"
        ),
        _in_week,
    ),
    (
        _pattern(
            rf"(?:the\s+)?following week|(?P<n>{COUNT})\s+(?:days|weeks?)\s+(?:later|earlier|"
            rf"after that)"
        ),
        _beside,
    ),
    (_pattern(rf"(?P<d>{WEEKDAY})\s+this week"), _this_week),
    (_pattern(rf"this week[,']?s?\s+(?:on\s+)?(?P<d>{WEEKDAY})"), _this_week),
    (
        _pattern(
            rf"(?:the\s+)?(?P<d>{WEEKDAY})\s+after(?:wards)?(?:\s+that)?(?!\s+(?:next|\w*\d|the|tom|than))"
        ),
        _weekday_after,
    ),
    (
        _pattern(rf"(?P<w>(?:(?:this|next|coming|last|past|the|following)\s+)*)(?P<d>{WEEKDAY})"),
        _plain_weekday,
    ),
    (
        _pattern(r"(?:today|tonight|this (?:morning|afternoon|evening)|tomorrow|tmrw|tmr|tomo)"),
        _relative,
    ),
    (
        _pattern(rf"(?:on\s+)?the\s+(?P<n>{NTH})(?!\s+(?:one|option|plan|time|of the))"),
        _weekday_nth,
    ),
    (_pattern(r"(?P<n>\d{1,2}(?:st|nd|rd|th))"), _weekday_nth),
    (
        _pattern(rf"(?<!not )(?<!n't ){periods.WORDS}"),
        _vague,
    ),
)
