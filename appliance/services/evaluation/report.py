"""How a run is shown on a terminal, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from appliance.core.safe_text import one_line
from appliance.services.evaluation.judging import Verdict
from appliance.services.evaluation.scores import ALL, Change, Score

_NAMES = {
    "cites": "cited first",
    "says": "said",
    "says_not": "not said",
    "calls": "tool called",
    "hands_over": "handed over",
    "refuses": "refused",
    ALL: "whole questions",
}


def show(
    file: Path, verdicts: Sequence[Verdict], scores: Mapping[str, Score], change: Change | None
) -> None:
    """Show what was wrong, then the scores, then how it was before."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    newly_wrong = change.newly_wrong if change else frozenset()
    for verdict in verdicts:
        if not verdict.is_right:
            _show_wrong(console, file, verdict, newly=verdict.asked.digest in newly_wrong)
    table = Table(
        "what had to come",
        Column("n", justify="right"),
        Column("right", justify="right"),
        Column("share", justify="right"),
        Column("95 % interval", justify="right"),
    )
    for kind, score in scores.items():
        low, high = score.interval
        cells = (str(score.n), str(score.right), f"{score.share:.1%}", f"{low:.0%} to {high:.0%}")
        if kind == ALL:
            table.add_section()
        table.add_row(_NAMES[kind], *cells)
    console.print(table)
    console.print(Text(_compared(change)))


def _show_wrong(console: Console, file: Path, verdict: Verdict, *, newly: bool) -> None:
    asked = " / ".join(verdict.asked.question.ask)
    again = "  (right last time)" if newly else ""
    console.print(Text(f"{file}:{verdict.asked.line}: {one_line(asked)}{again}", style="bold"))
    for miss in verdict.misses:
        console.print(Text(f"  {one_line(miss.why)}", style="red"))
    said = one_line(" / ".join(verdict.answer.said), limit=400) or "(nothing)"
    console.print(Text(f"  said was: {said}", style="dim"))


def _compared(change: Change | None) -> str:
    if change is None:
        return "There is no earlier run of these questions to compare with."
    when = f"the run of {change.since:%Y-%m-%d %H:%M} UTC"
    same = f"on the {change.n} questions asked both times"
    difference = change.now - change.before
    moved = f"{len(change.newly_right)} newly right, {len(change.newly_wrong)} newly wrong"
    if not difference:
        return f"As good as {when} {same}: {change.now} right ({moved})."
    word = "Better" if difference > 0 else "Worse"
    return (
        f"{word} by {abs(difference)} than {when} {same}: {change.before} right then, "
        f"{change.now} now ({moved})."
    )


def print_json(
    version: str,
    verdicts: Sequence[Verdict],
    scores: Mapping[str, Score],
    change: Change | None,
) -> None:
    """Print everything for programs."""
    typer.echo(
        json.dumps(
            {
                "config_version": version,
                "scores": {kind: _score(score) for kind, score in scores.items()},
                "questions": [_verdict(verdict) for verdict in verdicts],
                "change": _change(change),
            },
            indent=2,
        )
    )


def _score(score: Score) -> dict[str, Any]:
    low, high = score.interval
    return {
        "n": score.n,
        "right": score.right,
        "share": round(score.share, 4),
        "interval_95": [round(low, 4), round(high, 4)],
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "line": verdict.asked.line,
        "ask": verdict.asked.question.ask,
        "right": verdict.is_right,
        "met": dict(verdict.met),
        "missed": [miss.why for miss in verdict.misses],
        "said": list(verdict.answer.said),
        "sources": [source.names[0] for source in verdict.answer.sources],
        "tools": sorted(verdict.answer.tools),
        "handed_over": verdict.answer.handed_over,
        "took_s": round(verdict.answer.took_s, 3),
    }


def _change(change: Change | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {
        "since": change.since.isoformat(),
        "n": change.n,
        "right_then": change.before,
        "right_now": change.now,
        "newly_right": len(change.newly_right),
        "newly_wrong": len(change.newly_wrong),
    }
