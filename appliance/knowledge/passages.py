"""Blocks as passages: small enough to be embedded whole, each knowing where it stands.

Headings stand above every passage under them. A table goes row by row, each cell with the name of
its column. A section that is cut keeps its last sentence at the head of the next passage.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from appliance.core.safe_text import one_line
from appliance.knowledge.ingest.blocks import Block, Heading, Paragraph, Place, Rows

Count = Callable[[Sequence[str]], list[int]]

WINDOW = 126  # 128 word pieces, less the two that frame every text
_LEAST = 64  # words of the passage itself, however long its headings are
_OVERLAP = 24
_ROWS = 32  # rows that are found, and quoted, together: a long one alone, a few short ones
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\n+")
_BETWEEN = " › "
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Cut:
    """A passage as it was cut: its headings, its place, its words, its anchor in a web page."""

    headings: tuple[str, ...]
    place: str
    words: str
    anchor: str = ""

    @property
    def heading(self) -> str:
        """Its headings in one line."""
        return _BETWEEN.join(self.headings)

    def under(self, title: str) -> str:
        """Give its headings below the document's title, which is not said twice."""
        words = _WORD.findall(title.casefold())
        said = set(_WORD.findall(self.heading.casefold()))
        return self.heading if said.issuperset(words) else _BETWEEN.join([title, *self.headings])


def cut(blocks: Sequence[Block], count: Count, *, title: str = "") -> Iterator[Cut]:
    """Cut a document into passages, in order. `title` stands above all of them."""
    stand = _Stand()
    waiting: list[str] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            waiting += sentences(block.words)
        elif isinstance(block, Rows):
            yield from _packed(stand, waiting, count, title, overlap=True)
            waiting = []
            rows = list(rows_worded(block))
            yield from _packed(stand, rows, count, title, overlap=False, most=_ROWS)
        else:
            yield from _packed(stand, waiting, count, title, overlap=True)
            waiting = []
            stand.go(block)
    yield from _packed(stand, waiting, count, title, overlap=True)


def rows_worded(table: Rows) -> Iterator[str]:
    """Word each row: "Plan: Pro, Price: $15."; without a header its cells alone."""
    for row in table.rows:
        if table.header:
            named = zip(table.header, row, strict=False)
            cells = [f"{name}: {cell}" if name else cell for name, cell in named if cell]
        else:
            cells = [cell for cell in row if cell]
        if cells:
            words = ", ".join(cells)
            yield words if words.endswith((".", "!", "?")) else f"{words}."


@dataclass(slots=True)
class _Stand:
    """Where in the document we stand."""

    path: list[Heading] = field(default_factory=list)
    place: str = ""

    def go(self, block: Heading | Place) -> None:
        if isinstance(block, Place):
            self.place = block.words
            return
        self.path = [above for above in self.path if above.level < block.level]
        if block.words.strip():
            self.path.append(block)

    def passage(self, words: str) -> Cut:
        anchor = next((above.anchor for above in reversed(self.path) if above.anchor), "")
        return Cut(
            tuple(one_line(h.words, limit=200) for h in self.path), self.place, words, anchor
        )


def _packed(
    stand: _Stand,
    pieces: list[str],
    count: Count,
    title: str,
    *,
    overlap: bool,
    most: int = WINDOW,
) -> Iterator[Cut]:
    """Gather whole sentences, or rows, into passages that fit the window; `most` is their own."""
    if not pieces:
        return
    above = stand.passage("").under(title)
    room = max(WINDOW - count([f"{above}. "])[0], _LEAST)
    fits = min(room, most)
    held: list[tuple[str, int]] = []
    total = 0
    for piece, length in _fitting(pieces, count, room):
        if held and total + length > fits:
            yield stand.passage(" ".join(words for words, _ in held))
            last = held[-1]
            carried = overlap and len(held) > 1 and last[1] <= _OVERLAP and last[1] + length <= room
            held = [last] if carried else []
            total = last[1] if carried else 0
        held.append((piece, length))
        total += length
    yield stand.passage(" ".join(words for words, _ in held))


def sentences(words: str) -> list[str]:
    """Give the sentences of a text; a line's end ends one as well."""
    parts = (" ".join(part.split()) for part in _SENTENCE.split(words))
    return [part for part in parts if part]


def _fitting(pieces: list[str], count: Count, room: int) -> Iterator[tuple[str, int]]:
    """Give each piece with its length; one that is too long goes in parts."""
    for piece, length in zip(pieces, count(pieces), strict=True):
        if length <= room:
            yield piece, length
        else:
            yield from _parts(piece.split(), count, room)


def _parts(words: list[str], count: Count, room: int) -> Iterator[tuple[str, int]]:
    lengths = count(words)
    held: list[str] = []
    total = 0
    for word, length in zip(words, lengths, strict=True):
        if length > room:  # a word without an end: a link, base64, a script without spaces
            if held:
                yield " ".join(held), total
                held, total = [], 0
            step = max(1, room * len(word) // length)
            cuts = [word[at : at + step] for at in range(0, len(word), step)]
            yield from zip(cuts, count(cuts), strict=True)
            continue
        if held and total + length > room:
            yield " ".join(held), total
            held, total = [], 0
        held.append(word)
        total += length
    if held:
        yield " ".join(held), total
