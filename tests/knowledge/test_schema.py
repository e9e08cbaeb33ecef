"""A knowledge.db of release 0.1.0 is brought up with all its documents; a newer one is refused."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from functools import partial
from pathlib import Path

import pytest

from appliance.core import errors
from appliance.core.store.database import Database
from appliance.knowledge import records, schema
from appliance.knowledge.library import open_library
from appliance.knowledge.values import State
from tests.knowledge.letters import Letters

OLD = Path(__file__).parent / "made_by" / "0.1.0.db"


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "knowledge.db"
    shutil.copy(OLD, path)
    return path


def test_an_older_file_keeps_its_documents_facts_and_vectors(old, clock):
    with sqlite3.connect(OLD) as before:
        passages = before.execute("SELECT id, text, vector FROM passages ORDER BY id").fetchall()

    letters = Letters()
    library = open_library(old, embedder=letters, clock=clock)
    documents = {one.title: one for one in library.db.read(records.list_documents)}
    sql = """SELECT p.id, p.text, v.vector FROM passages p
        JOIN vectors v ON v.passage_id = p.id ORDER BY p.id"""
    after = library.db.read(lambda c: c.exec_driver_sql(sql).all())
    found = [match.source for match in library.find("breakfast is served", limit=50)]
    made = letters.made
    library.close()

    assert [tuple(row) for row in after] == passages
    assert {title: (one.state, one.passages) for title, one in documents.items()} == {
        "Guest guide": (State.READY, 3),
        "rules": (State.READY, 1),
        "bad": (State.FAILED, 0),
    }
    assert documents["rules"].address == "/srv/docs/rules.md"
    assert documents["bad"].problem == "bad.txt is not UTF-8 text. Save it as UTF-8."
    assert "Guest guide, Breakfast" in found
    assert made == 1


def check(name, connection):
    """Hold an index against the passages; SQLite raises where they differ."""
    connection.exec_driver_sql(f"INSERT INTO {name}({name}, rank) VALUES ('integrity-check', 1)")


def test_an_older_file_goes_on_being_written(old, clock, tmp_path, shared):
    from tests.knowledge.conftest import Desk

    library = open_library(old, embedder=Letters(), clock=clock)
    path = tmp_path / "new.md"
    path.write_text("# Sauna\n\nThe sauna is hot.")

    [added] = Desk(library, shared).add(path)
    found = [match.source for match in library.find("the sauna is hot", limit=50)]
    for name in ("facts_fts", "documents_fts"):
        library.db.write_now(partial(check, name))
    broken = library.db.read(lambda c: c.exec_driver_sql("PRAGMA foreign_key_check").all())
    library.close()

    assert (added.state, broken) == (State.READY, [])
    assert "Sauna" in found


def test_two_processes_may_bring_it_up_at_once(old):
    databases = [Database(old, vectors=True) for _ in range(4)]
    threads = [threading.Thread(target=schema.prepare, args=[db]) for db in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(databases[0].read(records.list_documents)) == 3
    for db in databases:
        db.close()


def test_a_newer_file_is_refused(tmp_path, clock):
    path = tmp_path / "knowledge.db"
    with sqlite3.connect(path) as newer:
        newer.execute(f"PRAGMA user_version = {schema.VERSION + 1}")

    with pytest.raises(errors.Misconfigured, match="newer release"):
        open_library(path, embedder=Letters(), clock=clock)
