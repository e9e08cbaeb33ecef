"""`make evals`: plays the held-out dialogues and prints how many reach their goal.

python -m tests.evals [--json] [--transcripts FILE] [--dialogues FOLDER]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import sys
from collections import defaultdict
from pathlib import Path

from tests.evals.house import open_house
from tests.evals.judge import FOLDER, Verdict, dialogues, play


async def _all(folder: Path) -> list[Verdict]:
    async with open_house() as house:
        return [await play(house, dialogue) for dialogue in dialogues(folder)]


def _interval(hits: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    z, share = 1.96, hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return middle - half, middle + half


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--transcripts", type=Path, help="write what was said into this file")
    parser.add_argument(
        "--dialogues", type=Path, default=FOLDER, help="another folder of dialogues, for tuning"
    )
    asked = parser.parse_args()
    verdicts = asyncio.run(_all(asked.dialogues))
    reached, n = sum(verdict.reached for verdict in verdicts), len(verdicts)
    wrong = sum(bool(verdict.wrong_writes) for verdict in verdicts)
    if asked.transcripts:
        asked.transcripts.write_text(_transcripts(verdicts), "utf-8")
    low, high = _interval(reached, n)
    if asked.json:
        print(json.dumps({"n": n, "reached": reached, "wrong_writes": wrong}))
        return 0
    by_kind: dict[str, list[bool]] = defaultdict(list)
    for verdict in verdicts:
        by_kind[verdict.kind].append(verdict.reached)
    print(f"{'kind':<16}{'n':>4}{'goal reached':>14}")
    for kind, results in sorted(by_kind.items()):
        print(f"{kind:<16}{len(results):>4}{sum(results):>14}")
    print(f"{'all':<16}{n:>4}{reached:>14}   {reached / n:.0%} (95 %: {low:.0%} to {high:.0%})")
    print(f"dialogues with a wrong write: {wrong}")
    return 0


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
