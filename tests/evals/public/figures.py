"""A figure of an evaluation, with its interval and the goal beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from appliance.services.evaluation.scores import wilson

_RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured.

    Attributes:
        of: The data set.
        what: What is counted.
        value: A share, or an F1.
        n: How many sentences, questions or dialogues it rests on.
        low: Lower end of the 95 % interval.
        high: Its upper end.
        goal: What we want to reach at least; None where it is only told.
    """

    of: str
    what: str
    value: float
    n: int
    low: float
    high: float
    goal: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values, rounded to what the interval allows."""
        plain = asdict(self)
        return {
            key: round(each, 4) if isinstance(each, float) else each for key, each in plain.items()
        }


def share(of: str, what: str, hits: Sequence[bool], *, goal: float | None = None) -> Figure:
    """Give the share of hits with Wilson's interval."""
    low, high = wilson(sum(hits), len(hits))
    return Figure(of, what, sum(hits) / len(hits) if hits else 0.0, len(hits), low, high, goal)


def f1(of: str, what: str, counted: Sequence[tuple[int, int, int]]) -> Figure:
    """Give the F1 of (right, too many, missed) a sentence; the interval by resampling sentences."""
    counts = np.array([each for each in counted if any(each)], np.int64).reshape(-1, 3)
    drawn = np.random.default_rng(0).integers(0, len(counts), (_RESAMPLES, len(counts)))
    again = np.sort([_f1(counts[rows].sum(0)) for rows in drawn])
    low, high = again[round(0.025 * _RESAMPLES)], again[round(0.975 * _RESAMPLES) - 1]
    return Figure(of, what, _f1(counts.sum(0)), len(counts), float(low), float(high))


def _f1(counts: Sequence[int]) -> float:
    right, more, missed = (int(each) for each in counts)
    return 2 * right / (2 * right + more + missed)


def table(figures: Sequence[Figure], *, header: bool = True) -> str:
    """Lay the figures out, one a line."""
    lines = (
        []
        if not header
        else [f"{'set':<18}{'what':<58}{'n':>6}{'value':>8}   {'95 %':<15}{'goal':>6}"]
    )
    for one in figures:
        goal = "" if one.goal is None else f"{one.goal:.2f}"
        short = "" if one.goal is None or one.value >= one.goal else "  short"
        span = f"{one.low:.3f} to {one.high:.3f}"
        lines.append(
            f"{one.of:<18}{one.what:<58}{one.n:>6}{one.value:>8.4f}   {span:<15}{goal:>6}{short}"
        )
    return "\n".join(lines)
