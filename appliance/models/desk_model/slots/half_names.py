"""First and last names, for tools that take them apart."""

from __future__ import annotations

import re

from appliance.models.desk_model.slots import people
from appliance.models.desk_model.slots.found import Found, Kind

_WORD = r"([^\W\d_][^\W\d_'’-]*(?:['’-][^\W\d_]+)*)"
_IS = r"(?:'?s|\s+is|\s+was|\s+should be|\s*[:=])?\s+(?:spelled\s+)?"
_FIRST = re.compile(rf"\b(?:first|given|fore)\s?name{_IS}{_WORD}", re.I)
_LAST = re.compile(rf"\b(?:(?:last|family|sur)\s?name){_IS}{_WORD}", re.I)
_TITLE = re.compile(r"\b(?:mr|mrs|ms|miss|mister|dr|prof)\b\.?\s+$", re.I)


def find(text: str, kind: Kind, *, asked: Kind | None) -> list[Found]:
    """Find the half of a name that was introduced, or that answers.

    One word alone is the half asked for, else the first name, or the last after a title.
    """
    first, last = _FIRST.search(text), _LAST.search(text)
    own = first if kind is Kind.FIRST_NAME else last
    if own is not None and people.is_name(own[1]):
        return [Found(own.start(), own.end(), own[1])]
    whole = (people.persons(text, asked=asked is not None) or people.beside(text))[:1]
    if not whole or (own is None and (first or last)):
        return []
    one = whole[0]
    words = str(one.value).split()
    if len(words) == 1:
        titled = _TITLE.search(text[: text.lower().find(words[0].lower())])
        held = Kind.LAST_NAME if titled or asked is Kind.LAST_NAME else Kind.FIRST_NAME
        return [one] if held is kind else []
    value = words[0] if kind is Kind.FIRST_NAME else " ".join(words[1:])
    return [Found(one.start, one.end, value)]
