"""Days: "thursday", "tomorrow", "the 20th", "Nov 20", "a week from Monday", "Christmas Eve"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from appliance.models.desk_model.slots import numbers
from appliance.models.desk_model.slots.found import Context, Found

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
_D = (
    r"(?:mondays?|mon|tuesdays?|tues?|wednesdays?|weds?|thursdays?|thurs?|thu|fridays?|fri|"
    r"saturdays?|(?<!\bwe )(?<!\bi )(?<!they )(?<!were )(?<!be )sat|sundays?|sun)\b\.?"
)
_M = (
    r"(?:january|jan|february|feb|march|mar|april|apr|may|june|jun|july|jul|august|aug|"
    r"september|sept|sep|october|oct|november|nov|december|dec)\b\.?"
)
_NTH = (
    r"(?:\d{1,2}(?:st|nd|rd|th)|(?:twenty|thirty)[ -](?:first|second|third|fourth|fifth|sixth|"
    r"seventh|eighth|ninth)|thirtieth|" + "|".join(reversed(_ORDINALS)) + ")"
)
_N = rf"(?:{numbers.NUMBER}|an?)"
_YEAR = r"(?:,?\s+(?P<y>20\d\d))?"

_FURTHEST = 3653
_OPEN = re.compile(
    r"\b(?:any ?time|some ?time|whenever|asap|as soon as possible|soon|earliest|soonest|"
    r"first available|you (?:choose|pick|decide)|(?:don't|do not) (?:care|mind)|flexible|"
    r"whatever|later)\b",
    re.I,
)
_Reader = Callable[[re.Match[str], Context], date | str | None]


def find(text: str, context: Context, *, asked: bool = False) -> list[Found]:
    """Find days, best reading first; `past` and `vague` ones come back without a value."""
    found: list[Found] = []
    weekdays: dict[int, int] = {}
    covered = text
    for name, day in sorted(context.named_days.items(), key=lambda one: -len(one[0])):
        if holiday := re.search(rf"\b{re.escape(name)}\b", covered, re.I):
            found.append(_found(holiday, day, context))
            covered = _cover(covered, holiday)
    for pattern, reader in _READERS:
        for match in pattern.finditer(covered):
            read = reader(match, context)
            if read is not None:
                found.append(_found(match, read, context))
                covered = _cover(covered, match)
                if reader is _plain_weekday:
                    weekdays[match.start()] = _weekday(match["d"])
    if not found and asked:
        return _when_asked(text, context)
    # A weekday beside the date it belongs to tells nothing new: "August 26, on Sunday".
    dated = {_day(one).weekday() for one in found if one.value and one.start not in weekdays}
    told = [one for one in found if weekdays.get(one.start) not in dated]
    return sorted(told, key=lambda one: one.start)


def _day(one: Found) -> date:
    return date.fromisoformat(str(one.value))


def _when_asked(text: str, context: Context) -> list[Found]:
    """Read what only an answer to "which day?" can mean: "any", "20"."""
    if vague := _OPEN.search(text):
        return [Found(vague.start(), vague.end(), None, trouble="vague", hint="")]
    if bare := re.fullmatch(r"\W*(?:the\s+)?(\d{1,2})\W*", text):
        read = _day_of_month(int(bare[1]), context.today)
        return [_found(bare, read, context)] if read else []
    return []


def _found(match: re.Match[str], read: date | str, context: Context) -> Found:
    if isinstance(read, str):
        return Found(match.start(), match.end(), None, trouble="vague", hint=read)
    if read < context.today:
        return Found(match.start(), match.end(), None, trouble="past")
    return Found(match.start(), match.end(), read.isoformat())


def _cover(text: str, match: re.Match[str]) -> str:
    return text[: match.start()] + "\x00" * (match.end() - match.start()) + text[match.end() :]


def _weekday(words: str) -> int:
    return _WEEKDAYS.index(words.lower()[:3])


def _month(words: str) -> int:
    return _MONTHS.index(words.lower()[:3]) + 1


def _nth(words: str) -> int:
    words = words.lower()
    if words[0].isdigit():
        return int(re.sub(r"\D", "", words))
    return _FAR[words.replace(" ", "-")]


def _count(words: str) -> int:
    return 1 if words.lower() in {"a", "an"} else numbers.value(words)


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


def _month_day(m: re.Match[str], context: Context) -> date | None:
    day = int(m["n"]) if m["n"].isdigit() else _nth(m["n"])
    return _coming(context.today, _month(m["m"]), day, m["y"])


def _figures(m: re.Match[str], context: Context) -> date | None:
    first, second = int(m[1]), int(m[3])
    month_first = context.region in {"US", "PH", "CA"} and m[2] != "."
    month, day = (first, second) if month_first else (second, first)
    if month > 12 >= day:
        month, day = day, month
    if not 1 <= month <= 12:
        return None
    year = m[4] and (m[4] if len(m[4]) == 4 else "20" + m[4])
    return _coming(context.today, month, day, year)


def _weekday_nth(m: re.Match[str], context: Context) -> date | None:
    """Give such a day of the month spoken of, else the next one to come."""
    since = context.near.replace(day=1) if context.near else context.today
    return _day_of_month(_nth(m["n"]), max(since, context.today))


def _ago(_: re.Match[str], context: Context) -> date:
    return context.today - timedelta(days=1)


def _relative(m: re.Match[str], context: Context) -> date:
    words = " ".join(m[0].lower().split())
    if re.search(r"\bafter\b", words):
        return context.today + timedelta(days=2)
    return context.today + timedelta(days=int(words.startswith(("tom", "tm"))))


def _in(m: re.Match[str], context: Context) -> date | None:
    number = _count(m["n"])
    days = number * (7 if m["u"].lower().startswith("week") else 1)
    if m["u"].lower().startswith("fortnight"):
        days = number * 14
    return _ahead(context.today, days)


def _ahead(base: date, days: int) -> date | None:
    """Give the day that many days on; nobody books further ahead than ten years."""
    return base + timedelta(days=days) if days <= _FURTHEST else None


def _week_from(m: re.Match[str], context: Context) -> date | None:
    weeks = _count(m["n"]) if m.groupdict().get("n") else 1
    start = m["d"].lower()
    if start in {"today", "now"}:
        base = context.today
    elif start == "tomorrow":
        base = context.today + timedelta(days=1)
    else:
        base = _next(context.today, _weekday(start))
    return _ahead(base, 7 * weeks)


def _next(today: date, weekday: int) -> date:
    """Give the next such weekday after today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _in_week(m: re.Match[str], context: Context) -> date:
    weeks = 2 if re.search(r"after next", m[0], re.I) else 1
    monday = _monday(context.today) + timedelta(days=7 * weeks)
    return monday + timedelta(days=_weekday(m["d"]))


