"""What the type of a PDF tells: which lines are set as headings, and how high they stand.

A PDF holds no structure, only letters at places. Lines larger than what most of the document is set
in are its headings, and short bold ones where the rest is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_LARGER, _SMALLER = 1.12, 0.85
_LONGEST_HEADING = 110
_MOST_LEVELS = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is printed; `size` in points, to a tenth."""

    words: str
    size: float
    is_bold: bool


def lines_of(page: Any) -> tuple[str, list[Line]]:
    """Give a page's text as pypdf puts it together, and its lines with their type."""
    pieces: list[tuple[str, float, bool]] = []

    def visit(text: str, cm: Any, tm: Any, font: Any, size: Any) -> None:
        if text:
            scale = abs(float(tm[3]) * float(cm[3])) or 1.0
            name = str((font or {}).get("/BaseFont", ""))
            pieces.append((text, round(float(size) * scale, 1), "bold" in name.casefold()))

    whole = page.extract_text(visitor_text=visit) or ""
    return whole, list(_lines(pieces))


def _lines(pieces: Sequence[tuple[str, float, bool]]) -> list[Line]:
    """Put pieces together to lines: each as small as its smallest words, bold if all of it is."""
    held: list[Line] = []
    words, size, is_bold = "", 0.0, True
    for text, its_size, its_bold in (*pieces, ("\n", 0.0, False)):
        for place, part in enumerate(text.split("\n")):
            if place:
                if words.strip():
                    held.append(Line(key(words), size, is_bold))
                words, size, is_bold = "", 0.0, True
            if part.strip():
                size = min(size, its_size) if size else its_size
                is_bold &= its_bold
            words += part
    return held


def key(words: str) -> str:
    """Give a line's words in the one way by which it is looked up."""
    return " ".join(words.split())


def headings(pages: Sequence[Sequence[Line]]) -> Mapping[str, int]:
    """Give the lines that are headings, with their levels from 1 on."""
    usual, usual_bold = _usual(pages)
    found: dict[str, float] = {}
    plain: set[str] = set()
    for line in (line for page in pages for line in page):
        larger = line.size >= usual * _LARGER
        bolder = line.is_bold and not usual_bold and line.size >= usual * 0.95
        if (larger or bolder) and _could_be_heading(line.words):
            found[line.words] = line.size if larger else 0.0
        else:
            plain.add(line.words)
    alone = {words: size for words, size in found.items() if words not in plain}
    sizes = sorted(set(alone.values()), reverse=True)
    return {words: min(sizes.index(size) + 1, _MOST_LEVELS) for words, size in alone.items()}


def heads(pages: Sequence[Sequence[Line]]) -> set[str]:
    """Give small lines that stand first or last on every page: letter heads, as `key` has them."""
    if len(pages) < 2:
        return set()
    usual, _ = _usual(pages)
    ends = [{*page[:1], *page[-1:]} for page in pages]
    same = set.intersection(*ends)
    return {line.words.casefold() for line in same if line.size <= usual * _SMALLER}


def _usual(pages: Sequence[Sequence[Line]]) -> tuple[float, bool]:
    """Give what most letters are set in."""
    letters: Counter[tuple[float, bool]] = Counter()
    for line in (line for page in pages for line in page):
        letters[line.size, line.is_bold] += len(line.words)
    return letters.most_common(1)[0][0] if letters else (0.0, False)


def _could_be_heading(words: str) -> bool:
    return (
        len(words) <= _LONGEST_HEADING
        and not words.endswith((".", ",", ";", "…"))
        and any(sign.isalpha() for sign in words)
    )
