"""What is removed is gone from every file of the data folder: rows, index, vectors, log."""

from __future__ import annotations

import random
import subprocess
import tempfile
from pathlib import Path

import pytest

from appliance.core import errors
from appliance.core.store.database import Database
from appliance.knowledge import records, removing
from appliance.knowledge.search import records as index
from appliance.knowledge.values import Asked

CANARY = "zyxcanaryqv"


def bytes_of(folder):
    """Read copies: who opens and closes the file itself drops SQLite's locks on it."""
    with tempfile.TemporaryDirectory() as copies:
        subprocess.run(["cp", "-a", f"{folder}/.", copies], check=True)
        return {path.name: path.read_bytes() for path in Path(copies).iterdir()}


def holding(folder, *traces):
    return [name for name, held in bytes_of(folder).items() for trace in traces if trace in held]


def document_with_canaries(rng):
    filler = [f"word{rng.randrange(400)}" for _ in range(200)]
    for at in range(0, len(filler), 20):
        filler[at] = f"{CANARY}{rng.randrange(1000)}"
    return f"# {CANARY}title\n\n" + ". ".join(
        " ".join(filler[at : at + 8]) for at in range(0, 200, 8)
    )


@pytest.mark.parametrize("seed", range(3))
def test_no_trace_of_a_removed_document_is_left_in_any_file(desk, library, tmp_path, seed):
    rng = random.Random(seed)
    for number in range(12):
        path = tmp_path / f"doc{number}.md"
        text = (
            document_with_canaries(rng)
            if number % 3 == 0
            else f"# T{number}\n\n" + "plain words. " * rng.randrange(5, 200)
        )
        path.write_text(text)
        desk.add(path)
    path = tmp_path / "doc0.md"
    path.write_text(path.read_text().replace("word", "other"))  # old versions must go too
    desk.add(path)
    documents = library.db.read(records.list_documents)
    doomed = [one.id for one in documents if CANARY in one.title]
    vectors = [
        row.vector
        for row in library.db.read(lambda c: list(index.get_vectors(c, numbers(library, doomed))))
    ]
    assert len(doomed) == 4
    assert holding(library.db.path.parent, CANARY.encode())
    assert holding(library.db.path.parent, vectors[0])

    removing.remove(library.db, doomed)

    assert holding(library.db.path.parent, CANARY.encode(), *vectors) == []
    assert len(library.db.read(records.list_documents)) == 8
    assert not any(CANARY in found.text for found in library.find(f"{CANARY}title", limit=100))
    assert not library.db.read(records.must_wipe)


def numbers(library, documents):
    sql = "SELECT id, document_id FROM passages"
    rows = library.db.read(lambda c: c.exec_driver_sql(sql).all())
    return [row[0] for row in rows if row[1] in documents]


def test_what_was_kept_of_a_document_being_read_goes_too(desk, library, tmp_path):
    path = tmp_path / "half.md"
    path.write_text("x")
    desk.put(path)
    document = desk.at(path)
    library.db.write_now(
        lambda c: records.stage(c, document.id, "letters", [("d", CANARY.encode())])
    )

    removing.remove(library.db, [document.id])

    assert holding(library.db.path.parent, CANARY.encode()) == []


def test_one_unknown_id_removes_nothing(desk, library, tmp_path):
    path = tmp_path / "a.md"
    path.write_text("Some words.")
    [document] = desk.add(path)

    with pytest.raises(errors.NotFound, match="knowledge list"):
        removing.remove(library.db, [document.id, "nobody"])

    assert desk.at(path).passages == 1


def test_a_reader_of_another_process_delays_the_wiping_and_it_is_remembered(
    desk, library, tmp_path
):
    path = tmp_path / "a.md"
    path.write_text(f"{CANARY} words.")
    [document] = desk.add(path, asked=Asked())
    hasty = Database(library.db.path, busy_timeout_s=0.1, vectors=True)

    with library.db.reading.connect() as reading:
        reading.exec_driver_sql("SELECT count(*) FROM passages").scalar()
        with pytest.raises(errors.Unavailable, match="being read"):
            removing.remove(hasty, [document.id])
    hasty.close()

    assert library.find(CANARY) == []
    assert library.db.read(records.must_wipe)
    library.db.compact()
    assert holding(library.db.path.parent, CANARY.encode()) == []