def _this_week(m: re.Match[str], context: Context) -> date:
    return _monday(context.today) + timedelta(days=_weekday(m["d"]))


def _plain_weekday(m: re.Match[str], context: Context) -> date:
    which, weekday = (m["w"] or "").lower().split(), _weekday(m["d"])
    if "last" in which or "past" in which:
        return context.today - timedelta(days=1)
    if "this" in which and weekday == context.today.weekday():
        return context.today
    if "next" in which and "the" not in which:
        return _monday(context.today) + timedelta(days=7 + weekday)
    if not which and (offered := [on for on in context.offered if on.weekday() == weekday]):
        return offered[0]
    if context.week is not None and not which:
        return context.week + timedelta(days=weekday)
    return _next(context.today, weekday)


def _beside(m: re.Match[str], context: Context) -> date | None:
    if context.near is None:
        return None
    words = m[0].lower()
    many = m.groupdict().get("n")
    step = (7 if "week" in words else 1) * (_count(many) if many else 1)
    if step > _FURTHEST:
        return None
    return context.near + timedelta(days=-step if "before" in words or "earlier" in words else step)


def _weekday_after(m: re.Match[str], context: Context) -> date:
    """Give "the monday after": counted from the day spoken of."""
    return _next(context.near or context.today, _weekday(m["d"]))


def _nth_weekday(m: re.Match[str], context: Context) -> date | None:
    month = _month(m["m"]) if m["m"] else (context.today.replace(day=1) + timedelta(days=32)).month
    year = context.today.year + int(month < context.today.month)
    weekday = _weekday(m["d"])
    first = date(year, month, 1)
    days = [
        first + timedelta(days=offset)
        for offset in range(31)
        if (first + timedelta(days=offset)).month == month
        and (first + timedelta(days=offset)).weekday() == weekday
    ]
    if m["n"].lower() == "last":
        return days[-1]
    place = _nth(m["n"]) - 1
    return days[place] if place < len(days) else None


