"""What is wrong with a config file, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from appliance.core import safe_text

Steps = tuple[str | int, ...]

_SHOWN = 60
_MOST = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at a place of the file; `steps` lead to it from the top.

    `line` and `column` count from 1. A warning does not keep the config from being used.
    """

    line: int
    column: int
    steps: Steps
    what: str
    do: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding in a named file. `str()` is its line for people and editors."""

    path: str
    line: int
    column: int
    field: str
    what: str
    do: str
    warning: bool = False

    def __str__(self) -> str:
        kind = "warning: " if self.warning else ""
        place = f"{self.path}:{self.line}:{self.column}"
        return f"{place}: {self.field}: {kind}{self.what} ({self.do})"


def field_name(steps: Steps) -> str:
    """Word a place of the file: `workflow.tools[2].config`."""
    named = ""
    for step in steps:
        if isinstance(step, int):
            named += f"[{step}]"
        else:
            named += ("." if named else "") + safe_text.one_line(step, limit=_SHOWN)
    return named or "(file)"


def shown(value: object) -> str:
    """Quote a value for a message: one line, no control characters, shortened."""
    return f'"{safe_text.one_line(str(value), limit=_SHOWN)}"'


def listed(path: str | Path, ranked: Iterable[Iterable[Finding]]) -> tuple[Problem, ...]:
    """Give the problems in the order of the file, one for each place.

    Where several groups of findings speak about the same place, the first group is believed.
    """
    kept: dict[Steps | tuple[int, int], Finding] = {}
    for group in ranked:
        news: dict[Steps | tuple[int, int], list[Finding]] = {}
        for finding in group:
            key = finding.steps or (finding.line, finding.column)
            news.setdefault(key, []).append(finding)
        for key, findings in news.items():
            if key not in kept or (kept[key].warning and not findings[0].warning):
                kept[key] = findings[0]
    ordered = sorted(kept.values(), key=lambda found: (found.line, found.column, found.what))
    name = safe_text.one_line(str(path))
    problems = [_problem(name, found) for found in ordered[:_MOST]]
    if len(ordered) > _MOST:
        first = ordered[_MOST]
        rest = len(ordered) - _MOST
        problems.append(
            Problem(
                name,
                first.line,
                first.column,
                "(file)",
                f"{rest} more problems follow",
                "repair the ones above first",
                warning=all(found.warning for found in ordered[_MOST:]),
            )
        )
    return tuple(problems)


def _problem(name: str, found: Finding) -> Problem:
    return Problem(
        path=name,
        line=found.line,
        column=found.column,
        field=field_name(found.steps),
        what=found.what,
        do=found.do,
        warning=found.warning,
    )
