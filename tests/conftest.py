"""The fixtures every test may use: clock, db, keyring."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.assembly import house  # noqa: F401 - every table stands in the metadata
from appliance.core.crypto import Keyring
from appliance.core.store import schema
from appliance.core.store.columns import metadata
from appliance.core.store.database import Database
from tests.fakes.clock import FakeClock

MONDAY = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)  # 10:00 in New York


@pytest.fixture(scope="session")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache of vectors for every test that wants basic mode ready at once."""
    return tmp_path_factory.mktemp("vectors")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MONDAY)


@pytest.fixture
def keyring() -> Keyring:
    return Keyring(bytes(range(32)))


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "core.db", synchronous="NORMAL", busy_timeout_s=2)
    database.write_now(metadata.create_all)
    yield database
    database.close()


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "migrated.db", synchronous="NORMAL", busy_timeout_s=2)
    schema.prepare(database)
    yield database
    database.close()
