"""A config file as a tree of values that know their place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from appliance.config.problems import Steps


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value. `written` is its text in the file, which ends on `last_line`."""

    line: int
    column: int
    value: str | int | float | bool | None
    written: str
    last_line: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    line: int
    column: int
    items: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a section, with the key's own place."""

    line: int
    column: int
    node: Node


@dataclass(frozen=True, slots=True)
class Mapping:
    """A section with keys."""

    line: int
    column: int
    entries: dict[str, Entry] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping


def plain(node: Node) -> Any:
    """Give the tree below a node as plain dicts, lists and values."""
    match node:
        case Mapping():
            return {key: plain(entry.node) for key, entry in node.entries.items()}
        case Sequence():
            return [plain(item) for item in node.items]
        case Scalar():
            return node.value


def find(node: Node | None, *steps: str | int) -> Node | None:
    """Find what lies below a node, or None where any step is missing or of another kind."""
    for step in steps:
        if isinstance(node, Mapping) and isinstance(step, str):
            entry = node.entries.get(step)
            node = entry.node if entry else None
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            return None
    return node


def items(node: Node | None, *steps: str | int) -> list[tuple[Steps, Node]]:
    """List the items of a list below a node with the steps to each; empty where it is no list."""
    found = find(node, *steps)
    if not isinstance(found, Sequence):
        return []
    return [((*steps, number), item) for number, item in enumerate(found.items)]


def text(node: Node | None, *steps: str | int) -> str | None:
    """Find the text below a node; None where there is none or it is no text."""
    found = find(node, *steps)
    return found.value if isinstance(found, Scalar) and isinstance(found.value, str) else None


def place(root: Node, steps: Steps, *, of_key: bool = False) -> tuple[int, int]:
    """Tell line and column of a value, or of its key; of what holds it where it is missing."""
    line, column, node = root.line, root.column, root
    for number, step in enumerate(steps):
        last = number == len(steps) - 1
        if isinstance(node, Mapping) and isinstance(step, str) and step in node.entries:
            entry = node.entries[step]
            missing_below = not last and find(entry.node, steps[number + 1]) is None
            node = entry.node
            unwritten = not isinstance(node, Scalar) or not node.written
            at_key = (last and of_key) or missing_below or unwritten
            line, column = (entry.line, entry.column) if at_key else (node.line, node.column)
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            line, column = node.line, node.column
        else:
            break
    return line, column


def scalars(node: Node, steps: Steps = ()) -> Iterator[tuple[Steps, Scalar]]:
    """Walk all single values with the steps to them, in the order of the file."""
    match node:
        case Mapping():
            for key, entry in node.entries.items():
                yield from scalars(entry.node, (*steps, key))
        case Sequence():
            for number, item in enumerate(node.items):
                yield from scalars(item, (*steps, number))
        case Scalar():
            yield steps, node
