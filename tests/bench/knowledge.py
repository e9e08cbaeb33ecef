"""Taking documents in and finding them again, at 1,000, 10,000 and 100,000 passages.

The words are real: the documentation inside the installed Python packages, as Markdown files, read
by the real intake (reader process, passages, FTS5). With MiniLM's true vectors only the first part
is made (100,000 would take an hour). All passages get a mixture of two of these and a little noise;
queries have true vectors. A search is timed without the query's embedding (its vector is at hand).
On a machine that does other things CPU is the column to trust. BENCH_MILLION=1 adds a million
passages, stored without the intake.
"""

from __future__ import annotations

import os
import re
import resource
import site
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from appliance.core.clock import SystemClock
from appliance.core.store.database import Connection
from appliance.knowledge import adding, records
from appliance.knowledge.ingest.reader import Reader
from appliance.knowledge.intake import Intake
from appliance.knowledge.language import Languages
from appliance.knowledge.library import Library, open_library
from appliance.knowledge.search import records as index
from appliance.knowledge.search.near import Near
from appliance.knowledge.values import Asked, Text, Wanted
from appliance.models.embedder import Array, Embedder, open_minilm
from appliance.models.minilm import SIZE
from appliance.models.tokens import Tokens
from tests.bench.report import Goal, Report, Table, percentile

CLOCK = SystemClock(datetime(2026, 11, 16, 15, tzinfo=UTC))
TRUE, QUERIES = 1500, 200
SIZES = (1_000, 10_000, 100_000)
PER_FILE = 400
_DOCSTRING = re.compile(r'(?:def|class)\s+(\w+)[^\n]*\n\s+r?"""(.{60,20000}?)"""', re.S)


def run() -> Report:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        texts = _texts(160_000)
        tables: list[Table] = []
        goals: list[Goal] = []
        true = _true_vectors(Path(folder), texts, tables)
        mixed = Mixed(true)
        library = open_library(Path(folder) / "knowledge.db", embedder=mixed, clock=CLOCK)
        rows = []
        began, cpu = time.monotonic(), _cpu()
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        for size in SIZES:
            _fill(library, texts, Path(folder), size)
            took, used = time.monotonic() - began, _cpu() - cpu
            peak = _peak_mb()
            rows.append((_count(library), took, _count(library) / used, peak))
            if size == SIZES[-1]:
                goals.append(Goal("peak memory taking in, our process", peak, "MB", most=600))
            tables.append(_searches(library, mixed))
        if os.environ.get("BENCH_MILLION"):
            _store(library, texts, mixed, 1_000_000)
            tables.append(_searches(library, mixed))
        library.close()
    found = _merged(tables[1:])
    at_most = next(row for row in found.rows if row[0] == rows[-1][0])
    goals.append(Goal("hybrid search at 100,000, p95", float(at_most[3]), "ms", most=15))
    goals.append(Goal("its CPU, p95", float(at_most[5]), "ms", most=15))
    goals.append(Goal("its recall@10 of comparing all", float(at_most[7]), "", least=0.98))
    intake = Table(
        "Taking in, made-up vectors (the reader process apart; the peak has the bench's texts)",
        ("passages", "s in all", "passages/s of CPU", "peak MB"),
        rows,
    )
    return Report([tables[0], intake, found], goals)


class Mixed:
    """An embedder of made-up vectors near true ones; a text's are always the same."""

    name, words = "mixed", frozenset[str]()

    def __init__(self, true: Array) -> None:
        self.true = true

    def encode(self, texts: Sequence[str]) -> Array:
        made = np.empty((len(texts), SIZE), dtype=np.float32)
        for row, text in enumerate(texts):
            if text.startswith("query "):
                made[row] = self.true[-1 - int(text[6:])]
                continue
            rng = np.random.default_rng(abs(hash(text)))
            one, other = rng.integers(0, len(self.true) - QUERIES, 2)
            share = rng.uniform(0.5, 0.9)
            mixed = share * self.true[one] + (1 - share) * self.true[other]
            made[row] = mixed + rng.normal(0, 0.01, SIZE)
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        return made

    def of_words(self, words: Sequence[str]) -> Array:
        return np.zeros((len(words), 0), np.float32)


def _texts(most: int) -> list[str]:
    """Give paragraphs of real documentation, about as long as a passage."""
    found: list[str] = []
    for folder in (os.path.dirname(os.__file__), *site.getsitepackages()):
        for path in sorted(Path(folder).rglob("*.py")):
            found += _documentation(path)
            if len(found) >= most:
                return found
    return found


def _documentation(path: Path) -> Iterator[str]:
    try:
        source = path.read_text("utf-8")
    except (ValueError, OSError):
        return
    for found in _DOCSTRING.finditer(source):
        words = found[2].split()
        for at in range(0, len(words), 40):
            if len(words[at : at + 40]) >= 12:
                yield f"{found[1]}: {' '.join(words[at : at + 40])}"


def _true_vectors(folder: Path, texts: Sequence[str], tables: list[Table]) -> Array:
    """Make true vectors of texts spread over all; the last ones are the queries'."""
    embedder = open_minilm(cache_dir=folder)
    step = len(texts) // TRUE
    chosen = [" ".join(text.split()[:60]) for text in texts[::step][:TRUE]]
    chosen[-QUERIES:] = [" ".join(text.split()[1:13]) for text in chosen[-QUERIES:]]
    began, cpu = time.monotonic(), _cpu()
    made = np.concatenate(
        [embedder.encode(chosen[at : at + 16]) for at in range(0, len(chosen), 16)]
    )
    took, used = time.monotonic() - began, _cpu() - cpu
    row = (len(chosen), took, used * 1000 / len(chosen), len(chosen) / used)
    columns = ("texts", "s", "CPU ms each", "passages/s of one core")
    tables.append(Table("MiniLM in NumPy, passages of about 80 word pieces", columns, [row]))
    return made


