"""tau2 at our desk: gold actions through our tools, recorded dialogues with basic mode.

python -m tests.evals.tau2 [--quick] [--json] [--transcripts FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.evals.tau2 import collection, drive, gold, shop
from tests.evals.tau2.drive import Verdict
from tests.evals.tau2.gold import Following, Replay
from tests.evals.tau2.score import Share

_QUICK = 8
"""Tasks and dialogues of each domain in a quick run: every so-manieth of them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything one run found."""

    replays: list[Replay]
    verdicts: list[Verdict]
    blind: list[Verdict]


async def run(of: str, *, quick: bool) -> Outcome:
    """Run one domain."""
    model = Following()
    async with shop.open_shop(of, model=model) as opened:
        tasks = _some(collection.tasks(of), quick=quick)
        replays = [
            await gold.replay(opened, model, task, place=place + 1)
            for place, task in enumerate(tasks)
        ]
    async with shop.open_shop(of) as opened:
        dialogues = _some(collection.dialogues(of), quick=quick)
        verdicts = [await drive.play(opened, each) for each in dialogues]
        blind = [await drive.play(opened, each, blindly=True) for each in dialogues]
    return Outcome(replays, verdicts, blind)


def _some(found: Sequence[Any], *, quick: bool) -> Sequence[Any]:
    return found[:: max(1, len(found) // _QUICK)] if quick else found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a sample of both domains")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--transcripts", type=Path, help="write what was said into this file")
    asked = parser.parse_args()
    if not (collection.TAU2.is_dir() and collection.TAU1.is_dir()):
        print("The tau2 data set is not beside the project.", file=sys.stderr)
        return 1
    outcomes = {of: asyncio.run(run(of, quick=asked.quick)) for of in collection.DOMAINS}
    if asked.transcripts:
        asked.transcripts.write_text(_transcripts(outcomes), "utf-8")
    rows = {of: _rows(outcome) for of, outcome in outcomes.items()}
    if asked.json:
        print(
            json.dumps({of: {k: v.as_json for k, v in each.items()} for of, each in rows.items()})
        )
    else:
        _print(rows)
    is_right = all(
        each.is_gold for outcome in outcomes.values() for each in outcome.replays
    ) and not any(each.wrong_writes for outcome in outcomes.values() for each in outcome.verdicts)
    return 0 if is_right else 1


def _rows(outcome: Outcome) -> dict[str, Share]:
    """Count, each as so many of so many."""
    replays, verdicts, blind = outcome.replays, outcome.verdicts, outcome.blind
    with_writes = [each for each in verdicts if each.has_writes]
    without = [each for each in verdicts if not each.has_writes]
    calls = sum(each.calls for each in replays)
    return {
        "gold database, all tasks": Share.of(each.is_gold for each in replays),
        "gold database, tasks that write": Share.of(e.is_gold for e in replays if e.writes),
        "gold calls that end as there": Share(
            calls - sum(len(each.differs) for each in replays), calls
        ),
        "dialogues that reach the gold rows": Share.of(each.reached for each in verdicts),
        "of those that change something": Share.of(each.reached for each in with_writes),
        "of those that change nothing": Share.of(each.reached for each in without),
        "dialogues with a wrong write": Share.of(bool(e.wrong_writes) for e in verdicts),
        "wrong write, words sent blindly": Share.of(bool(e.wrong_writes) for e in blind),
        "needless hand-over": Share.of(each.needless_hand_over for each in verdicts),
        "hand-over missed": Share.of(each.missed_hand_over for each in verdicts),
        "asked again for what was told": Share.of(each.asked_again > 0 for each in verdicts),
    }


def _print(rows: dict[str, dict[str, Share]]) -> None:
    names = list(next(iter(rows.values())))
    print(f"{'':<36}" + "".join(f"{of:>30}" for of in rows))
    for name in names:
        print(f"{name:<36}" + "".join(f"{each[name]!s:>30}" for each in rows.values()))


def _transcripts(outcomes: dict[str, Outcome]) -> str:
    parts = []
    for outcome in outcomes.values():
        for way, verdicts in (("played", outcome.verdicts), ("blind", outcome.blind)):
            for verdict in verdicts:
                parts.append(f"## {verdict.id} ({way}): {'reached' if verdict.reached else 'NO'}")
                parts += [f"   WRONG: {each}" for each in verdict.wrong_writes]
                parts += [f"  {who}: {text}" for who, text in verdict.transcript]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(main())
