"""An open room over a real knowledge.db, a real reader process, and letters for meaning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.knowledge import adding
from appliance.knowledge.ingest.reader import Reader
from appliance.knowledge.intake import Intake
from appliance.knowledge.language import Languages
from appliance.knowledge.library import Library, open_library
from appliance.knowledge.room import Room
from appliance.knowledge.values import Asked, Document
from appliance.models.tokens import Tokens
from tests.fakes.clock import FakeClock
from tests.knowledge.letters import Letters

NOW = datetime(2026, 11, 16, 15, tzinfo=UTC)


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    with Reader() as made:
        yield made


@pytest.fixture(scope="session")
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture(scope="session")
def languages() -> Languages:
    return Languages()


@pytest.fixture
def library(tmp_path: Path, clock: FakeClock) -> Iterator[Library]:
    made = open_library(tmp_path / "data" / "knowledge.db", embedder=Letters(), clock=clock)
    yield made
    made.close()


@pytest.fixture
def shared(reader: Reader, tokens: Tokens, languages: Languages) -> dict[str, object]:
    """What takes long to open, for everybody's intake."""
    return {"reader": reader, "tokens": tokens, "languages": languages}


class Desk:
    """Adds files and reads them, as the command does."""

    def __init__(self, library: Library, shared: dict[str, object], **more: object) -> None:
        self.library = library
        self.intake = Intake(library=library, **shared, **more)  # type: ignore[arg-type]

    def add(self, *paths: Path, asked: Asked | None = None) -> list[Document]:
        """Read files; gives how they stand, in the order given."""
        self.put(*paths, asked=asked)
        self.intake.work()
        return [self.at(path) for path in paths]

    def put(self, *paths: Path, asked: Asked | None = None) -> None:
        now = self.library.clock.now()
        adding.put_files(self.library.db, now, list(paths), asked or Asked())

    def at(self, path: Path | str) -> Document:
        from appliance.knowledge import records

        address = str(path.resolve()) if isinstance(path, Path) else path
        found = self.library.db.read(lambda c: records.find_document_at(c, address))
        assert found is not None
        return found

    def texts(self, path: Path | str) -> list[str]:
        """Give the passages of a document in order."""
        document = self.at(path)
        sql = "SELECT text FROM passages WHERE document_id = ? ORDER BY ordinal"
        rows = self.library.db.read(lambda c: c.exec_driver_sql(sql, (document.id,)).all())
        return [row[0] for row in rows]


@pytest.fixture
def desk(library: Library, shared: dict[str, object]) -> Desk:
    return Desk(library, shared)


@pytest.fixture
def room(library: Library) -> Room:
    return Room(library)