def _fill(library: Library, texts: Sequence[str], folder: Path, size: int) -> None:
    """Let the intake read Markdown files until there are so many passages."""
    docs = folder / "docs"
    docs.mkdir(exist_ok=True)
    with Reader() as reader:
        intake = Intake(library=library, reader=reader, tokens=Tokens(), languages=Languages())
        while (left := size - _count(library)) > 0:
            number = len(list(docs.iterdir()))
            part = texts[number * PER_FILE : (number + 1) * PER_FILE][: max(left, 40)]
            if not part:
                sys.stderr.write("not enough documentation on this machine\n")
                return
            path = docs / f"{number:05}.md"
            path.write_text("\n\n".join(f"# {text.partition(':')[0]}\n\n{text}" for text in part))
            adding.put_files(library.db, CLOCK.now(), [path], Asked())
            intake.work()


def _store(library: Library, texts: Sequence[str], mixed: Mixed, size: int) -> None:
    """Store passages without reading them."""
    count = _count(library)
    while count < size:
        name = f"stored{count}"
        rows = [
            Text(source=name, title=name, text=f"{texts[(count + n) % len(texts)]} {count + n}")
            for n in range(2000)
        ]
        vectors = mixed.encode([text.embedded for text in rows])
        made = {t.digest: index.as_bytes(v) for t, v in zip(rows, vectors, strict=True)}

        def unit(connection: Connection, name: str = name, rows: list[Text] = rows,
                 made: dict[str, bytes] = made) -> None:  # fmt: skip
            records.add_document(
                connection, document_id=name, address=name, title=name, now=CLOCK.now(),
                asked=Asked(),
            )  # fmt: skip
            records.replace_passages(connection, rows, made, kind="document", document_id=name)

        library.db.write_now(unit)
        count += len(rows)


def _searches(library: Library, mixed: Mixed) -> Table:
    """Time whole searches, with the words of real documentation and the vector of those words."""
    questions = _questions(library)
    words_of = open_minilm(cache_dir=library.db.path.parent)
    searching = Library(library.db, _AtHand(mixed, questions, words_of), CLOCK)
    library.db.write_now(
        lambda c: records.set_active(c, {"serving": {"name": "mixed", "spec": {}}})
    )
    searching.find(questions[0])  # the signs are read once
    took, used = [], []
    for question in questions:
        began, cpu = time.perf_counter(), time.thread_time()
        searching.find(question, limit=10)
        took.append((time.perf_counter() - began) * 1000)
        used.append((time.thread_time() - cpu) * 1000)
    near = Near()
    near_search(library, near, mixed.true[-1], Wanted(on=CLOCK.now().date()), most=40)
    recall, meaning = _recall(library, near, mixed)
    count = _count(library)
    way = "vec0" if library.standing().near else "signs"
    row = (
        count, way, percentile(took, 0.5), percentile(took, 0.95), percentile(used, 0.5),
        percentile(used, 0.95), percentile(meaning, 0.95), recall,
    )  # fmt: skip
    columns = (
        "passages", "by", "p50 ms", "p95 ms", "CPU p50 ms", "CPU p95 ms", "meaning CPU p95 ms",
        "recall@10",
    )  # fmt: skip
    return Table("Searching, without the query's embedding", columns, [row])


class _AtHand:
    """Vectors that are there already: a search is timed without them, but with those of words."""

    name, words = "mixed", frozenset[str]()

    def __init__(self, mixed: Mixed, questions: Sequence[str], inner: Embedder) -> None:
        self.known = {q: mixed.true[-1 - n] for n, q in enumerate(questions)}
        self.of_words = inner.of_words

    def encode(self, texts: Sequence[str]) -> Array:
        return np.stack([self.known[text] for text in texts])


def _questions(library: Library) -> list[str]:
    """Give real words to ask for: eight of a passage, from all over."""
    sql = "SELECT text FROM passages ORDER BY id"
    texts = library.db.read(lambda c: [row[0] for row in c.exec_driver_sql(sql)])
    step = max(1, len(texts) // QUERIES)
    asked = [" ".join(text.split()[1:9]) for text in texts[::step][:QUERIES]]
    return [f"{question} {n}" for n, question in enumerate(asked)]


def near_search(
    library: Library, near: Near, query: Array, wanted: Wanted, *, most: int
) -> list[tuple[int, float]]:
    return library.db.read(
        lambda c: near.search(c, CLOCK, query, wanted, most=most, standing=index.standing(c))
    )


def _recall(library: Library, near: Near, mixed: Mixed) -> tuple[float, list[float]]:
    sql = "SELECT passage_id, vector FROM vectors"
    rows = library.db.read(lambda c: c.exec_driver_sql(sql).all())
    ids = np.array([row[0] for row in rows])
    every = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4").reshape(len(rows), -1)
    del rows
    common, took = 0, []
    for number in range(QUERIES):
        query = mixed.true[-1 - number]
        best = set(ids[np.argpartition(-(every @ query), 9)[:10]].tolist())
        began = time.thread_time()
        found = near_search(library, near, query, Wanted(on=CLOCK.now().date()), most=40)
        took.append((time.thread_time() - began) * 1000)
        common += len(best & {number for number, _ in found[:10]})
    return common / (10 * QUERIES), took


def _merged(tables: Sequence[Table]) -> Table:
    return Table(
        tables[0].title, tables[0].columns, [row for table in tables for row in table.rows]
    )


def _count(library: Library) -> int:
    return library.db.read(records.count_passages)


def _peak_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
