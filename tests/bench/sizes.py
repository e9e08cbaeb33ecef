"""How many bytes a database, or one of its tables alone, takes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def used(path: Path) -> int:
    """Give the bytes of a database's live pages, the WAL folded in."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return _live(connection)


def alone(path: Path, table: str, scratch: Path) -> int:
    """Give the bytes a table's rows take in a database of their own, same indexes, same order."""
    scratch.unlink(missing_ok=True)
    with closing(sqlite3.connect(scratch)) as connection:
        connection.execute("ATTACH ? AS source", (str(path),))
        found = """SELECT sql FROM source.sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL
            AND type IN ('table', 'index') ORDER BY type DESC"""
        for (sql,) in connection.execute(found, (table,)).fetchall():
            connection.execute(sql)
        connection.commit()
        empty = _live(connection)
        connection.execute(f"INSERT INTO main.{table} SELECT * FROM source.{table} ORDER BY rowid")
        connection.commit()
        return _live(connection) - empty


def tables(path: Path) -> list[str]:
    """List a database's tables that hold rows."""
    with closing(sqlite3.connect(path)) as connection:
        sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        names = [name for (name,) in connection.execute(sql)]
        return [n for n in names if connection.execute(f"SELECT 1 FROM {n} LIMIT 1").fetchone()]


def _live(connection: sqlite3.Connection) -> int:
    def ask(pragma: str) -> int:
        return int(connection.execute(f"PRAGMA main.{pragma}").fetchone()[0])

    return (ask("page_count") - ask("freelist_count")) * ask("page_size")
