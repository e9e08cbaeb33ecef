"""Ten thousand open conversations, each with a message a minute, the model taking two seconds.

The web chat's own route, over HTTP, at even distances (167 messages a second); the appliance in a
process of its own on the same cores as the client. A first round of messages opens every
conversation before anything is counted. "Added": from the request in our hands to the reply's row
on the disk, less the model's two seconds. Lost: acknowledged and never answered.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.houses import in_loop
from tests.bench.load import Request, chats, figures, offer, said, served
from tests.bench.report import Cell, Goal, Report, Table, percentile
from tests.bench.scripted import MODEL_CALLS
from tests.fakes.running import Running

CONVERSATIONS, EVERY_S, MODEL_S = 10_000, 60, 2.0
OPENING_A_SECOND = 60  # slower than what is measured, so that nothing of it is left
COUNTED_S = 60
QUICK_CONVERSATIONS, QUICK_OPENED, QUICK_COUNTED_S = 2_000, 400, 15
WAIT_S = 240


def _due(
    visitors: list[dict[str, str]], first: int, count: int, a_second: float
) -> Iterator[tuple[float, Request]]:
    for nth in range(count):
        yield nth / a_second, said(visitors[(first + nth) % len(visitors)], first + nth)


def _drained(process: Running, messages: int) -> list[float]:
    """Wait until so many are answered; gives what was added to each, in ms."""
    added: list[float] = []
    end = time.monotonic() + WAIT_S
    while len(added) < messages and time.monotonic() < end:
        time.sleep(1)
        added += figures(process)["added_ms"]
    return added


def run(*, quick: bool = False) -> Report:
    count = QUICK_CONVERSATIONS if quick else CONVERSATIONS
    opened = QUICK_OPENED if quick else CONVERSATIONS
    counted_s = QUICK_COUNTED_S if quick else COUNTED_S
    a_second = count / EVERY_S
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        folder = Path(scratch)
        with served(folder, model_s=MODEL_S / MODEL_CALLS) as process:
            idle = figures(process)
            visitors = in_loop(chats(process.port, count))
            opening = in_loop(offer(process.port, _due(visitors, 0, opened, OPENING_A_SECOND)))
            _drained(process, len(opening.acknowledged_s))
            before: dict[str, Any] = figures(process)
            messages = round(a_second * counted_s)
            offered = in_loop(offer(process.port, _due(visitors, opened, messages, a_second)))
            added = _drained(process, len(offered.acknowledged_s))
            after = figures(process)
    acknowledged = [1000 * took for took in offered.acknowledged_s]
    lost = len(offered.acknowledged_s) - len(added)
    cpu = 1000 * (after["cpu_s"] - before["cpu_s"]) / max(len(added), 1)
    rows: list[tuple[Cell, ...]] = [
        ("messages offered a second", a_second, "", ""),
        ("acknowledged, ms", *(percentile(acknowledged, share) for share in (0.5, 0.95, 0.99))),
        ("added by us, ms", *(percentile(added, share) for share in (0.5, 0.95, 0.99))),
        ("server CPU a turn, ms", cpu, "", ""),
        ("RSS idle / after, MB", idle["rss"] / 1e6, after["rss"] / 1e6, ""),
    ]
    return Report(
        [Table(f"{count:,} open conversations", ("what", "p50", "p95", "p99"), rows)],
        [
            Goal("added by us, p95", percentile(added, 0.95), "ms", most=250),
            Goal("lost", lost, "", most=0),
            Goal("refused", len(offered.refused), "", most=0),
            Goal("memory after / idle", after["rss"] / idle["rss"], "x", most=1.5),
        ],
    )
