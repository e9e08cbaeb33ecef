"""Whether any day or time will do, and whether it is asked which there are."""

from __future__ import annotations

import re

_OPENING = r"\W*(?:(?:ok(?:ay)?|well|oh|hm+|and|so|but|please|just|whatever|for me)\W+)*"
_CLOSING = r"(?:\W+(?:please|thanks?|thank you|then|for me))*\W*"
_PLACE = r"(?:one|available|free|possible|slot|time|day|date|appointment|you have|there is)"
_LEAVES_IT = re.compile(
    rf"{_OPENING}(?:"
    r"(?:you|u) (?:choose|decide|pick)(?: (?:one|it|for me|the \w+))?|up to you|your choice|"
    r"asap|(?:as )?soon as (?:possible|you can)|as early as possible|at your earliest|"
    r"(?:what(?:'s| is) |give me |i'll take |take )?(?:the |your )?(?:very )?"
    rf"(?:earliest|first|next|soonest)(?: {_PLACE})*|"
    r"whenever(?: (?:you (?:want|like|can)|suits you|is fine))?|"
    r"(?:any|every) ?(?:day|time|slot|one|date)"
    r"(?: (?:is (?:fine|ok(?:ay)?|good)|works?|will do|suits?(?: me)?|you (?:like|want)))?|"
    r"(?:i )?(?:don'?t|do not) (?:mind|care)|(?:it )?does ?n'?t matter|"
    rf"i'm (?:flexible|free all \w+)){_CLOSING}",
    re.I,
)
_ASKS = re.compile(
    rf"{_OPENING}(?:"
    r"(?:what|which)(?: (?:other|else|times?|days?|slots?|dates?|hours?|appointments?))*"
    r"(?:'s| is| are| do you have| have you got| can i (?:have|get|choose from)| would be)"
    r"(?: (?:still|there|free|available|open|possible|left))*|"
    r"when (?:do you have|have you got) (?:some |any )?(?:time|a slot|slots|something)(?: free)?|"
    r"when (?:are you|is (?:someone|somebody)) (?:free|available)|"
    r"(?:do you have|have you got|is there|are there) "
    r"(?:anything|something|any ?(?:slots?|times?))"
    r"(?: (?:else|other|still|free|available|open|left))*)"
    r"(?: (?:on|for|in|at)?\s?(?:today|tomorrow|that day|then|(?:this|next) week|\w+day))?"
    rf"{_CLOSING}",
    re.I,
)


def leaves_it(text: str) -> bool:
    """Tell whether any day or time will do, the first one best: "you choose", "asap"."""
    return bool(_LEAVES_IT.fullmatch(text))


def asks_which(text: str) -> bool:
    """Tell whether the customer asks which days or times there are to choose from."""
    return bool(_ASKS.fullmatch(text))
