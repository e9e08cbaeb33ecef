"""The figures and addresses a text states: money, percents, references, mail, phones, days, times.

Numbers are read as people write them: 1,485.00 and 1.485,00, "$5k", "fifty percent", "half price".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from appliance.conversation.readings import plainly, words_beginning


class Kind(StrEnum):
    """What sort of figure it is."""

    MONEY = "money"
    PERCENT = "percent"
    SHARE = "share"
    FREE = "free"
    REFERENCE = "reference"
    EMAIL = "email"
    PHONE = "phone"
    DAY = "day"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as stated, and its value in one writing."""

    kind: Kind
    said: str
    value: str


_NUMBER = r"\d{1,3}(?:[,.'\u2019\u00a0\u202f ]\d{3})+(?:[.,]\d{1,2})?(?![\d])|\d+(?:[.,]\d{1,4})?"
_CODE = "USD|EUR|GBP|CHF|CAD|AUD|NZD|JPY|INR|MXN|BRL|SEK|NOK|DKK|PLN"
_SIGN = rf"(?:US|CA|AU|R)?\$|[€£¥₹₩₽₺]|\b(?:{_CODE})"
_UNIT = (
    rf"[$€£¥₹₩₽₺]|(?:{_CODE}|dollars?|d[oó]lar(?:es)?|dollari|bucks?|euros?|pounds?|quid|cents?|"
    r"francs?|franken|pesos?|reais|real|kronor|kroner|yen|rupees?|grand)\b"
)
_PER_CENT = (
    r"%|‰|(?:per ?cent|pct|prozent|por ?cien(?:to)?|por ?cento|pour ?cents?|per ?cento|procent)\b"
)
_WORTH = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_TIMES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_WORD = "|".join([*_WORTH, *_TIMES])
_IN_WORDS = rf"(?:\ba |\b)(?:{_WORD})(?:[\s-]+(?:and\s+)?(?:{_WORD}))*"

