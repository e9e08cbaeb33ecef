"""Bytes of a text file as text, whatever it was written in."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from appliance.core import errors

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 65536
_WESTERN = re.compile(r"[A-Za-z\d\s.,;:!?'\"()%/-][À-ÿŒœŠšŽžŸ€£§°–—‘’“”…«»¡¿·ºª½¼¾²³±×®©™•]|^[À-ß]")


def decode(content: bytes, name: str, *, declared: str | None = None) -> tuple[str, str | None]:
    """Give a file's text, and the name of its encoding where that is not UTF-8.

    Raises:
        Refused: in no encoding is it text.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _checked(_decoded(content, encoding), name), None
    plain = _decoded(content, "utf-8")
    if plain is not None:
        return _checked(plain, name), None
    for other in (declared, _guessed(content)):
        found = _decoded(content, other) if other else None
        if found:
            return _checked(found, name), other
    raise errors.Refused(
        f"{name} is not UTF-8 text, nor any other that is known. Save it as UTF-8."
    )


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError, ValueError):
        return None


def _guessed(content: bytes) -> str | None:
    """Windows-1252 where its letters stand as they do in words, else what statistics say."""
    sample = content[:_SAMPLE]
    western = _decoded(sample, "cp1252")
    if western is not None:
        high = sum(character > "\x7f" for character in western)
        if high <= len(western) * 0.2 and len(_WESTERN.findall(western)) >= high * 0.6:
            return "cp1252"
    if len(sample) < 32:  # too little for statistics
        return None
    best = from_bytes(sample).best()
    return best.encoding if best is not None and best.chaos < 0.1 else None


def _checked(text: str | None, name: str) -> str:
    if text is None:
        raise errors.Refused(f"{name} is damaged text. Save it as UTF-8.")
    if "\x00" in text:
        raise errors.Refused(f"{name} is a binary file. Save it as UTF-8 text.")
    return text
