"""Dividing words for channels that take only so many at once, without losing one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from appliance.core.safe_text import storable

_JOINERS = {"\u200d", "\ufe0e", "\ufe0f", "\u20e3"}
# Tried in this order: the end of a paragraph, a line, a sentence, a word.
_ENDS = tuple(map(re.compile, (r"\n\s*\n", r"\n", r"(?<=[.!?…。！？])\s", r"\s")))


def cleaned(text: str) -> str:
    """Give words as any channel can carry them: no control characters, no half characters."""
    unified = storable(text).replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in unified if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    return "".join(kept).strip()


def divide(text: str, longest: int) -> Iterator[str]:
    """Give pieces of at most `longest` characters that together hold every word, in order.

    A piece ends where the text pauses, if it does so in the piece's second half; a word that is
    longer than a whole piece is cut, but no character is parted from its accents or joiners.
    """
    rest = text.strip()
    while len(rest) > longest:
        cut = _pause(rest, longest) or _between_characters(rest, longest)
        yield rest[:cut].rstrip()
        rest = rest[cut:].lstrip()
    if rest:
        yield rest


def _pause(text: str, longest: int) -> int | None:
    for number, end in enumerate(_ENDS, start=1):
        found = [match.start() for match in end.finditer(text, 0, longest + 1)]
        least = longest // 2 if number < len(_ENDS) else 0
        if found and found[-1] > least and text[: found[-1]].strip():
            return found[-1]
    return None


def _between_characters(text: str, longest: int) -> int:
    cut = longest
    while cut > 1 and _belongs_together(text[cut - 1], text[cut]):
        cut -= 1
    return cut if cut > 1 else longest


def _belongs_together(before: str, after: str) -> bool:
    is_skin_tone = "\U0001f3fb" <= after <= "\U0001f3ff"
    is_flag = all("\U0001f1e6" <= half <= "\U0001f1ff" for half in (before, after))
    joined = before == "\u200d" or after in _JOINERS
    return joined or is_skin_tone or is_flag or unicodedata.combining(after) != 0
