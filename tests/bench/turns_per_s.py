"""Turns a second with many conversations at once, in process on both sides (no HTTP).

Each conversation says the next thing when its reply is durable; one tool call a turn, model without
latency, debounce 0. Ours: inbox, desk, engine, SQLite FULL, the reply streamed through the send
gate. Theirs: the tutorial's graph over AsyncSqliteSaver (durable) and over InMemorySaver (nothing
survives). Every round starts on an empty store; rounds interleaved, medians of three.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from statistics import median

from tests.bench.houses import SCRIPTED, TOOLS, in_loop, open_house, say
from tests.bench.report import Goal, Report, Table, spread
from tests.bench.scripted import QUESTION, ask, in_memory, on_disk, scripted

Turn = Callable[[str, int], Awaitable[object]]
Opened = Callable[[Path], AbstractAsyncContextManager[Turn]]

AT_ONCE = {32: 10, 256: 3}  # conversations: turns each
ROUNDS = 3


@asynccontextmanager
async def _ours(folder: Path) -> AsyncIterator[Turn]:
    async with open_house(folder, config=SCRIPTED, tools=TOOLS, speaker=scripted) as house:
        yield lambda talk, nth: say(house, talk, nth, QUESTION)
        assert not house.desk.turns_failed


@asynccontextmanager
async def _durable(folder: Path) -> AsyncIterator[Turn]:
    folder.mkdir()
    async with on_disk(folder / "tutorial.db") as graph:
        yield lambda talk, _: ask(graph, talk)


@asynccontextmanager
async def _forgetful(folder: Path) -> AsyncIterator[Turn]:
    async with in_memory(folder) as graph:
        yield lambda talk, _: ask(graph, talk)


PEERS: dict[str, Opened] = {
    "appliance": _ours,
    "tutorial, AsyncSqliteSaver": _durable,
    "tutorial, InMemorySaver": _forgetful,
}


async def _round(opened: Opened, folder: Path, at_once: int, each: int) -> tuple[float, float]:
    """Give turns a second and CPU ms a turn."""
    async with opened(folder) as turn:
        for nth in range(10):
            await turn("warm-up", nth)

        async def talk(name: str) -> None:
            for nth in range(each):
                await turn(name, nth)

        began, spent = time.perf_counter(), time.process_time()
        await asyncio.gather(*(talk(f"talk {number}") for number in range(at_once)))
        took, spent = time.perf_counter() - began, time.process_time() - spent
    turns = at_once * each
    return turns / took, 1000 * spent / turns


def run() -> Report:
    found: dict[tuple[int, str], list[tuple[float, float]]] = {}
    for nth in range(ROUNDS):
        for at_once, each in AT_ONCE.items():
            for name, opened in PEERS.items():
                with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
                    place = Path(scratch) / f"round-{nth}"
                    result = in_loop(_round(opened, place, at_once, each))
                found.setdefault((at_once, name), []).append(result)
    rate = {key: median(r for r, _ in rounds) for key, rounds in found.items()}
    cpu = {key: median(c for _, c in rounds) for key, rounds in found.items()}
    durable, forgetful = list(PEERS)[1:]
    rows = [
        (at_once, name, spread([r for r, _ in rounds]), spread([c for _, c in rounds]))
        for (at_once, name), rounds in found.items()
    ]
    return Report(
        [Table("In process", ("at once", "design", "turns/s", "CPU ms a turn"), rows)],
        [
            goal
            for at_once, least in ((32, 4.0), (256, 5.0))
            for goal in (
                Goal(
                    f"turns/s at {at_once}: appliance / tutorial",
                    rate[at_once, "appliance"] / rate[at_once, durable],
                    "x",
                    least=least,
                ),
                Goal(
                    f"turns/s at {at_once}: appliance / tutorial in memory",
                    rate[at_once, "appliance"] / rate[at_once, forgetful],
                    "x",
                    least=1.0,
                ),
                Goal(f"CPU a turn at {at_once}", cpu[at_once, "appliance"], "ms", most=5.0),
            )
        ],
    )
