"""`appliance knowledge add`, killed with -9 again and again, loses and repeats nothing."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
from pathlib import Path
from subprocess import PIPE

import pytest

from tests.fakes.running import command, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FILES, PARTS = 24, 6


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for number in range(FILES):
        parts = [
            # Words of this test's own: a vector another test has kept is there too soon.
            f"# Part {n}\n\nRoom {number} of {tmp_path.name} has bed {n}, and towel {n}."
            for n in range(PARTS)
        ]
        (folder / f"{number:02}.md").write_text("\n\n".join(parts))
    return folder


def asked(folder: Path, sql: str) -> list[tuple[object, ...]]:
    """Ask the database from this process, which holds it open only for the question."""
    path = folder / "data" / "knowledge.db"
    if not path.exists():
        return []
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as connection:
        try:
            return connection.execute(sql).fetchall()
        except sqlite3.OperationalError:  # before its tables are made
            return []


def passages(folder: Path) -> dict[object, object]:
    return dict(asked(folder, "SELECT id, text FROM passages WHERE kind = 'document'"))  # type: ignore[arg-type]


def children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def test_killed_again_and_again_every_document_is_read_once(tmp_path: Path, docs: Path) -> None:
    finished: dict[object, object] = {}
    readers: list[int] = []
    for _ in range(2):
        with command(tmp_path, "knowledge", "add", docs) as process:
            before = len(passages(tmp_path))
            wait_for(
                lambda before=before: len(passages(tmp_path)) >= before + 2 * PARTS,  # type: ignore[misc]
                60,
                "two more documents",
            )
            readers += children_of(process.pid)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        kept = passages(tmp_path)
        assert {number: kept.get(number) for number in finished} == finished
        finished = kept
        assert len(kept) % PARTS == 0

    with command(tmp_path, "knowledge", "resume", "--json", stdout=PIPE) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.read())

    after = passages(tmp_path)
    waiting = asked(tmp_path, "SELECT count(*) FROM documents WHERE due_at IS NOT NULL")
    assert {number: after.get(number) for number in finished} == finished
    assert len(after) == FILES * PARTS
    assert len(set(after.values())) == FILES * PARTS
    assert waiting == [(0,)]
    # What was finished before a kill is not read again; only what that add had named anew is.
    assert len(told["documents"]) <= FILES
    assert all(row["outcome"] in {"added", "unchanged"} for row in told["documents"])
    assert asked(tmp_path, "PRAGMA integrity_check") == [("ok",)]
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in readers), 30, "readers end")


def test_ctrl_c_ends_the_command_and_leaves_the_rest_waiting(tmp_path: Path, docs: Path) -> None:
    with command(tmp_path, "knowledge", "add", docs, stdout=PIPE) as process:
        wait_for(lambda: len(passages(tmp_path)) >= PARTS, 60, "a document")
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        said = process.stdout.read().decode()
        code = process.wait()

    [(left,)] = asked(tmp_path, "SELECT count(*) FROM documents WHERE due_at IS NOT NULL")
    assert code == 130
    assert "nothing is lost" in said
    assert "knowledge resume" in said
    assert isinstance(left, int)
    assert 0 < left < FILES