def _vague(m: re.Match[str], _: Context) -> str:
    return " ".join(m[0].lower().split())


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w$€£]){words}(?!\w)", re.I)


_READERS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (_pattern(r"(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})"), _iso),
    (
        _pattern(
            rf"(?:the\s+)?(?P<n>{_NTH}|last)\s+(?P<d>{_D})\s+(?:of|in)\s+"
            rf"(?:(?P<m>{_M})|next month)"
        ),
        _nth_weekday,
    ),
    (
        _pattern(
            rf"(?:{_D},?\s+)?(?:the\s+)?(?P<n>{_NTH}|\d{{1,2}})\s*(?:of\s+)?(?P<m>{_M}){_YEAR}"
        ),
        _month_day,
    ),
    (
        _pattern(
            rf"(?:{_D},?\s+)?(?P<m>{_M}),?\s*(?:the\s+)?(?P<n>{_NTH}|\d{{1,2}}(?![:.]\d|"
            rf"\s*[ap]\.?m\b))"
            rf"{_YEAR}"
        ),
        _month_day,
    ),
    (_pattern(r"(\d{1,2})([/.])(\d{1,2})\2(20\d\d|\d\d)"), _figures),
    (_pattern(r"(\d{1,2})(/)(\d{1,2})()"), _figures),
    (_pattern(rf"{_D},?\s+(?:on\s+)?(?:the\s+)?(?P<n>{_NTH})"), _weekday_nth),
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
            rf"(?:(?P<n>{_N})\s+weeks?|1 week)\s+(?:from|after|on)\s+"
            rf"(?P<d>{_D}|today|tomorrow|now)"
        ),
        _week_from,
    ),
    (_pattern(rf"(?P<d>{_D}|today|tomorrow)\s+week(?!\s*end)"), _week_from),
    (
        _pattern(rf"(?:in\s+(?P<n>{_N})\s+(?P<u>days?|weeks?|fortnights?)(?:'?\s+time)?)"),
        _in,
    ),
    (_pattern(rf"(?P<n>{_N})\s+(?P<u>days?|weeks?)\s+from\s+(?:now|today)"), _in),
    (
        _pattern(
            rf"(?:(?:on\s+)?(?P<d>{_D})\s+(?:of\s+|in\s+)?(?:the\s+)?(?:next week|(?:the )?week "
            rf"after next|"
            rf"following week))"
        ),
        _in_week,
    ),
    (
        _pattern(
            rf"(?:next week|(?:the )?week after next|(?:the )?following "
            rf"week)[,']?s?\s+(?:on\s+)?(?P<d>{_D})"
        ),
        _in_week,
    ),
    (
        _pattern(
            rf"(?:the\s+)?following week|(?P<n>{_N})\s+(?:days|weeks?)\s+(?:later|earlier|"
            rf"after that)"
        ),
        _beside,
    ),
    (_pattern(rf"(?P<d>{_D})\s+this week"), _this_week),
    (_pattern(rf"this week[,']?s?\s+(?:on\s+)?(?P<d>{_D})"), _this_week),
    (
        _pattern(
            rf"(?:the\s+)?(?P<d>{_D})\s+after(?:wards)?(?:\s+that)?(?!\s+(?:next|\w*\d|the|tom|than))"
        ),
        _weekday_after,
    ),
    (
        _pattern(rf"(?P<w>(?:(?:this|next|coming|last|past|the|following)\s+)*)(?P<d>{_D})"),
        _plain_weekday,
    ),
    (
        _pattern(r"(?:today|tonight|this (?:morning|afternoon|evening)|tomorrow|tmrw|tmr|tomo)"),
        _relative,
    ),
    (
        _pattern(rf"(?:on\s+)?the\s+(?P<n>{_NTH})(?!\s+(?:one|option|plan|time|of the))"),
        _weekday_nth,
    ),
    (_pattern(r"(?P<n>\d{1,2}(?:st|nd|rd|th))"), _weekday_nth),
    (
        _pattern(
            r"(?:(?:early|late|later|sometime|some time|any ?time|mid)?\s*(?:in\s+)?(?:this|next|"
            r"the)\s+"
            r"(?:week(?:end)?|month)|the following week|"
            r"end of (?:the |this |next )?(?:week|month)|the week after|"
            r"in (?:a few|some|a couple of) (?:days|weeks)|(?:any|some) ?day)"
        ),
        _vague,
    ),
)


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
