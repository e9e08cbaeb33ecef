"""What a turn costs while its conversation grows.

Whole appliance in process (inbox, desk, engine, toolbox, gate, sealed rows, SQLite at
synchronous=FULL), scripted model without latency, one tool call a turn: four messages a turn.
Three conversations of about 10, 100 and 1,000 messages take their turns in rotation, so that the
machine's other work meets all alike; CPU is the whole process, median of 24 turns each. Bytes are
live database pages after a checkpoint. Beside it the tutorial's graph (one LangGraph thread a
conversation over AsyncSqliteSaver, as it comes) with the same model and sizes.
"Bare rows" are the turn's four sealed message rows (question, answer with the call, tool result,
reply) with the table's indexes, copied alone into an empty database. Everything else a turn writes
is listed below them.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.bench import sizes
from tests.bench.houses import SCRIPTED, TOOLS, in_loop, open_house, say
from tests.bench.report import Goal, Report, Table
from tests.bench.scripted import QUESTION, ask, on_disk, scripted

MARKS = {10: 3, 100: 25, 1000: 250}  # messages: turns that make them
BLOCKS = {100: 16, 1000: 64}  # turns over which bytes are counted, the mark in their middle
ROUNDS = 24


@dataclass
class Course:
    """What was measured along conversations: CPU ms and bytes a turn, by length."""

    cpu_ms: dict[int, float] = field(default_factory=dict)
    size: dict[int, float] = field(default_factory=dict)
    turns: int = 0


async def _course(turn: Callable[[str], Awaitable[object]], path: Path) -> Course:
    course = Course()

    async def turns(talk: str, count: int) -> None:
        for _ in range(count):
            await turn(talk)
        course.turns += count

    await turns("warm-up", 20)
    small = [f"small {number}" for number in range(ROUNDS)]
    for talk in small:
        await turns(talk, 1)
    before = sizes.used(path)
    for talk in small:
        await turns(talk, MARKS[10] - 1)
    course.size[10] = (sizes.used(path) - before) / (len(small) * (MARKS[10] - 1))
    for mark, block in BLOCKS.items():
        await turns(f"at {mark}", MARKS[mark] - block // 2)
        before = sizes.used(path)
        await turns(f"at {mark}", block)
        course.size[mark] = (sizes.used(path) - before) / block
    spent: dict[int, list[float]] = {mark: [] for mark in MARKS}
    for talk in small:
        for mark in MARKS:
            began = time.process_time()
            await turns(talk if mark == 10 else f"at {mark}", 1)
            spent[mark].append(1000 * (time.process_time() - began))
    course.cpu_ms = {mark: median(values) for mark, values in spent.items()}
    return course


async def _ours(folder: Path) -> tuple[Course, Path]:
    async with open_house(folder, config=SCRIPTED, tools=TOOLS, speaker=scripted) as house:
        said = 0

        async def turn(talk: str) -> None:
            nonlocal said
            said += 1
            await say(house, talk, said, QUESTION)

        path = folder / "data" / "core.db"
        course = await _course(turn, path)
        assert house.desk.turns_done == course.turns
        assert not house.desk.turns_failed
    return course, path


async def _theirs(folder: Path) -> Course:
    path = folder / "tutorial.db"
    async with on_disk(path) as graph:
        return await _course(lambda talk: ask(graph, talk), path)


def run() -> Report:
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        folder = Path(scratch)
        ours, path = in_loop(_ours(folder / "ours"))
        alone = {
            table: sizes.alone(path, table, folder / "alone.db") / ours.turns
            for table in sizes.tables(path)
        }
        theirs = in_loop(_theirs(folder))
    bare = alone.pop("messages")
    cost = Table(
        "CPU and bytes a turn",
        ("design", "messages", "CPU ms", "x at 10", "bytes", "x bare rows"),
        [
            (name, mark, course.cpu_ms[mark], course.cpu_ms[mark] / course.cpu_ms[10],
             round(course.size[mark]), course.size[mark] / bare)
            for name, course in (("appliance", ours), ("tutorial, AsyncSqliteSaver", theirs))
            for mark in MARKS
        ],
    )  # fmt: skip
    others = sorted(alone.items(), key=lambda item: -item[1])
    written = Table(
        "Bytes a turn by table, each table written alone (appliance, all turns)",
        ("table", "bytes", "x bare rows"),
        [("messages (bare rows)", round(bare), 1.0)]
        + [(table, round(size), size / bare) for table, size in others if size >= 1],
    )
    return Report(
        [cost, written],
        [
            Goal("CPU at 1,000 / at 10", ours.cpu_ms[1000] / ours.cpu_ms[10], "x", most=1.15),
            Goal("CPU at 1,000 / at 100", ours.cpu_ms[1000] / ours.cpu_ms[100], "x"),
            Goal("bytes at 1,000 / bare rows", ours.size[1000] / bare, "x", most=1.5),
            Goal("tutorial: CPU at 1,000 / at 10", theirs.cpu_ms[1000] / theirs.cpu_ms[10], "x"),
            Goal(
                "tutorial / appliance: CPU at 1,000", theirs.cpu_ms[1000] / ours.cpu_ms[1000], "x"
            ),
            Goal("tutorial / appliance: bytes at 1,000", theirs.size[1000] / ours.size[1000], "x"),
        ],
    )
