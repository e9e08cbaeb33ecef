"""The one gate every text from outside passes before a terminal or a log shows it."""

from __future__ import annotations

import unicodedata

_BIDI = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C, 0x200E, 0x200F}
_KEPT = {"\n", "\t"}


def safe_text(text: str, *, limit: int | None = None) -> str:
    """Give `text` with every control, escape, bidi and surrogate character made visible.

    Newlines and tabs stay. With `limit`, longer text ends in an ellipsis and the true length.
    """
    if limit is not None and len(text) > limit:
        text = f"{text[:limit]}… ({len(text)} characters)"
    return "".join(map(_shown, text))


def one_line(text: str, *, limit: int | None = None) -> str:
    """Give `safe_text` on a single line."""
    return " ".join(safe_text(text, limit=limit).split())


def storable(text: str) -> str:
    """Give `text` as UTF-8 can carry it: lone surrogates become the replacement character."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text


def _shown(character: str) -> str:
    if character in _KEPT or " " <= character <= "~":
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if code in _BIDI or unicodedata.category(character) in {"Cc", "Cs", "Co", "Zl", "Zp"}:
        return f"<U+{code:04X}>"
    return character