_MONEY = re.compile(
    rf"(?:{_SIGN})\s{{0,2}}(?P<after>{_NUMBER})\s?(?P<k>k\b|thousand\b|million\b|m\b)?"
    rf"|(?<![\w.,-])(?P<before>{_NUMBER})\s?(?P<kk>k\b|thousand\b|million\b)?\s{{0,2}}-?(?:{_UNIT})"
    r"|\b(?:costs?|priced? (?:at|is|of|to)|pays?|charged?|comes? to|for (?:just|only)|"
    r"cuesta|kostet|co[uû]te|custa|costa)\s+"
    r"(?:(?:you|about|around|only|just|now|is|s[oó]lo|nur|seulement)\s+){0,3}"
    rf"(?P<bare>{_NUMBER})(?!\s*(?:%|[a-z]{{0,3}}cent|users?\b|seats?\b|people\b|days?\b|"
    r"minutes?\b|hours?\b|months?\b|years?\b|weeks?\b|[ap]\.?m\b)|[\d:])",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    rf"(?<![\w.,-])(?P<number>{_NUMBER})\s{{0,2}}-?(?:{_PER_CENT})"
    rf"|(?<![\w.,$€£-])(?P<off>\d{{1,3}})\s+(?:off|discount)\b",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    rf"(?P<words>{_IN_WORDS})[\s-]+(?:(?P<unit>{_UNIT})|(?:{_PER_CENT}))", re.IGNORECASE
)
_HALF = re.compile(
    r"\b(?:half[\s-](?:price|off|the price)|half of the price|mitad de precio|"
    r"moiti[eé] prix|halber preis|metade do pre[cç]o|2[\s-]for[\s-]1|"
    r"two[\s-]for[\s-](?:the price of )?one|"
    r"buy one,? get one)\b",
    re.IGNORECASE,
)
_FREE = re.compile(
    r"\b(?:(?<!feel )(?<!toll-)free(?! to\b)|for nothing|no (?:cost|charge|fee)s?|on the house|"
    r"waived?|complimentary|gratis|gratuit\w{0,3}|kostenlos|umsonst|sin costo|gr[aá]tis)\b",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\b[A-Z]-[0-9A-Z]{6,10}\b")
_EMAIL = re.compile(r"[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_PHONE = re.compile(r"(?<![\w.,/-])(?:\+|\(|00)?\d[\d\s().\-/]{6,22}\d(?![\w])")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero januar janvier", "february feb febrero februar février",
            "march mar marzo märz mars", "april apr abril avril", "may mayo mai",
            "june jun junio juni juin", "july jul julio juli juillet",
            "august aug agosto août", "september sep sept septiembre septembre",
            "october oct octubre oktober octobre", "november nov noviembre novembre",
            "december dec diciembre dezember décembre",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY = re.compile(
    r"\b(?P<iso>\d{4}-\d{2}-\d{2})\b"
    rf"|\b(?P<month>{_MONTH})\b\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)"
    rf"|\b(?P<day2>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+|de\s+)?(?P<month2>{_MONTH})\b"
    r"|\b(?P<us>\d{1,2}/\d{1,2})(?:/\d{2,4})?\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s?(?P<half>[ap])\.?m\b"
    r"|\b(?P<hour2>[01]?\d|2[0-4]):(?P<minute2>[0-5]\d)(?::\d{2})?\b",
    re.IGNORECASE,
)
# A cheap look first: most sentences state no figure at all.
_LOOK = re.compile(
    rf"\d|[%‰@]|\(at\)|\[at\]|\b[A-Z]-[A-Z]{{6}}|"
    rf"\b(?:{_WORD}|half|mitad|moiti|halber|metade|buy one|free|nothing|"
    r"costs?|charge|fees?|on the house|waived?|complimentary|gr[aá]tis|gratuit\w*|kostenlos|"
    r"umsonst|cuesta|kostet|co[uû]te|custa|costa)\b",
    re.IGNORECASE,
)
_AT = re.compile(r"@|\(at\)|\[at\]")
_DAY_LOOK = re.compile(r"\d[-/]\d")
_MONTH_WORD = words_beginning(_MONTHS)
_NUMBER_WORD = words_beginning([*_WORTH, *_TIMES])
_DIGIT = re.compile(r"\d")
_ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?\b")


def stated(text: str) -> Iterator[Figure]:
    """Give what a text states, in no order."""
    if not _LOOK.search(text):
        return
    words = plainly(text)
    yield from _in_digits(words)
    spoken = _SPOKEN.finditer(words) if _NUMBER_WORD.search(words.lower()) else ()
    for found in spoken:
        kind = Kind.MONEY if found["unit"] else Kind.PERCENT
        yield Figure(kind, found[0], _spoken(found["words"]))
    for found in _HALF.finditer(words):
        yield Figure(Kind.PERCENT, found[0], "50")
    for found in _FREE.finditer(words):
        yield Figure(Kind.FREE, found[0], "0")
    mail = _EMAIL.finditer(text) if _AT.search(text) else ()  # emphasis may be part of an address
    for found in mail:
        yield Figure(Kind.EMAIL, found[0], _address(found[0]))
    for found in _REFERENCE.finditer(words):
        yield Figure(Kind.REFERENCE, found[0], found[0])


def _in_digits(words: str) -> Iterator[Figure]:
    if not _DIGIT.search(words):
        return
    for found in _MONEY.finditer(words):
        yield Figure(Kind.MONEY, found[0].strip(), _money(found))
    for found in _PERCENT.finditer(words):
        written = found["number"] or found["off"]
        yield Figure(Kind.PERCENT, found[0].strip(), canonical(number(written)))
    for found in _PHONE.finditer(_ISO.sub(" ", words)):
        digits = "".join(filter(str.isdigit, found[0]))
        if len(digits) >= 9 or (found[0].startswith("+") and len(digits) >= 7):
            yield Figure(Kind.PHONE, found[0].strip(), digits)
    yield from _days(words)
    yield from _times(words)


def _days(words: str) -> Iterator[Figure]:
    if not _DAY_LOOK.search(words) and not _MONTH_WORD.search(words.lower()):
        return
    for found in _DAY.finditer(words):
        if found["iso"]:
            value = found["iso"][5:]
        elif found["us"]:
            month, _, day = found["us"].partition("/")
            value = f"{int(month):02}-{int(day):02}"
        else:
            month_name = (found["month"] or found["month2"]).casefold()
            value = f"{_MONTHS[month_name]:02}-{int(found['day'] or found['day2']):02}"
        yield Figure(Kind.DAY, found[0], value)


def _times(words: str) -> Iterator[Figure]:
    for found in _TIME.finditer(words):
        if found["hour"]:
            hour = int(found["hour"]) % 12 + (12 if found["half"] in "pP" else 0)
            value = f"{hour:02}:{found['minute'] or '00'}"
        else:
            value = f"{int(found['hour2']):02}:{found['minute2']}"
        yield Figure(Kind.TIME, found[0], value)


def _money(found: re.Match[str]) -> str:
    amount = number(found["after"] or found["before"] or found["bare"])
    unit = (found["k"] or found["kk"] or "").casefold()
    times = {"k": 1000, "thousand": 1000, "m": 1_000_000, "million": 1_000_000}.get(unit, 1)
    cents = found[0].casefold().rstrip("s").endswith("cent")
    return canonical(amount * times / 100 if cents else amount * times)


def number(written: str) -> Decimal:
    """Read a number as written: 1,485.00 or 1.485,00 or 1'485."""
    digits = re.sub(r"['\u2019\u00a0\u202f ]", "", written)
    point = max(digits.rfind("."), digits.rfind(","))
    if point < 0:
        return Decimal(digits)
    whole, rest = digits[:point], digits[point + 1 :]
    both = "." in digits and "," in digits
    if len(rest) == 3 and not both:  # 1,485 and 1.485 are thousands
        return Decimal(re.sub(r"[.,]", "", digits))
    return Decimal(f"{re.sub(r'[.,]', '', whole)}.{rest}")


def canonical(amount: Decimal) -> str:
    """Write a number in the one way that equal numbers share."""
    return f"{amount.normalize():f}"


def _spoken(words: str) -> str:
    """Read an English number: "a hundred and fifty" is 150."""
    total = part = 0
    for word in re.findall(r"[a-z]+", words.casefold()):
        if word in _WORTH:
            part += _WORTH[word]
        elif word == "hundred":
            part = max(part, 1) * 100
        elif word in _TIMES:
            total, part = total + max(part, 1) * _TIMES[word], 0
    return str(total + part)


def _address(written: str) -> str:
    return re.sub(r"\s|\.$", "", written.replace("(at)", "@").replace("[at]", "@")).casefold()
