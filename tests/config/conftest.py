"""An open store in a folder of its own, and the commands on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from appliance.access import secrets
from appliance.config import commands
from appliance.core.clock import SystemClock
from appliance.core.store.columns import metadata
from appliance.core.store.database import Database
from tests.config import sample

MONDAY = datetime(2026, 11, 16, 15, tzinfo=UTC)


@dataclass
class Store:
    db: Database
    clock: SystemClock
    who: str = "ada"

    def has_secret(self, name: str) -> bool:
        return secrets.exists(self.db, name)

    def close(self) -> None:
        """The fixture closes the database."""


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "core.db")
    made.write_now(metadata.create_all)
    yield made
    made.close()


@pytest.fixture
def store(db: Database) -> Store:
    return Store(db, SystemClock(MONDAY))


@dataclass
class CommandLine:
    store: Store
    opened: int = 0

    def open(self) -> Store:
        self.opened += 1
        return self.store

    def run(self, *arguments: str) -> tuple[int, str]:
        app = commands.build(self.open, lambda: sample.CATALOGUE)
        result = CliRunner().invoke(app, list(arguments))
        return result.exit_code, result.output


@pytest.fixture
def command_line(store: Store) -> CommandLine:
    return CommandLine(store)
