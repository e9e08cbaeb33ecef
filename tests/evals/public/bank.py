"""tau2 banking knowledge: does our own search find a document the task rests on?"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from appliance.knowledge import adding
from appliance.knowledge.ingest.reader import Reader
from appliance.knowledge.intake import Intake
from appliance.knowledge.language import Languages
from appliance.knowledge.library import Library, open_library
from appliance.knowledge.values import Asked
from appliance.models.tokens import Tokens
from tests.evals.public import collection
from tests.evals.public.figures import Figure, share
from tests.fakes.clock import FakeClock
from tests.fakes.kept import Kept
from tests.fakes.shared import bank_documents

OF = "tau2 banking"
_NOW = datetime(2026, 11, 16, 15, tzinfo=UTC)
_FIRST_WORDS = re.compile(r'[Ss]tart (?:by|with)[^\n]*|"[^"]{25,300}"')
_PASSAGES_OF_ONE = 6


def figures(kept: Kept) -> list[Figure]:
    """Add all documents, ask with each task's first words, and look who is among the first."""
    documents = {one["id"]: one for one in bank_documents()}
    with tempfile.TemporaryDirectory(prefix="frontdesk-bank-") as scratch:
        library = open_library(Path(scratch) / "knowledge.db", embedder=kept, clock=FakeClock(_NOW))
        try:
            names = _add(library, documents, Path(scratch) / "documents")
            asked = _questions(set(documents))
            kept.encode([question for question, _ in asked])
            found = [(_found(library, names, question), gold) for question, gold in asked]
        finally:
            library.close()
    return [
        share(OF, f"a document it rests on among the first {most}", [
            bool(gold & set(first[:most])) for first, gold in found
        ])
        for most in (5, 10)
    ]  # fmt: skip


def _add(
    library: Library, documents: Mapping[str, Mapping[str, str]], folder: Path
) -> dict[str, str]:
    """Add the documents as files; gives the set's id by ours."""
    folder.mkdir()
    paths = {}
    for number, (name, one) in enumerate(documents.items()):
        path = folder / f"{number:03}.md"
        path.write_text(f"# {one['title']}\n\n{one['content']}", "utf-8")
        paths[str(path.resolve())] = name
    adding.put_files(library.db, library.clock.now(), [Path(one) for one in paths], Asked())
    with Reader() as reader:
        Intake(library=library, reader=reader, tokens=Tokens(), languages=Languages()).work()
    sql = "SELECT id, address FROM documents"
    rows = library.db.read(lambda c: c.exec_driver_sql(sql).all())
    return {row.id: paths[row.address] for row in rows}


def _questions(known: set[str]) -> list[tuple[str, set[str]]]:
    """Give each task's first words and the documents it rests on.

    They are instructions to play a customer, harder than a customer's own question.
    """
    questions = []
    for task in collection.read_json("tau2/banking_knowledge/tasks.json.gz"):
        told: Any = task["user_scenario"]["instructions"]
        words = told if isinstance(told, str) else json.dumps(told)
        spoken = _FIRST_WORDS.search(words)
        gold = set(task.get("required_documents", ())) & known
        if gold:
            questions.append((spoken[0] if spoken else words[:300], gold))
    return questions


def _found(library: Library, names: Mapping[str, str], question: str) -> Sequence[str]:
    """List the documents of the best passages, each once."""
    found = library.find(question, limit=10 * _PASSAGES_OF_ONE, internal=True)
    ids = [one.document_id for one in found if one.document_id]
    return [names[one] for one in dict.fromkeys(ids)]
