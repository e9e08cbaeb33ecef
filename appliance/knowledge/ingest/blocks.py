"""What every format is read as: headings, paragraphs and tables in order, and where they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from appliance.core import errors


@dataclass(frozen=True, slots=True)
class Heading:
    """The words above what follows; level 1 is the highest. `anchor` is its place in a web page."""

    level: int
    words: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words that belong together."""

    words: str


@dataclass(frozen=True, slots=True)
class Rows:
    """A table: every row has a cell for each name in `header` (which may be empty)."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where what follows stands, as it is cited: "page 3", "sheet Rooms"."""

    words: str


Block: TypeAlias = Heading | Paragraph | Rows | Place


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document as it was read.

    `title` is its own ("" if it has none). `front` is what it says of itself: access, valid_from,
    valid_until, language, title. `remarks` tell a person what could not be read. `links` are what a
    web page points to, as it writes them.
    """

    title: str
    blocks: Sequence[Block]
    front: Mapping[str, str] = field(default_factory=dict)
    remarks: Sequence[str] = ()
    links: Sequence[str] = ()


_KINDS: Mapping[str, type[Heading | Paragraph | Rows | Place]] = {
    "h": Heading,
    "p": Paragraph,
    "t": Rows,
    "at": Place,
}


def to_wire(parsed: Parsed) -> dict[str, Any]:
    """Give a parsed document as JSON can carry it."""
    names = {kind: name for name, kind in _KINDS.items()}
    blocks: list[list[Any]] = []
    for block in parsed.blocks:
        values = [getattr(block, name) for name in block.__slots__]
        blocks.append([names[type(block)], *values])
    return {
        "title": parsed.title,
        "blocks": blocks,
        "front": dict(parsed.front),
        "remarks": list(parsed.remarks),
        "links": list(parsed.links),
    }


def from_wire(wire: Any) -> Parsed:
    """Read what `to_wire` gave; the process it comes from has handled strangers' bytes.

    Raises:
        Refused: it is not of that shape.
    """
    try:
        return Parsed(
            title=_text(wire["title"]),
            blocks=[_block(*each) for each in wire["blocks"]],
            front={_text(name): _text(value) for name, value in wire["front"].items()},
            remarks=[_text(remark) for remark in wire["remarks"]],
            links=[_text(link) for link in wire["links"]],
        )
    except (TypeError, KeyError, AttributeError, ValueError):
        raise errors.Refused("The document was read as something that is no document.") from None


def _block(kind: str, *values: Any) -> Block:
    if kind == "t":
        header, rows = values
        return Rows(_texts(header), tuple(map(_texts, rows)))
    if kind == "h":
        level, *words = values
        return Heading(int(level), *map(_text, words))
    (said,) = map(_text, values)
    return Paragraph(said) if kind == "p" else Place(said)


def _texts(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError
    return tuple(map(_text, values))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
