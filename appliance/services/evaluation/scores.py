"""Shares with their uncertainty, and how a run stands against the one before."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from appliance.core.store import notes
from appliance.core.store.database import Connection
from appliance.services.evaluation.judging import Verdict
from appliance.services.evaluation.questions import EXPECTATIONS

ALL = "all"
_Z = 1.959964  # of 95 %
_NOTE = "eval|"


@dataclass(frozen=True, slots=True)
class Score:
    """How many of n were right."""

    right: int
    n: int

    @property
    def share(self) -> float:
        """The share that was right."""
        return self.right / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies, 95 times of a hundred (Wilson 1927)."""
        return wilson(self.right, self.n)


def wilson(right: int, n: int) -> tuple[float, float]:
    """Give Wilson's 95 % interval of a share (Wilson 1927); of nothing, everything."""
    if not n:
        return 0.0, 1.0
    share, z2 = right / n, _Z * _Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Last:
    """The run before: when, and which questions were right."""

    at: datetime
    right: frozenset[str]
    wrong: frozenset[str]


@dataclass(frozen=True, slots=True)
class Change:
    """This run against the one before, on the `n` questions both were asked."""

    since: datetime
    n: int
    before: int
    now: int
    newly_right: frozenset[str]
    newly_wrong: frozenset[str]


def of(verdicts: Sequence[Verdict]) -> dict[str, Score]:
    """Give the score of each kind of expectation, and of the questions as a whole, under `all`."""
    found: dict[str, Score] = {}
    for kind in EXPECTATIONS:
        judged = [verdict.met[kind] for verdict in verdicts if kind in verdict.met]
        if judged:
            found[kind] = Score(sum(judged), len(judged))
    found[ALL] = Score(sum(verdict.is_right for verdict in verdicts), len(verdicts))
    return found


def against(last: Last, verdicts: Sequence[Verdict]) -> Change | None:
    """Compare with the run before; None where no question is the same."""
    known = last.right | last.wrong
    shared = {v.asked.digest: v.is_right for v in verdicts if v.asked.digest in known}
    if not shared:
        return None
    right = {key for key, is_right in shared.items() if is_right}
    return Change(
        since=last.at,
        n=len(shared),
        before=len(last.right & shared.keys()),
        now=len(right),
        newly_right=frozenset(right & last.wrong),
        newly_wrong=frozenset((shared.keys() - right) & last.right),
    )


def find_last(connection: Connection, file: Path) -> Last | None:
    """Find the run before with a file's questions."""
    kept = notes.find(connection, _name(file))
    if kept is None:
        return None
    held: Mapping[str, str] = json.loads(kept)
    return Last(
        datetime.fromisoformat(held["at"]),
        frozenset(held["right"].split()),
        frozenset(held["wrong"].split()),
    )


def keep(connection: Connection, now: datetime, file: Path, verdicts: Sequence[Verdict]) -> None:
    """Keep a run for the next one to compare with."""
    right = {verdict.asked.digest for verdict in verdicts if verdict.is_right}
    wrong = {verdict.asked.digest for verdict in verdicts} - right
    held = {
        "at": now.isoformat(),
        "right": " ".join(sorted(right)),
        "wrong": " ".join(sorted(wrong)),
    }
    notes.put(connection, _name(file), json.dumps(held))


def _name(file: Path) -> str:
    return _NOTE + hashlib.sha256(str(file.resolve()).encode()).hexdigest()[:16]
