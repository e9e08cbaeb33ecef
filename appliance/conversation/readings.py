"""A sentence as its reader would take it, whatever it is dressed in.

Rules judge what is read here, never the characters as they came: emphasis, zero-width characters,
look-alike letters and s p a c e d words are undone first.
"""

from __future__ import annotations

import base64
import binascii
import re
import string
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby
from urllib.parse import unquote

# Cyrillic and Greek letters that look like Latin ones. Folded only in words that mix scripts.
_LOOKS_LIKE = str.maketrans(
    "аеорсухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅαεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijshdqwabekmhopctyxijsaeiknoptuxabezhikmnoptyx",
)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)
_STRANGE = re.compile(r"[\u0370-\u03ff\u0400-\u052f]")
_EMPHASIS = re.compile(r"[*_~`|\\]+")
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_][ .\-·]){3,}[^\W\d_](?!\w)")
_NOT_LETTER = re.compile(r"[\W\d_]+")
_DIGIT = re.compile(r"\d+")
_NOT_SIGN = re.compile(r"[\W_]+")
_NO_LETTERS = bytes(each for each in range(128) if not chr(each).isalpha())
_NO_SIGNS = bytes(each for each in range(128) if not chr(each).isalnum())
_ROT13 = str.maketrans(
    string.ascii_lowercase, string.ascii_lowercase[13:] + string.ascii_lowercase[:13]
)
_LEET = str.maketrans("0134578@$", "oieastbas")
_LEET_WORD = re.compile(r"[a-z][0134578@$]|[0134578@$][a-z]", re.IGNORECASE)
_PACKED = re.compile(r"[A-Za-z0-9+/_=-]{24,}|(?:[0-9a-f]{2}[\s:]?){12,}", re.IGNORECASE)
_ESCAPED = re.compile(r"%[0-9a-f]{2}|&#x?[0-9a-f]+;|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}", re.IGNORECASE)
_CODE = re.compile(
    r"(?:&#x(?P<hexa>[0-9a-f]{1,6});|&#(?P<number>\d{1,7});"
    r"|\\u(?P<long>[0-9a-f]{4})|\\x(?P<short>[0-9a-f]{2}))",
    re.IGNORECASE,
)
_MOST_PACKED = 4


def plainly(sentence: str) -> str:
    """Give a sentence as it is read: one script, no emphasis, nothing unseen, words whole."""
    if not sentence.isascii():
        sentence = _UNSEEN.sub("", unicodedata.normalize("NFKC", sentence))
        if _STRANGE.search(sentence):
            sentence = " ".join(map(_one_script, sentence.split(" ")))
    sentence = _EMPHASIS.sub("", sentence).replace("\u2019", "'")
    return _SPACED.sub(_joined, sentence)


def letters(text: str) -> str:
    """Give the letters of a text in small, nothing between them."""
    if text.isascii():  # 20 times as fast
        return text.lower().encode().translate(None, _NO_LETTERS).decode()
    return _NOT_LETTER.sub("", text).casefold()


def signs(text: str) -> str:
    """Give the letters and digits of a text in small, nothing between them."""
    if text.isascii():
        return text.lower().encode().translate(None, _NO_SIGNS).decode()
    return _NOT_SIGN.sub("", text).casefold()


def without_digits(text: str) -> str:
    """Give a text without its digits."""
    if text.isascii():
        return text.encode().translate(None, b"0123456789").decode()
    return _DIGIT.sub("", text)


def veiled(text: str) -> Iterator[str]:
    """Give the signs of what a text may be another writing of.

    As it is, backwards by letters and by words, rot13, leetspeak, escapes, base64, hex.
    """
    plain = signs(text)
    yield plain
    yield plain[::-1]
    yield signs(" ".join(reversed(text.split())))
    yield plain.translate(_ROT13)
    if _LEET_WORD.search(text):
        yield signs(text.translate(_LEET))
    if _ESCAPED.search(text):
        yield signs(_CODE.sub(_decoded, unquote(text, errors="ignore")))
    for packed in _PACKED.findall(text)[:_MOST_PACKED]:
        yield from map(signs, _unpacked(packed))


def words_beginning(stems: Iterable[str]) -> re.Pattern[str]:
    """Make a pattern that finds a word beginning with one of many stems, in text in small.

    Stems with a common beginning share it: `re` tries alternatives one by one.
    """
    return re.compile(rf"\b{_branches(sorted(set(stems)))}")


def _branches(stems: list[str]) -> str:
    if "" in stems:
        return ""
    by_first = groupby(stems, key=lambda stem: stem[0])
    branches = [
        re.escape(first) + _branches([each[1:] for each in rest]) for first, rest in by_first
    ]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def _one_script(word: str) -> str:
    return word.translate(_LOOKS_LIKE) if _LATIN.search(word) else word


def _joined(found: re.Match[str]) -> str:
    return "".join(filter(str.isalpha, found.group()))


def _decoded(found: re.Match[str]) -> str:
    of = found.groupdict()
    code = int(of["number"]) if of["number"] else int(of["hexa"] or of["long"] or of["short"], 16)
    return chr(code) if code < 0x110000 else ""


def _unpacked(packed: str) -> Iterator[str]:
    even = "".join(packed.split()).replace(":", "")
    try:
        yield bytes.fromhex(even).decode("utf-8", "ignore")
    except ValueError:
        standard = even.replace("-", "+").replace("_", "/").rstrip("=")
        for start in range(4):  # a cut piece of base64 may begin anywhere in its four
            piece = standard[start:]
            try:
                raw = base64.b64decode(piece[: len(piece) // 4 * 4])
            except (binascii.Error, ValueError):
                continue
            yield raw.decode("utf-8", "ignore")
