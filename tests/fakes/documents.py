"""Adds a document to a library at once, read in this process: for tests of other things."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import cast

from appliance.knowledge import adding, records
from appliance.knowledge.ingest import read
from appliance.knowledge.ingest.reader import Reader
from appliance.knowledge.intake import Intake
from appliance.knowledge.language import Languages
from appliance.knowledge.library import Library
from appliance.knowledge.values import Asked, Document
from appliance.models.tokens import Tokens


class _Here:
    """Reads without a process of its own."""

    def read(self, content, name):
        return read.read(content, name)


@cache
def _tools() -> tuple[Tokens, Languages]:
    return Tokens(), Languages()


def add(library: Library, path: Path) -> Document:
    """Add a file; gives how it stands."""
    tokens, languages = _tools()
    [document_id] = adding.put_files(library.db, library.clock.now(), [path], Asked())
    Intake(library=library, reader=cast(Reader, _Here()), tokens=tokens, languages=languages).work()
    found = library.db.read(lambda c: records.find_document(c, document_id))
    assert found is not None
    return found
