"""`appliance calls dial`, `allow`, `forbid` and `outbound`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from appliance.core import errors
from appliance.core.clock import Clock
from appliance.core.crypto import Keyring
from appliance.core.store import tables
from appliance.core.store.database import Database
from appliance.services.dials.commands import add_to_calls
from tests.services.dials.terms import NUMBER, terms


@dataclass
class Office:
    db: Database
    keyring: Keyring
    clock: Clock
    who: str = "ann"

    def close(self) -> None:
        """The fixture closes the store."""


@pytest.fixture
def run(db, keyring, clock) -> Callable[..., Any]:
    app = typer.Typer()
    add_to_calls(app, lambda: Office(db, keyring, clock), lambda _: terms())

    def made(*words: str) -> Any:
        done = CliRunner().invoke(app, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    return made


def test_an_ordered_call_is_owed_and_listed(run):
    ordered = json.loads(run("dial", "617-555-0142", "--reason", "Your watch is ready.", "--json"))

    listed = json.loads(run("outbound", "--json"))
    assert listed == ordered
    (one,) = listed
    assert (one["number"], one["state"], one["created_by"]) == (NUMBER, "queued", "ann")
    assert NUMBER in run("outbound")


def test_every_order_is_a_call_of_its_own(run):
    for _ in range(2):
        run("dial", NUMBER, "--reason", "Your watch is ready.")

    assert len(json.loads(run("outbound", "--json"))) == 2


def test_the_operator_has_the_same_limits(run):
    with pytest.raises(errors.Refused, match="emergency"):
        run("dial", "911", "--reason", "Hello.")

    assert run("outbound") == "The bot has called nobody.\n"


def test_who_ordered_and_who_forbade_stands_in_the_audit_without_a_number(run, db):
    run("dial", NUMBER, "--reason", "Your watch is ready.")
    said = run("forbid", NUMBER)

    assert said == f"{NUMBER} must not be called.\n"
    rows = db.read(lambda c: c.execute(tables.audit.select()).all())
    assert [(row.who, row.what) for row in rows] == [
        ("ann", "call ordered"),
        ("ann", "calls forbidden"),
    ]
    assert NUMBER not in repr(rows)
