"""Spelling what was said, for a caller who asks for it."""

from __future__ import annotations

import re

from appliance.voice import speakable

_ASKED = re.compile(
    r"^\W*(?:(?:sorry|ok(?:ay)?|and|please|yes|no|hm+|um+|wait)\W+)*"
    r"(?:(?:can|could|would|will) (?:you|i (?:get|have)) (?:please |maybe )?(?:spell|the spelling)|"
    r"(?:please )?spell\b(?! my)|how (?:do you|would you|is (?:it|that)|are they) spel(?:l|led|t)|"
    r"what(?:'s| is) the spelling)\b",
    re.I,
)
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_CODE = re.compile(r"\b[A-Z]{1,3}-[A-Z0-9]{4,12}\b")
_NAME = re.compile(r"(?<![.!?:]\s)(?<!^)(?<!\w)[A-Z][a-z'’-]+(?:\s[A-Z][a-z'’-]+){0,3}\b")
_DATES = re.compile(
    r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:January|February|March|April|May|June|"
    r"July|August|September|October|November|December)\b"
)
_SIGNS = {"@": "at", ".": "dot", "-": "dash", "_": "underscore", "+": "plus", "'": "apostrophe"}


def is_asked_for(words: str) -> bool:
    """Tell whether a caller wants to hear spelled what was said last."""
    return bool(_ASKED.search(words))


def spelled(text: str) -> str:
    """Spell the addresses, references and names of a text; empty where it has none.

    "for Ann Lee, ann@lee.example" gives "Ann Lee: A N N, L E E. The address: A N N, at, L E E, dot,
    E X A M P L E."
    """
    told = []
    rest = text
    for address in dict.fromkeys(_EMAIL.findall(text)):
        told.append(f"The address: {_letters(address)}.")
        rest = rest.replace(address, " ")
    for code in dict.fromkeys(_CODE.findall(rest)):
        told.append(f"The reference: {speakable.spelled(code)}.")
        rest = rest.replace(code, " ")
    names = [name for name in _NAME.findall(_DATES.sub("", rest)) if len(name) > 1]
    told = [f"{name}: {_letters(name)}." for name in dict.fromkeys(names)][:3] + told
    return " ".join(told)


def _letters(text: str) -> str:
    """Give the signs of a text one by one, its words and marks apart."""
    pieces = re.findall(r"[^\W_]+|[^\w\s]|_", text)
    return ", ".join(_SIGNS.get(piece, " ".join(piece.upper())) for piece in pieces)
