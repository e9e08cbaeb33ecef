"""Text of a server as a model and a customer may read it: nothing unseen, nothing endless."""

from __future__ import annotations

import unicodedata

_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs"}
"""Controls, formats (zero width, right-to-left, tags), what is unassigned, private or half."""


def tamed(text: str, limit: int) -> str:
    """Give text without unseen characters; line ends and tabs stay. A longer one says it is cut."""
    size = len(text)
    text = "".join(map(_seen, text[: 2 * limit])).strip()
    if len(text) > limit or size > 2 * limit:
        return f"{text[:limit].rstrip()} … (cut; {size} characters in all)"
    return text


def line(text: str, limit: int) -> str:
    """Give tamed text on one line."""
    return " ".join(tamed(text, limit).split())


def _seen(character: str) -> str:
    if " " <= character <= "~" or character in "\n\t":
        return character
    if character in "\r\u2028\u2029":
        return "\n"
    return "" if unicodedata.category(character) in _UNSEEN else character
