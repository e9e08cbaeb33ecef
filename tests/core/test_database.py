"""The writer: units share commits, a bad unit falls alone, a locked file is a clear no."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from appliance.core import errors
from appliance.core.store import database
from appliance.core.store.database import Connection, Database

_THINGS = sa.Table(
    "things",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, unique=True, nullable=False),
    sqlite_strict=True,
)
_INSERT = _THINGS.insert()


@pytest.fixture
def things(tmp_path: Path) -> Database:
    made = Database(tmp_path / "things.db", busy_timeout_s=0.5)
    made.write_now(_THINGS.create)
    return made


def add(name: str) -> database.Unit[None]:
    def unit(connection: Connection) -> None:
        connection.execute(_INSERT, {"name": name})

    return unit


def until(what: Callable[[], bool]) -> None:
    while not what():
        time.sleep(0.001)


def names(db: Database) -> list[str]:
    return db.read(lambda c: list(c.execute(sa.select(_THINGS.c.name)).scalars()))


async def test_units_that_wait_together_share_a_commit(things: Database) -> None:
    before = things.commits

    await asyncio.gather(*(things.write(add(f"n{number}")) for number in range(500)))

    assert len(names(things)) == 500
    assert things.commits - before < 100


async def test_a_unit_that_fails_takes_nothing_with_it(things: Database) -> None:
    def half(connection: Connection) -> None:
        connection.execute(_INSERT, {"name": "half"})
        raise ValueError("halfway")

    results = await asyncio.gather(
        *(things.write(unit) for unit in (add("a"), half, add("b"), add("a"))),
        return_exceptions=True,
    )

    assert sorted(names(things)) == ["a", "b"]
    assert [type(result).__name__ for result in results] == [
        "NoneType",
        "ValueError",
        "NoneType",
        "IntegrityError",
    ]


async def test_a_locked_database_is_unavailable_and_recovers(things: Database) -> None:
    holder = sqlite3.connect(things.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(errors.Unavailable, match="locked by another process"):
        await things.write(add("never"))
    holder.execute("ROLLBACK")
    await things.write(add("later"))

    assert names(things) == ["later"]
    holder.close()


async def test_a_full_disk_is_unavailable_and_recovers(things: Database) -> None:
    def small(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count=8")

    with things.writing.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
        raw.execute(f"PRAGMA max_page_count={pages + 2}")
        connection.rollback()

    with pytest.raises(errors.Unavailable, match=r"disk .* is full"):
        await things.write(lambda c: [add("x" * 3_000 + str(n))(c) for n in range(50)])

    with things.writing.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA max_page_count=1000000")
        connection.rollback()
    await things.write(add("room again"))
    assert names(things) == ["room again"]


def test_a_write_during_the_close_does_not_hold_it_up(things: Database) -> None:
    is_busy, goes_on = threading.Event(), threading.Event()

    def slow(_: Connection) -> None:
        is_busy.set()
        goes_on.wait(30)

    def begun(work: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    begun(lambda: things.write_now(slow))
    is_busy.wait(30)
    closing = begun(things.close)
    until(lambda: things._thread is None)
    late = begun(lambda: things.write_now(add("late")))
    until(lambda: things._thread is not None and things._queue.empty())
    goes_on.set()

    closing.join(10)
    assert not closing.is_alive()
    late.join(10)
    assert names(things) == ["late"]
    things.close()


async def test_readers_cannot_write(things: Database) -> None:
    with pytest.raises(errors.Unavailable):
        things.read(add("nope"))


async def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    program = """
import asyncio, sys
from pathlib import Path
import appliance
import sqlalchemy as sa
from appliance.core.store.database import Database
db = Database(Path(sys.argv[1]))
table = sa.Table("t", sa.MetaData(), sa.Column("n", sa.Integer, primary_key=True))
db.write_now(table.create)
async def main():
    for n in range(100000):
        await db.write(lambda c: c.execute(table.insert(), {"n": n}))
        print(n, flush=True)
asyncio.run(main())
"""
    path = tmp_path / "killed.db"
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    seen = [process.stdout.readline() for _ in range(200)]
    process.kill()
    acknowledged = int((seen + process.communicate()[0].splitlines())[-1])

    with contextlib.closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT count(*), max(n) FROM t").fetchone()

    assert found[0] == found[1] + 1
    assert found[1] >= acknowledged


def test_an_old_sqlite_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))

    with pytest.raises(errors.Misconfigured, match=r"at least 3\.51\.3"):
        database.check_library()


def test_a_file_another_process_writes_is_opened_once_it_has_done(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    with contextlib.closing(
        sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    ) as other:
        other.execute("CREATE TABLE things (id)")
        other.execute("BEGIN IMMEDIATE")  # SQLite itself does not wait for such a one
        release = threading.Timer(0.2, other.execute, ["COMMIT"])
        release.start()
        opened = Database(path)

        mode = opened.read(lambda c: c.exec_driver_sql("PRAGMA journal_mode").scalar_one())

        release.join()
        opened.close()
    assert mode == "wal"
