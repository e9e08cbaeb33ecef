"""Durable rows a second: our group-commit writer against one commit a row.

SQLite in WAL with synchronous=FULL on the same disk, rows of 400 bytes. Ours: Database.write with
64 and 512 writers waiting at once in one event loop, each unit one SQLAlchemy insert in a savepoint
of its own, answered after the commit. Theirs: plain sqlite3 calls, BEGIN IMMEDIATE, insert, COMMIT,
one row each, nothing around them. Rounds of half a second, interleaved; medians of seven.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from appliance.core.store.database import Connection, Database
from tests.bench.houses import in_loop
from tests.bench.report import Goal, Report, Table, spread

SECONDS, ROUNDS, WRITERS = 0.5, 7, (64, 512)
BODY = b"x" * 400
ROWS = sa.Table("rows", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("body", sa.LargeBinary))  # fmt: skip
INSERT = ROWS.insert()


def _alone(path: Path) -> float:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, body BLOB)")
        count, began = 0, time.perf_counter()
        while (took := time.perf_counter() - began) < SECONDS:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO rows (body) VALUES (?)", (BODY,))
            connection.execute("COMMIT")
            count += 1
        return count / took


async def _grouped(path: Path, writers: int) -> tuple[float, float]:
    """Give rows a second and rows a commit."""
    db = Database(path)
    await db.write(ROWS.create)
    count, before, began = 0, db.commits, time.perf_counter()

    def unit(connection: Connection) -> None:
        connection.execute(INSERT, {"body": BODY})

    async def write() -> None:
        nonlocal count
        while time.perf_counter() - began < SECONDS:
            await db.write(unit)
            count += 1

    await asyncio.gather(*(write() for _ in range(writers)))
    took = time.perf_counter() - began
    commits = db.commits - before
    assert db.read(lambda c: c.execute(sa.select(sa.func.count(ROWS.c.id))).scalar()) == count
    db.close()
    return count / took, count / commits


def run() -> Report:
    alone: list[float] = []
    grouped: dict[int, list[tuple[float, float]]] = {writers: [] for writers in WRITERS}
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        for nth in range(ROUNDS):
            alone.append(_alone(Path(scratch) / f"alone-{nth}.db"))
            for writers, rounds in grouped.items():
                path = Path(scratch) / f"grouped-{writers}-{nth}.db"
                rounds.append(in_loop(_grouped(path, writers)))
    rates = {writers: [rate for rate, _ in rounds] for writers, rounds in grouped.items()}
    rows = [("one commit a row, plain sqlite3", 1, spread(alone), 1.0, 1.0)]
    rows += [
        ("Database.write", writers, spread(rates[writers]), median(s for _, s in rounds),
         median(rates[writers]) / median(alone))
        for writers, rounds in grouped.items()
    ]  # fmt: skip
    columns = ("design", "writers", "rows/s", "rows a commit", "ratio")
    return Report(
        [Table("Durable rows", columns, rows)],
        [Goal(f"ratio with {w} writers", median(rates[w]) / median(alone), "x") for w in WRITERS],
    )
