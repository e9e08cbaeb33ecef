"""What a benchmark gives back, and how it is printed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

Cell = str | int | float


@dataclass(frozen=True)
class Table:
    """Rows under columns; a cell is text or a number."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]

    def text(self) -> str:
        cells = [self.columns, *(tuple(map(_worded, row)) for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [_line(row, widths) for row in cells]
        lines.insert(1, "  ".join("-" * width for width in widths))
        return "\n".join([self.title, *(f"  {line}" for line in lines)])


@dataclass(frozen=True)
class Goal:
    """A figure, and what we want it to be. `most` and `least` are bounds, either may be open."""

    what: str
    value: float
    unit: str = ""
    most: float | None = None
    least: float | None = None

    def text(self) -> str:
        said = f"  {self.what}: {_worded(self.value)} {self.unit}".rstrip()
        if self.most is None and self.least is None:
            return said
        bound = f"<= {self.most:g}" if self.most is not None else f">= {self.least:g}"
        return f"{said}   (goal {bound}: {'met' if self.is_met else 'MISSED'})"

    @property
    def is_met(self) -> bool:
        over = self.most is not None and self.value > self.most
        return not over and not (self.least is not None and self.value < self.least)


@dataclass(frozen=True)
class Report:
    tables: list[Table]
    goals: list[Goal] = field(default_factory=list)

    def text(self) -> str:
        parts = [table.text() for table in self.tables]
        if self.goals:
            parts.append("\n".join(goal.text() for goal in self.goals))
        return "\n\n".join(parts)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def spread(values: Sequence[float]) -> str:
    """Word the median and the range of repeated rounds."""
    low, high = min(values), max(values)
    return f"{_worded(median(values))} ({_worded(low)} to {_worded(high)})"


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def _worded(cell: Cell) -> str:
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 1000 else f"{cell:.3g}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.ljust(width) if place == 0 else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join([first, *others]).rstrip()
