"""Secrets: kept sealed, found by name, overridden by the environment, never shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from appliance.access import commands, secrets
from appliance.core import errors
from appliance.core.clock import SystemClock
from appliance.core.crypto import Keyring
from appliance.core.store import tables
from appliance.core.store.columns import metadata
from appliance.core.store.database import Database

MONDAY = datetime(2026, 11, 16, 15, tzinfo=UTC)
KEYRING = Keyring(b"k" * 32)
VALUE = "the-value-nobody-sees"


@dataclass
class Store:
    db: Database
    keyring: Keyring
    clock: SystemClock
    who: str = "ada"

    def close(self) -> None:
        """The fixture closes the database."""


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "core.db")
    made.write_now(metadata.create_all)
    yield made
    made.close()


def _save(db: Database, name: str, value: str) -> None:
    db.write_now(lambda c: secrets.save(c, KEYRING, MONDAY, name=name, value=value, who="ada"))


def _run(db: Database, *arguments: str, typed: str = "") -> tuple[int, str]:
    store = Store(db, KEYRING, SystemClock(MONDAY))
    result = CliRunner().invoke(commands.build(lambda: store), list(arguments), input=typed)
    return result.exit_code, result.output


def test_a_saved_secret_is_found_and_replaced(db: Database) -> None:
    _save(db, "crm-prod", "old")

    _save(db, "crm-prod", VALUE)

    assert secrets.find(db, KEYRING, "crm-prod") == VALUE
    assert secrets.exists(db, "crm-prod")


def test_an_unknown_secret_is_not_found(db: Database) -> None:
    assert secrets.find(db, KEYRING, "nobody") is None
    assert not secrets.exists(db, "nobody")


def test_the_environment_wins_over_the_store(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    _save(db, "crm-prod", "stored")

    monkeypatch.setenv("APPLIANCE_SECRET_CRM_PROD", "given")

    assert secrets.find(db, KEYRING, "crm-prod") == "given"
    assert [item.source for item in secrets.listed(db)] == ["environment"]


def test_the_file_alone_shows_no_value(db: Database, tmp_path: Path) -> None:
    _save(db, "crm-prod", VALUE)
    db.close()

    for path in tmp_path.iterdir():
        assert VALUE.encode() not in path.read_bytes()


def test_another_key_opens_nothing(db: Database) -> None:
    _save(db, "crm-prod", VALUE)

    with pytest.raises(errors.Misconfigured, match="another key"):
        secrets.find(db, Keyring(b"x" * 32), "crm-prod")


@pytest.mark.parametrize("name", ["", "Upper", "under_score", "../x", "a" * 65, "é"])
def test_a_bad_name_is_refused(db: Database, name: str) -> None:
    with pytest.raises(errors.Refused, match="cannot name a secret"):
        _save(db, name, VALUE)


def test_an_empty_or_endless_value_is_refused(db: Database) -> None:
    with pytest.raises(errors.Refused, match="empty"):
        _save(db, "a", "")
    with pytest.raises(errors.TooLarge, match="right file"):
        _save(db, "a", "x" * 70_000)


def test_the_command_reads_standard_input_and_writes_the_audit(db: Database) -> None:
    code, output = _run(db, "set", "crm-prod", typed=VALUE + "\n")

    assert (code, output) == (0, "The secret crm-prod is set.\n")
    assert secrets.find(db, KEYRING, "crm-prod") == VALUE
    rows = db.read(lambda c: [(r.who, r.what, r.about) for r in c.execute(tables.audit.select())])
    assert rows == [("ada", "secret.set", {"name": "crm-prod"})]


def test_the_list_has_names_ages_and_sources_and_no_value(db: Database) -> None:
    _run(db, "set", "crm-prod", typed=VALUE)

    text = _run(db, "list")[1]
    rows = json.loads(_run(db, "list", "--json")[1])

    assert VALUE not in text
    assert text.split() == ["crm-prod", "store", "today", "ada"]
    assert [(row["name"], row["source"], row["set_by"]) for row in rows] == [
        ("crm-prod", "store", "ada")
    ]


def test_a_removed_secret_is_gone_and_removing_it_again_is_said(db: Database) -> None:
    _run(db, "set", "crm-prod", typed=VALUE)

    first = _run(db, "remove", "crm-prod")
    second = _run(db, "remove", "crm-prod")

    assert first[0] == 0
    assert not secrets.exists(db, "crm-prod")
    assert second[0] == 1
    assert "No secret crm-prod is stored" in second[1]


def test_nothing_typed_stores_nothing(db: Database) -> None:
    code, output = _run(db, "set", "crm-prod", typed="\n")

    assert code == 1
    assert "would be empty" in output
    assert not secrets.exists(db, "crm-prod")
