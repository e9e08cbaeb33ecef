"""Numbers in figures and words, counts of people or seats, and per cents."""

from __future__ import annotations

import re

from appliance.models.desk_model.slots.found import Found, Slot

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
VALUES = {
    **{word: number for number, word in enumerate(_ONES)},
    **{word: 10 * number for number, word in enumerate(_TENS, 2)},
}
_ANY = "|".join([*_TENS, *sorted(_ONES, key=len, reverse=True)])
_BELOW_100 = rf"(?:(?:{'|'.join(_TENS)})[ -](?:{'|'.join(_ONES[1:10])})\b|(?:{_ANY})\b)"
_BELOW_1000 = rf"(?:(?:an?|{_BELOW_100})[ -]hundred\b(?:(?: and)?[ -]{_BELOW_100})?|{_BELOW_100})"
_SCALES = {"thousand": 1000, "million": 1_000_000}
_SCALED = (
    rf"(?:(?:an?|\d{{1,3}}(?:\.\d+)?|{_BELOW_1000})[ -](?:{'|'.join(_SCALES)})\b"
    rf"(?:(?:,| and)? {_BELOW_1000})?)"
)
_UNREAD = r"(?!\s*(?:hundred|thousand|million|billion|lakh|crore|dozen|k)\b)"
"""A number before such a word is a part of one that is not read: "two billion" is no two."""
WORD = (
    rf"(?:{_SCALED}|half a dozen|(?:a|{_BELOW_100}) dozen\b|(?:a couple(?: of)?\b|{_BELOW_1000})"
    rf"{_UNREAD})"
)
NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+|{WORD}|\d{{1,3}}(?:\.\d+)?\s?k\b|\d{{1,6}}(?!\d){_UNREAD})"
_FIXED = {"half a dozen": 6, "a couple": 2, "a couple of": 2}
_PEOPLE = (
    r"(?:seats?|users?|people|persons?|licen[cs]es?|employees|colleagues|of us|team ?members?|"
    r"members|accounts?|agents|staff|guests?|adults?|pax|ppl|heads|folks|reps|workers|logins?|kids|"
    r"children|men|women|ladies|boys|girls|friends|diners|others|attendees|participants)"
)
_PEOPLE_SLOTS = frozenset(
    {"seats", "users", "people", "persons", "quantity", "party", "size", "guests", "count"}
    | {"adults", "passengers", "riders", "travelers", "travellers", "attendees", "participants"}
)
_TEAM = (
    r"(?:team|group|party|company|firm|office|crew|department|staff) (?:of|with)|"
    r"we(?: are|'re| have| got)|there are|there's"
)
_NO_COUNT = (
    r"days?|weeks?|months?|years?|hours?|min(?:ute)?s?|%|per|percent|cents?|dollars?|euros?|off|"
    r"for|"
    r"[ap]m|of|or|and|to|with|hundred|thousand|million|billion|lakh|crore|dozen|k"
)
_ABOUT = r"(?:about |around |roughly |only |just |some |maybe |up to |over |approximately |like )*"
_MONEY = r"(?:dollars?|usd|euros?|eur|pounds?|gbp|bucks)\b"
_PERCENT = re.compile(
    rf"(?<![\w.])({NUMBER}(?:[.,]\d+)?)\s*(?:%|per ?cents?\b|pct\b|percentage\b)", re.I
)
_OFF = re.compile(
    rf"\bdiscount of\s+({NUMBER})\b(?!\s*(?:[$€£]|{_MONEY}))|"
    rf"(?<![$€£\d.,])(?<![$€£] )\b({NUMBER})\s+off\b",
    re.I,
)
_SHARE = re.compile(
    r"\b(?:a|one) (tenth|fifth|quarter|third)\b(?= (?:off|less|cheaper|discount)|\W*$)", re.I
)
_SHARES = {"tenth": 10, "fifth": 20, "quarter": 25, "third": 33}
_HALF = re.compile(r"\bhalf (?:the )?(?:price|off)\b|\b(?:for )?half (?:of )?the price\b", re.I)


def value(words: str) -> int:
    """Read a number that NUMBER matched."""
    words = words.lower().replace(",", "")
    if words in _FIXED:
        return _FIXED[words]
    total, part = 0, 0.0
    for word in re.findall(r"[\d.]+|[a-z]+", words):
        if word in {"k", *_SCALES}:
            total, part = total + round((part or 1) * _SCALES.get(word, 1000)), 0
        elif word in {"hundred", "dozen"}:
            part = (part or 1) * (100 if word == "hundred" else 12)
        elif word[0].isdigit():
            part = float(word)
        elif word in VALUES:
            part += VALUES[word]
    return total + int(part)


