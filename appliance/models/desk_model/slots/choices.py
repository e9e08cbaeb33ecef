"""One of a few fixed values, and yes or no."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from appliance.models.desk_model.slots.found import Found, Product

_ALIKE = {
    "monthly": ("per month", "a month", "each month", "month to month", "every month", "months"),
    "yearly": (
        "per year",
        "a year",
        "annual",
        "annually",
        "year",
        "each year",
        "12 months",
        "2 years",
        "3 years",
        "two years",
        "three years",
    ),
    "annual": ("per year", "a year", "yearly", "annually", "year"),
    "weekly": ("per week", "a week", "each week"),
}
_CLOSE = 86


def find(text: str, choices: tuple[str, ...]) -> list[Found]:
    """Find the choice named in the text, typos forgiven; the last one named counts."""
    best: Found | None = None
    for choice in choices:
        for words in (choice.replace("_", " "), *_ALIKE.get(choice.lower(), ())):
            for match in re.finditer(rf"\b{re.escape(words)}\b", text, re.I):
                if best is None or match.start() > best.start:
                    best = Found(match.start(), match.end(), choice)
    return [best] if best else _close(text, {choice: (choice,) for choice in choices})


def products(text: str, catalogue: tuple[Product, ...]) -> list[Found]:
    """Find the products named in the text, in order, by name, alias or a near spelling."""
    found: list[Found] = []
    for product in catalogue:
        for name in sorted(product.names, key=len, reverse=True):
            match = re.search(rf"\b{re.escape(name)}(?:'s|s)?\b", text, re.I)
            if match:
                found.append(Found(match.start(), match.end(), product.name))
                break
    inner = [
        one
        for one in found
        if any(
            o is not one
            and o.start <= one.start
            and one.end <= o.end
            and o.end - o.start > one.end - one.start
            for o in found
        )
    ]
    found = sorted((one for one in found if one not in inner), key=lambda one: one.start)
    return found or _close(text, {product.name: product.names for product in catalogue})


def yes_no(text: str) -> list[Found]:
    """Find a plain yes or no."""
    if match := re.search(r"\b(?:yes|yep|yeah|true|sure|please do)\b", text, re.I):
        return [Found(match.start(), match.end(), value=True)]
    if match := re.search(r"\b(?:no|nope|false|not)\b", text, re.I):
        return [Found(match.start(), match.end(), value=False)]
    return []


def _close(text: str, names: dict[str, tuple[str, ...]]) -> list[Found]:
    """Compare single words: "enterprize" is Enterprise, "star" is nothing."""
    words = [
        (spelling.lower(), value)
        for value, spellings in names.items()
        for spelling in spellings
        if " " not in spelling and len(spelling) >= 5
    ]
    for match in re.finditer(r"[^\W\d_]{5,}", text):
        for spelling, value in words:
            if fuzz.ratio(match[0].lower(), spelling) >= _CLOSE:
                return [Found(match.start(), match.end(), value)]
    return []


_AROUND = "*_`'\"“”‘’()[]<>"
"""What people put around a code they copy."""


def codes(text: str, pattern: str, *, asked: bool) -> list[Found]:
    """Find words a tool's pattern allows; as a short answer to the question in any case."""
    is_answer = asked and len(text.split()) <= 3
    found = []
    for match in re.finditer(r"[^\s,;!?]+", text):
        word = match.group().lstrip(_AROUND).rstrip(f"{_AROUND}.:")
        for value in (word, word.upper(), word.lower()) if is_answer else (word,):
            if re.search(pattern, value):
                start = match.start() + match.group().index(word)
                found.append(Found(start, start + len(word), value))
                break
    return found
