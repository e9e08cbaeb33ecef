"""Of several values in one message the one meant: "monday, no sorry, tuesday"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from appliance.models.desk_model.slots.found import Found

_MARKER = re.compile(
    r"\b(?:no,? sorry|sorry|wait|oops|i meant?|make (?:that|it)|rather(?! than)|actually|"
    r"or better|scratch that|correction|no(?! (?:problem|later|earlier|"
    r"more|need|matter|idea)\b))\b",
    re.I,
)
_BAD_BEFORE = re.compile(
    r"\b(?:travell?ing|away|busy|out|off|booked|abroad|closed|on leave)(?: on| all)?\W*$", re.I
)
_BAD_AFTER = re.compile(
    r"^\s*(?:is|was|would be|'s|looks)? ?(?:really |too |a )?(?:bad\b|no good|not (?:good|possible|"
    r"ok)|full\b|out\b|taken\b|won'?t|doesn'?t|does not|isn'?t|can'?t|i(?:'m| am|m) "
    r"(?:away|busy|travell?ing|out|off|not)|we(?:'re| are) (?:away|busy|closed|off))",
    re.I,
)
_RANGE = re.compile(r"^\W*(?:to|until|till|through|thru|-)\W*$", re.I)
_BETWEEN = re.compile(r"\bbetween\W*$", re.I)


def marked(text: str) -> bool:
    """Tell whether the words take something back."""
    return bool(_MARKER.search(text))


def marks(text: str) -> list[int]:
    """List where the words that take something back end."""
    return [match.end() for match in _MARKER.finditer(text)]


def ruled_out(text: str, one: Found) -> bool:
    """Tell whether a value is named only to say that it does not suit: "monday is bad"."""
    return bool(_BAD_AFTER.match(text[one.end :]) or _BAD_BEFORE.search(text[: one.start]))


def replaced(text: str, hits: Sequence[Found]) -> Found | None:
    """Find the value put in the place of one taken back; what follows as a reason is no value."""
    for mark in reversed(marks(text)):
        before = {one.value for one in hits if one.start < mark}
        fresh = [one for one in hits if one.start >= mark and one.value not in before]
        if before and fresh:
            return fresh[0]
    return None


def several(text: str, hits: Sequence[Found]) -> list[Found]:
    """Give the different values if the words leave open which is meant; a range does not."""
    kept: list[Found] = []
    for one in hits:
        if one.value not in {other.value for other in kept}:
            kept.append(one)
    if len(kept) < 2 or _BETWEEN.search(text[: kept[0].start]):
        return []
    ranged = any(_RANGE.match(text[a.end : b.start]) for a, b in pairwise(hits))
    return [] if ranged else kept
