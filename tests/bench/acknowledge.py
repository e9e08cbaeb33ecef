"""Webhooks acknowledged: each signed message is on the disk (FULL) before its 200.

The appliance in a process of its own, a model that hangs in every turn that may be in flight: only
taking messages in is measured. "At once": 64 connections, each posting again as soon as it is
answered, against a bare FastAPI handler on the same web server, in turn; once with senders that
have written before (their contact and conversation are there), once each message from a new one.
"Burst": 500 a second from known senders whether answered or not, each timed from the moment it was
due. Lost: acknowledged, but not in the inbox.
"""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median

from tests.bench.houses import in_loop
from tests.bench.line import Line
from tests.bench.load import Request, offer, served, webhook
from tests.bench.report import Cell, Goal, Report, Table, percentile, spread
from tests.fakes.running import running, wait_for

AT_ONCE, BURST_A_SECOND = 64, 500
SECONDS, ROUNDS, BURST_S = 5.0, 3, 10
QUICK_SECONDS, QUICK_ROUNDS, QUICK_BURST_S = 2.0, 1, 4
NEVER_S = 86_400
SENDERS = 2_000
BARE, KNOWN, NEW = "bare FastAPI handler", "known senders, durable", "new senders, durable"
TURNS_HELD, SETTLE_S = 400, 15  # more than may be in flight, and time for them to get there


async def _closed(port: int, requests: Iterator[Request], seconds: float) -> list[float]:
    took: list[float] = []
    end = time.perf_counter() + seconds

    async def post(line: Line) -> None:
        while (began := time.perf_counter()) < end:
            await line.post(*next(requests))
            took.append(time.perf_counter() - began)
        line.close()

    await asyncio.gather(*(post(Line(port)) for _ in range(AT_ONCE)))
    return took


def _kept(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "data" / "core.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM inbox").fetchone()[0])


def run(*, quick: bool = False) -> Report:
    seconds, rounds = (QUICK_SECONDS, QUICK_ROUNDS) if quick else (SECONDS, ROUNDS)
    burst_s = QUICK_BURST_S if quick else BURST_S
    found: dict[str, list[list[float]]] = {BARE: [], KNOWN: [], NEW: []}
    acknowledged = 0
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        folder = Path(scratch)
        for name in ("bare", "ours"):
            (folder / name).mkdir()
        strangers = map(webhook, itertools.count(1))
        familiar = map(webhook, itertools.cycle(range(-SENDERS, 0)))
        with (
            running(folder / "bare", "tests.bench.bare") as bare,
            served(folder / "ours", model_s=NEVER_S, with_whatsapp=True) as appliance,
        ):
            wait_for(lambda: _listens(bare.port), 60, "the bare handler listens")
            for senders, number in ((strangers, TURNS_HELD), (familiar, SENDERS)):
                opened = [(0.0, next(senders)) for _ in range(number)]
                acknowledged += len(in_loop(offer(appliance.port, opened)).acknowledged_s)
            time.sleep(SETTLE_S)
            for _ in range(rounds):
                for name, port, requests in (
                    (BARE, bare.port, map(_bare, itertools.count(1))),
                    (KNOWN, appliance.port, familiar),
                    (NEW, appliance.port, strangers),
                ):
                    found[name].append(in_loop(_closed(port, requests, seconds)))
            due = (
                (nth / BURST_A_SECOND, next(familiar)) for nth in range(BURST_A_SECOND * burst_s)
            )
            burst = in_loop(offer(appliance.port, due))
            acknowledged += sum(map(len, [burst.acknowledged_s, *found[KNOWN], *found[NEW]]))
            kept = _kept(folder / "ours")
    rates = {name: [len(took) / seconds for took in each] for name, each in found.items()}
    rows: list[tuple[Cell, ...]] = [
        (name, AT_ONCE, spread(rates[name]), *_tail(list(itertools.chain(*each))))
        for name, each in found.items()
    ]
    late = burst.acknowledged_s
    rows.append(
        (f"appliance, burst of {burst_s} s", "", f"{len(late) / burst.took_s:.0f}", *_tail(late))
    )
    bare_rate = median(rates[BARE])
    return Report(
        [Table("Acknowledged", ("server", "at once", "a second", "p50 ms", "p99 ms"), rows)],
        [
            Goal(f"a second: {KNOWN} / bare", median(rates[KNOWN]) / bare_rate, "x", least=0.5),
            Goal(f"a second: {NEW} / bare", median(rates[NEW]) / bare_rate, "x"),
            Goal("burst: p99", 1000 * percentile(late, 0.99), "ms", most=200),
            Goal("burst: refused", len(burst.refused), "", most=0),
            Goal("lost", max(acknowledged - kept, 0), "", most=0),
        ],
    )


def _bare(nth: int) -> Request:
    """Give a webhook to nobody: the client has the same work with it."""
    _, body, headers = webhook(nth)
    return "/bare", body, headers


def _tail(took: list[float]) -> tuple[float, float]:
    return 1000 * percentile(took, 0.5), 1000 * percentile(took, 0.99)


def _listens(port: int) -> bool:
    async def ask() -> bool:
        line = Line(port)
        try:
            await line.post("/bare", {})
        except OSError:
            return False
        line.close()
        return True

    return asyncio.run(ask())