def counts(text: str, slot: Slot, *, asked: bool) -> list[Found]:
    """Find how many: with a unit ("20 seats", "team of five"), or bare when asked."""
    units = _PEOPLE if of_people(slot) else _units(slot)
    patterns = [rf"\b({NUMBER})\s*(?:more |other |different )?{units}\b"]
    if of_people(slot):
        patterns.append(
            rf"\b({NUMBER})(?:\s+(?:x|times|of the|of your))?[\s\x00]*\x00(?:\s*{units}\b)?"
        )
        patterns.append(rf"\b({NUMBER})\s+(?!(?:{_NO_COUNT})\b)[a-z-]+\s+{units}\b")
        patterns.append(rf"\ball ({NUMBER})\b")
        patterns.append(rf"\b({NUMBER})[- ](?:tops?|total|in total|altogether)\b")
        patterns.append(rf"\b(?:total of|people of|(?:only|just) the) ({NUMBER})\b")
        patterns.append(rf"\b({NUMBER}) (?:will (?:come|be|attend)|are coming|is coming)\b")
        patterns.append(rf"\b(?:{_TEAM}) {_ABOUT}({NUMBER})\b(?!\s*(?:%|percent))")
        patterns.append(
            rf"\b(?:for|x|make it|make that|about|with) {_ABOUT}({NUMBER})\b"
            r"(?!\s*(?:%|per ?cent|days?|weeks?|months?|years?|hours?|min|[ap]\.?m|[:.]\d|"
            r"o'?clock|off))"
        )
    else:
        patterns.append(rf"\b(?:make it|make that) ({NUMBER})\b")
    patterns.append(rf"\b{re.escape(slot.words[-1])}(?: is| are|:)? ({NUMBER})\b")
    if range_ := _range(text, units, asked=asked):
        return [range_]
    text = _BELOW_ZERO.sub(lambda match: "\x00" * len(match[0]), text)
    for pattern in patterns:
        if match := _last(re.compile(pattern, re.I), text):
            return [Found(match.start(), match.end(), value(match[1]))]
    if asked and (match := re.search(rf"(?<![\w.%])({NUMBER})\b(?!\s*%)", text, re.I)):
        return [Found(match.start(), match.end(), value(match[1]))]
    if asked and re.search(r"\b(?:just me|only me|myself|me alone)\b", text, re.I):
        return [Found(0, len(text), 1)]
    return []


_BELOW_ZERO = re.compile(
    r"(?<![^\s\x00(])-\s?\d[\d,.]*\w*|(?<!\w)minus \w+|\d[\d.]*\.\d{3}\b(?!k)", re.I
)
"""What is no count: less than nothing, and "1.500", which may be either of two."""
_RANGE = (
    rf"(?<![\w.,/:-])(?<!from )(?P<between>between )?(?P<low>{NUMBER})\s?"
    rf"(?:-|to|or|(?P<and>and)|till|until)\s?(?P<high>{NUMBER})"
)


def _range(text: str, units: str, *, asked: bool) -> Found | None:
    """Find "10 to 15 users": which of them is for the customer to say."""
    patterns = [
        rf"{_RANGE} {units}\b",
        rf"\b(?:(?:for|about|with|of) |(?=between )){_RANGE}(?=\W*$)",
    ]
    patterns += [rf"^\W*(?:\w+ ){{0,2}}?{_RANGE}(?=\W*$)"] if asked else []
    for pattern in patterns:
        match = re.search(pattern, text, re.I)
        if match is None or (match["and"] and not match["between"]):
            continue
        low, high = value(match["low"]), value(match["high"])
        if low < high:
            hint = f"{low} {high}"
            return Found(match.start(), match.end(), None, "several", hint)
    return None


def of_people(slot: Slot) -> bool:
    """Tell whether a count is one of people, or of seats for them."""
    return bool(_PEOPLE_SLOTS & set(slot.words))


def has_unit(words: str, slot: Slot) -> bool:
    """Tell whether words that hold a count say of what."""
    units = _PEOPLE if of_people(slot) else _units(slot)
    return bool(re.search(rf"\b{units}\b", words, re.I))


def percents(text: str) -> list[Found]:
    """Find a percentage, e.g. a discount: "10 %", "ten percent", "half price", "20 off"."""
    if match := _last(_PERCENT, text):
        return [Found(match.start(), match.end(), _decimal(match[1]))]
    if match := _HALF.search(text):
        return [Found(match.start(), match.end(), 50)]
    if match := _SHARE.search(text):
        return [Found(match.start(), match.end(), _SHARES[match[1].lower()])]
    if match := _OFF.search(text):
        return [Found(match.start(), match.end(), value(match[1] or match[2]))]
    return []


def amounts(text: str, slot: Slot, *, asked: bool) -> list[Found]:
    """Find a sum of money: "$1,200", "1200 dollars"; bare when asked or named."""
    pattern = (
        r"[$€£]\s?(\d[\d,]*(?:\.\d{1,2})?)|"
        rf"\b(\d[\d,]*(?:\.\d{{1,2}})?)\s?{_MONEY}"
    )
    if match := _last(re.compile(pattern, re.I), text):
        return [Found(match.start(), match.end(), _decimal(match[1] or match[2]))]
    return counts(text, slot, asked=asked)


def _decimal(words: str) -> int | float:
    if re.fullmatch(r"\d+[.,]\d{1,2}", words):
        number = float(words.replace(",", "."))
        return int(number) if number.is_integer() else number
    plain = words.replace(",", "")
    if re.fullmatch(r"\d+\.\d+", plain):
        return float(plain)
    return value(words)


def _units(slot: Slot) -> str:
    last = slot.words[-1]
    return rf"(?:{re.escape(last.rstrip('s'))}s?)"


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Give the last match: in "not 5 seats, 8 seats" people mean the later one."""
    return next(reversed(list(pattern.finditer(text))), None)
