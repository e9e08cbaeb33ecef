"""Turns a second over HTTP, against what else people would put in our place.

Every server runs in a process of its own on this machine and answers the same client: N
conversations at once, each saying the next thing when its reply has come. The same scripted model
inside each (no latency, one tool call a turn; question 120, tool result 400, reply 300 characters),
so that what is measured is the frame around a model. Ours: signed-in routes, inbox, desk, send
gate, outbox, sealed rows, SQLite at FULL; "one request" answers when the reply is on the disk, "web
chat" is the product's own way with a live stream beside it. Only "AsyncSqliteSaver" is durable too;
the others lose everything with their process (`langgraph dev` pickles now and then). Chainlit
speaks Socket.IO only, so its client is its own. The tutorial's threads are short here, its best
case. Peers are installed by uv, pinned, outside our environment. Rounds interleaved, medians.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench import contenders
from tests.bench.contenders import Contender
from tests.bench.environments import NotInstalled
from tests.bench.houses import in_loop
from tests.bench.report import Cell, Goal, Report, Table, percentile, spread

ALL = (
    contenders.OURS,
    contenders.CHAT,
    contenders.DURABLE,
    contenders.FORGETFUL,
    contenders.LANGGRAPH,
    contenders.CHAINLIT,
)
AT_ONCE = (1, 32, 256)
SECONDS, ROUNDS = 6.0, 3
QUICK_SECONDS, QUICK_ROUNDS = 2.0, 1


@dataclass(frozen=True)
class Level:
    """One contender with so many conversations at once."""

    rate: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    rss_mb: float


Found = dict[tuple[str, int], list[Level]]


def _visit(contender: Contender, seconds: float, found: Found) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as scratch,
        contenders.started(contender, Path(scratch)) as server,
    ):
        for at_once in AT_ONCE:
            took, cpu_s = in_loop(contenders.level(contender, server, at_once, seconds))
            measured = Level(
                rate=len(took) / max(seconds, sum(took) / at_once),
                p50_ms=1000 * percentile(took, 0.5),
                p95_ms=1000 * percentile(took, 0.95),
                cpu_ms=1000 * cpu_s / len(took),
                rss_mb=server.rss() / 1e6,
            )
            found.setdefault((contender.name, at_once), []).append(measured)


def run(*, quick: bool = False) -> Report:
    seconds, rounds = (QUICK_SECONDS, QUICK_ROUNDS) if quick else (SECONDS, ROUNDS)
    found: Found = {}
    absent: dict[str, str] = {}
    for _ in range(rounds):
        for contender in ALL:
            if contender.name in absent:
                continue
            try:
                _visit(contender, seconds, found)
            except NotInstalled as why:
                absent[contender.name] = str(why)
    rows: list[tuple[Cell, ...]] = [
        _row(key, levels) for key, levels in sorted(found.items(), key=_place)
    ]
    rows += [(0, name, f"skipped: {why}", "", "", "", "") for name, why in absent.items()]
    columns = ("at once", "server", "turns/s", "p50 ms", "p95 ms", "CPU ms a turn", "RSS MB")
    return Report([Table("Over HTTP", columns, rows)], list(_goals(found)))


def _place(item: tuple[tuple[str, int], list[Level]]) -> tuple[int, int]:
    name, at_once = item[0]
    return at_once, [each.name for each in ALL].index(name)


def _row(key: tuple[str, int], levels: list[Level]) -> tuple[Cell, ...]:
    name, at_once = key
    return (
        at_once,
        name,
        spread([level.rate for level in levels]),
        median(level.p50_ms for level in levels),
        median(level.p95_ms for level in levels),
        spread([level.cpu_ms for level in levels]),
        round(median(level.rss_mb for level in levels)),
    )


def _goals(found: Found) -> list[Goal]:
    def rate(contender: Contender, at_once: int) -> float | None:
        levels = found.get((contender.name, at_once))
        return median(level.rate for level in levels) if levels else None

    least = {
        contenders.DURABLE: {32: 4.0, 256: 5.0},
        contenders.FORGETFUL: {32: 1.0, 256: 1.0},
        contenders.LANGGRAPH: {32: 4.0, 256: 4.0},
        contenders.CHAINLIT: {32: 2.5, 256: 2.5},
    }
    goals = []
    for at_once in (32, 256):
        ours = found[contenders.OURS.name, at_once]
        for contender, bounds in least.items():
            theirs = rate(contender, at_once)
            if theirs:
                what = f"turns/s at {at_once}: appliance / {contender.name}"
                ratio = median(level.rate for level in ours) / theirs
                goals.append(Goal(what, ratio, "x", least=bounds[at_once]))
        cpu = median(level.cpu_ms for level in ours)
        goals.append(Goal(f"CPU a turn at {at_once}", cpu, "ms", most=5.0))
    return goals
