"""Reading a corpus, killed with -9 at random moments: nothing is lost, nothing is done twice."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from functools import partial
from pathlib import Path
from subprocess import PIPE

import pytest
import sqlite_vec

from tests.corpus.build import every_paper
from tests.corpus.layouts import laid_out
from tests.fakes import embeddings
from tests.fakes.running import ROOT, command, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

KILLS = 5
COMPANIES = ("quillon", "oakline")
# What two runs over the same files must agree in: all but ids and instants.
ROWS = {
    "documents": """SELECT address, title, digest, state, problem, remark, format, access, language,
        size_bytes, due_at IS NULL, attempts FROM documents ORDER BY address""",
    "passages": """SELECT d.address, p.ordinal, p.source, p.title, p.text, p.also, p.access,
        p.language, p.digest, hex(v.vector) FROM passages p JOIN documents d ON d.id = p.document_id
        LEFT JOIN vectors v ON v.passage_id = p.id ORDER BY d.address, p.ordinal""",
    "words": "SELECT count(*) FROM documents_fts",
    "near": "SELECT count(*) FROM near",
    "staged": "SELECT count(*) FROM staged",
}


def done(folder: Path, *words: str | Path) -> None:
    with command(folder, *words, stderr=PIPE) as process:
        _, said = process.communicate(timeout=600)
        assert process.returncode == 0, said.decode()


def asked(folder: Path, sql: str) -> list[tuple[object, ...]]:
    """Ask the database from this process, which holds it open only for the question."""
    with contextlib.closing(sqlite3.connect(folder / "data/knowledge.db", timeout=30)) as db:
        db.enable_load_extension(True)
        sqlite_vec.load(db)
        return db.execute(sql).fetchall()


def ready(folder: Path) -> int:
    if not (folder / "data/knowledge.db").exists():
        return 0
    try:
        [(count,)] = asked(folder, "SELECT count(*) FROM documents WHERE state = 'ready'")
    except sqlite3.OperationalError:  # before its tables are made
        return 0
    assert isinstance(count, int)
    return count


def has_ready(folder: Path, least: int) -> bool:
    return ready(folder) >= least


def install(folder: Path, url: str) -> None:
    """Make an install whose vectors come from a server that counts."""
    folder.mkdir()
    config = folder / "bot_config.yaml"
    text = (ROOT / "tests/corpus/bot_config.yaml").read_text("utf-8")
    choice = f"{{ provider: openai_compatible, base_url: '{url}', model: counted }}"
    config.write_text(f"{text}\nknowledge:\n  embedder: {choice}\n")
    done(folder, "config", "activate", config)


def test_a_corpus_read_under_kills_is_as_if_nobody_had_killed_it(tmp_path: Path) -> None:
    seed = time.time_ns()
    chance = random.Random(seed)
    docs = tmp_path / "docs"
    papers = [each for each in every_paper() if each.name.startswith(COMPANIES)]
    for each in papers:
        path = docs / each.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(laid_out(each))
    quiet, killed = tmp_path / "quiet", tmp_path / "killed"
    with embeddings.serving() as once, embeddings.serving() as told:
        install(quiet, once.url)
        done(quiet, "knowledge", "add", docs)

        install(killed, told.url)
        finished = 0
        for kill in range(KILLS):
            words = ("add", docs) if kill == 0 else ("resume",)
            aim = min(finished + chance.randrange(1, len(papers) // KILLS), len(papers) - 2)
            with command(killed, "knowledge", *words) as process:
                wait_for(partial(has_ready, killed, aim), 120, f"{aim} documents")
                time.sleep(chance.uniform(0, 0.15))
                assert process.poll() is None, f"it was done before the kill (seed {seed})"
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
            assert ready(killed) >= finished, f"what was read is lost (seed {seed})"
            finished = ready(killed)
        done(killed, "knowledge", "resume")

    for name, sql in ROWS.items():
        assert asked(killed, sql) == asked(quiet, sql), f"{name} differ (seed {seed})"
    assert asked(killed, "PRAGMA integrity_check") == [("ok",)]
    most = max(Counter(row[0] for row in asked(quiet, ROWS["passages"])).values())
    assert set(told.texts) == set(once.texts)
    # Only the document in hand when the process died is embedded again.
    assert len(told.texts) <= len(once.texts) + KILLS * most, f"seed {seed}"
