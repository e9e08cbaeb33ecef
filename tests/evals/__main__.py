"""`make evals`: plays the held-out dialogues, then measures the public sets.

python -m tests.evals [--quick] [--json] [--transcripts FILE] [--dialogues FOLDER] [--only PART]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import defaultdict
from pathlib import Path

from appliance.services.evaluation.scores import wilson
from tests.evals.house import open_house
from tests.evals.judge import FOLDER, Verdict, dialogues, play
from tests.evals.public import sets
from tests.evals.public.collection import FOLDER as PUBLIC
from tests.evals.public.figures import Figure, table


async def _all(folder: Path) -> list[Verdict]:
    async with open_house() as house:
        return [await play(house, dialogue) for dialogue in dialogues(folder)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--transcripts", type=Path, help="write what was said into this file")
    parser.add_argument(
        "--dialogues", type=Path, default=FOLDER, help="another folder of dialogues, for tuning"
    )
    parser.add_argument("--quick", action="store_true", help="a small sample of the public sets")
    parser.add_argument(
        "--only", choices=("dialogues", "public"), help="only the dialogues, or the public sets"
    )
    asked = parser.parse_args()
    verdicts = [] if asked.only == "public" else asyncio.run(_all(asked.dialogues))
    if asked.transcripts:
        asked.transcripts.write_text(_transcripts(verdicts), "utf-8")
    if verdicts and not asked.json:
        _tell(verdicts)
    figures: list[Figure] = []
    if asked.only != "dialogues":
        figures = _public(quick=asked.quick, silent=asked.json)
    if asked.json:
        print(json.dumps(_as_json(verdicts, figures)))
    return 0


def _public(*, quick: bool, silent: bool) -> list[Figure]:
    """Measure the public sets, printing each as it is done."""
    found: list[Figure] = []
    for place, figures in enumerate(sets.figures(quick=quick)):
        found += figures
        if not silent:
            print(("" if place else "\n") + table(figures, header=not place), flush=True)
    if missing := sets.missing():
        print(f"not there, so not measured: {', '.join(missing)} (in {PUBLIC})", file=sys.stderr)
    return found


def _as_json(verdicts: list[Verdict], figures: list[Figure]) -> dict[str, object]:
    return {
        "n": len(verdicts),
        "reached": sum(verdict.reached for verdict in verdicts),
        "wrong_writes": sum(bool(verdict.wrong_writes) for verdict in verdicts),
        "public": [figure.as_json() for figure in figures],
    }


def _tell(verdicts: list[Verdict]) -> None:
    """Print how many dialogues reached their goal, by kind."""
    reached, n = sum(verdict.reached for verdict in verdicts), len(verdicts)
    wrong = sum(bool(verdict.wrong_writes) for verdict in verdicts)
    low, high = wilson(reached, n)
    by_kind: dict[str, list[bool]] = defaultdict(list)
    for verdict in verdicts:
        by_kind[verdict.kind].append(verdict.reached)
    print(f"{'kind':<16}{'n':>4}{'goal reached':>14}")
    for kind, results in sorted(by_kind.items()):
        print(f"{kind:<16}{len(results):>4}{sum(results):>14}")
    print(f"{'all':<16}{n:>4}{reached:>14}   {reached / n:.0%} (95 %: {low:.0%} to {high:.0%})")
    print(f"dialogues with a wrong write: {wrong}")


def _transcripts(verdicts: list[Verdict]) -> str:
    parts = []
    for verdict in verdicts:
        parts.append(f"## {verdict.id} ({verdict.kind}): {'reached' if verdict.reached else 'NO'}")
        parts += [f"   missed: {each}" for each in verdict.missed]
        parts += [f"   WRONG: {each}" for each in verdict.wrong_writes]
        parts += [f"  {who}: {text}" for who, text in verdict.transcript]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(main())
