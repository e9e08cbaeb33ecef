"""Spelling what was said, for a caller who asks for it."""

from __future__ import annotations

import re

from appliance.voice import speakable, wording

_ASKED = re.compile(
    r"^\W*(?:(?:sorry|ok(?:ay)?|and|please|yes|no|hm+|um+|wait)\W+)*"
    r"(?:(?:can|could|would|will) (?:you|i (?:get|have)) (?:please |maybe )?(?:spell|the spelling)|"
    r"(?:please )?spell\b(?! my)|how (?:do you|would you|is (?:it|that)|are they) spel(?:l|led|t)|"
    r"what(?:'s| is) the spelling)\b"
    # More in the same breath is for the desk.
    r"(?:\W+(?!(?:and|but|then|with|in|out)\b)\w+)*\W*$",
    re.I,
)
_PART = r"[A-ZÀ-Þ](?:[a-zß-ÿ]|['’](?=[A-ZÀ-Þ]))[^\W\d_]*(?:['’-][^\W\d_]+)*"
_NAME = re.compile(rf"(?<![.!?:]\s)(?<!^)(?<![\w'’-]){_PART}(?:\s{_PART}){{0,3}}\b")
_DATES = re.compile(
    r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:January|February|March|April|May|June|"
    r"July|August|September|October|November|December)\b"
)
_SIGNS = {**speakable.SIGNS, "'": "apostrophe", "’": "apostrophe"}


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
    for address in dict.fromkeys(speakable.EMAIL.findall(text)):
        told.append(wording.SPELLED_ADDRESS.format(_letters(address)))
        rest = rest.replace(address, " ")
    for code in dict.fromkeys(speakable.CODE.findall(rest)):
        told.append(wording.SPELLED_REFERENCE.format(speakable.spelled(code)))
        rest = rest.replace(code, " ")
    names = _NAME.findall(_DATES.sub("", rest))
    told = [f"{name}: {_letters(name)}." for name in dict.fromkeys(names)][:3] + told
    return " ".join(told)


def _letters(text: str) -> str:
    """Give the signs of a text one by one, its words and marks apart."""
    pieces = re.findall(r"[^\W_]+|[^\w\s]|_", text)
    return ", ".join(_SIGNS.get(piece, " ".join(piece.upper())) for piece in pieces)
