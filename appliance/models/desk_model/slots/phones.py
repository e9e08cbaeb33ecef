"""Phone numbers, given as E.164."""

from __future__ import annotations

import re

import phonenumbers

from appliance.models.desk_model.slots.found import Found

_DIGITS = re.compile(r"(?<![\w@.])\+?\(?\d[\d\s().\-/]{5,22}\d(?![\w@])")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")


def find(text: str, region: str, *, asked: bool = False) -> list[Found]:
    """Find phone numbers as the region reads them; digits that make none are `broken` if asked."""
    broken: list[Found] = []
    for match in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if len(digits) < 7 or _DATE.fullmatch(match[0].strip()):
            continue
        number = _parse(match[0], region)
        if number is not None:
            return [Found(match.start(), match.end(), number)]
        broken = [Found(match.start(), match.end(), None, trouble="broken")]
    if asked and not broken and re.fullmatch(r"[\s\d()+./-]{3,}", text.strip()):
        broken = [Found(0, len(text), None, trouble="broken")]
    return broken if asked else []


def _parse(words: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(words, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
