"""Text as it is spoken: no marks, addresses and codes in groups the ear can follow."""

from __future__ import annotations

import re

EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_URL = re.compile(r"\b(?:https?://|www\.)[^\s<>()]+", re.IGNORECASE)
# Our own references may have no digit: T-KZJQAJ.
CODE = re.compile(r"\b(?:(?=[A-Z0-9-]*\d)[A-Z]{1,3}-[A-Z0-9]{4,12}|[A-Z]-[A-Z0-9]{6})\b")
_PHONE = re.compile(r"(?<![\w.,-])\+?\(?\d[\d ()./-]{6,18}\d(?![\w-])")
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$|^\d{1,2}[./]\d{1,2}[./]\d{2,4}$")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+", re.MULTILINE)
_MARKS = re.compile(r"[*_`#|~<>]+")
_SOURCE = re.compile(r"\s*\((?:Source|Sources): ([^()]{1,200})\)\.?")
SIGNS = {".": "dot", "-": "dash", "_": "underscore", "+": "plus", "@": "at", "/": "slash"}
_PIECES = re.compile(r"[A-Za-z]+|\d+|[^\w\s]|_")


def speakable(text: str) -> str:
    """Give a text as a voice should get it; leading and trailing blanks stay."""
    text = _SOURCE.sub("", text)
    text = _URL.sub(_link, text)
    text = EMAIL.sub(lambda found: _address(found.group()), text)
    text = CODE.sub(lambda found: spelled(found.group()), text)
    text = _PHONE.sub(_number, text)
    text = _BULLET.sub("", text)
    return _MARKS.sub("", text)


def spelled(code: str) -> str:
    """Spell a code, sign by sign, in groups: T-7K2M9Q is "T, 7 K 2, M 9 Q"."""
    parts = [part for part in code.split("-") if part]
    groups = [
        " ".join(part[start : start + 3]) for part in parts for start in range(0, len(part), 3)
    ]
    return ", ".join(groups)


def digits(number: str) -> str:
    """Read a number digit by digit: the last four in pairs of two, the others by three."""
    signs = re.sub(r"\D", "", number)
    head, tail = signs[:-4], signs[-4:]
    first = len(head) % 3
    groups = [head[:first]] if first else []
    groups += [head[start : start + 3] for start in range(first, len(head), 3)]
    spoken = ", ".join(" ".join(group) for group in [*groups, tail] if group)
    return f"plus {spoken}" if number.strip().startswith("+") else spoken


def _number(found: re.Match[str]) -> str:
    number = found.group()
    if _DAY.match(number) or not 7 <= len(re.sub(r"\D", "", number)) <= 15:
        return number
    return digits(number)


def _address(address: str) -> str:
    pieces = _PIECES.findall(address)
    spoken = [SIGNS.get(each, " ".join(each) if each.isdigit() else each) for each in pieces]
    return " ".join(spoken)


def _link(found: re.Match[str]) -> str:
    """Give a link's host and path; what ends the sentence behind it stays."""
    url = found.group().rstrip(".,;:!?")
    bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", url, flags=re.IGNORECASE)
    return _address(re.split(r"[?#]", bare)[0].rstrip("/")) + found.group()[len(url) :]
