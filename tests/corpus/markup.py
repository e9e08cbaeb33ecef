"""The small markup the documents are written in: headings, lists, tables, paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_HEAD = re.compile(r"(Letterhead|From|To): (.+)")
_STEP = re.compile(r"(?:[-*•]|\d{1,2}\.)\s+")
_RULE = re.compile(r"\|[\s|:-]+\|?$")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a document: `kind` is heading, text, list or table; a table's first row names."""

    kind: str
    words: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A document before it is laid out; `name` is its path, ending in its format."""

    name: str
    title: str
    parts: tuple[Part, ...]
    heads: dict[str, str] = field(default_factory=dict)


def papers(file: Path) -> Iterator[Paper]:
    """Read the documents of one company."""
    for chunk in re.split(r"^=== ", file.read_text("utf-8"), flags=re.M)[1:]:
        name, _, body = chunk.partition("\n")
        yield paper(name.strip(), body)


def paper(name: str, body: str, *, title: str = "") -> Paper:
    """Read one document; its first heading is its title unless it has one already."""
    heads: dict[str, str] = {}
    lines: list[str] = []
    for line in body.splitlines():
        found = _HEAD.fullmatch(line)
        if found and len(lines) < 4:
            heads[found[1]] = found[2]
        else:
            lines.append(line.rstrip())
    parts = list(_parts(lines))
    if not title and parts[0].kind == "heading":
        title = parts.pop(0).words
    return Paper(name, title, tuple(parts), heads)


def _parts(lines: Sequence[str]) -> Iterator[Part]:
    held: list[str] = []
    kind = ""
    for line in [*lines, ""]:
        here = _kind(line)
        if held and here != kind:
            yield from _whole(kind, held)
            held = []
        kind = here
        if here:
            held.append(line.strip())


def _kind(line: str) -> str:
    stripped = line.strip()
    if not stripped or stripped == "---":
        return ""
    if stripped.startswith("#"):
        return "heading"
    if stripped.startswith("|"):
        return "table"
    return "list" if _STEP.match(stripped) else "text"


def _whole(kind: str, held: Sequence[str]) -> Iterator[Part]:
    match kind:
        case "heading":
            for line in held:
                level = len(line) - len(line.lstrip("#"))
                yield Part("heading", line.lstrip("# "), level=level)
        case "table":
            rows = [line for line in held if not _RULE.fullmatch(line)]
            cells = (tuple(cell.strip() for cell in line.strip("|").split("|")) for line in rows)
            yield Part("table", rows=tuple(cells))
        case "list":
            yield Part("list", rows=tuple((_STEP.sub("", line, count=1),) for line in held))
        case _:
            yield from (Part("text", line) for line in held)
