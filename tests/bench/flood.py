"""Ten thousand messages within one second, each of another visitor.

The web chat's own route over HTTP on 256 connections; the appliance in a process of its own on the
same cores as the client; the model takes no time. Acknowledged: from the moment a message was due,
waiting for a connection included. Answered: all replies on the disk, counted from the first
message. Lost: acknowledged and never answered.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from tests.bench.houses import in_loop
from tests.bench.load import chats, figures, offer, said, served
from tests.bench.report import Goal, Report, Table, percentile

MESSAGES, QUICK_MESSAGES = 10_000, 1_500
WAIT_S = 400


def run(*, quick: bool = False) -> Report:
    count = QUICK_MESSAGES if quick else MESSAGES
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, served(Path(scratch)) as process:
        visitors = in_loop(chats(process.port, count))
        before = figures(process)
        due = [(nth / count, said(visitor, nth)) for nth, visitor in enumerate(visitors)]
        began = time.monotonic()
        offered = in_loop(offer(process.port, due))
        answered = 0
        while answered < len(offered.acknowledged_s) and time.monotonic() - began < WAIT_S:
            time.sleep(0.5)
            answered += len(figures(process)["added_ms"])
        took_s = time.monotonic() - began
        after = figures(process)
    late = offered.acknowledged_s
    rows = [
        ("acknowledged, p50 / p99 s", percentile(late, 0.5), percentile(late, 0.99)),
        ("all acknowledged / all answered after, s", offered.took_s, took_s),
        ("answered a second", answered / took_s, ""),
        ("server CPU a turn, ms", 1000 * (after["cpu_s"] - before["cpu_s"]) / max(answered, 1), ""),
        ("RSS before / after, MB", before["rss"] / 1e6, after["rss"] / 1e6),
    ]
    return Report(
        [Table(f"{count:,} messages in one second", ("what", "", ""), rows)],
        [
            Goal("acknowledged, p99", percentile(late, 0.99), "s", most=5),
            Goal("refused", len(offered.refused), "", most=0),
            Goal("lost", len(late) - answered, "", most=0),
            Goal("all answered after", took_s, "s"),
        ],
    )
