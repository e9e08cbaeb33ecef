"""The fixtures every test may use: clock, db, keyring."""

from __future__ import annotations

import gc
import os
import tempfile
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

_CACHE = pytest.StashKey[tempfile.TemporaryDirectory[str]]()
MONDAY = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)  # 10:00 in New York


def pytest_configure(config: pytest.Config) -> None:
    """Let every process of this run share one cache of vectors: they take seconds to compute."""
    if "APPLIANCE_CACHE_DIR" not in os.environ:
        config.stash[_CACHE] = tempfile.TemporaryDirectory(prefix="frontdesk-tests-")
        os.environ["APPLIANCE_CACHE_DIR"] = config.stash[_CACHE].name


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow files: whoever runs several at once does not wait for them at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    """Collect what tests have left: other plugins import something now.

    Where a finalizer runs inside CPython 3.11's parser, that ends with a SystemError.
    """
    gc.collect()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> None:
    """Collect for the same reason before a failure is shown: its source is parsed for that."""
    if call.excinfo is not None:
        gc.collect()


def pytest_unconfigure(config: pytest.Config) -> None:
    made = config.stash.get(_CACHE, None)
    if made is not None:
        del os.environ["APPLIANCE_CACHE_DIR"]
        made.cleanup()


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The cache of vectors that every process of this run shares."""
    return Path(os.environ["APPLIANCE_CACHE_DIR"])


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
