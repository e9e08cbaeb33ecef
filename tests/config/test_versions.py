"""Configs are remembered by content; exactly one is active; any can come back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from appliance.config import versions
from appliance.core import audit, errors
from appliance.core.store import tables
from appliance.core.store.database import Database
from tests.config import sample
from tests.config.conftest import MONDAY
from tests.config.sample import SMALL, with_line

OTHER = with_line("Hello!", "Good day!")


def test_a_remembered_config_is_active_and_read_back_as_it_was(db: Database) -> None:
    loaded = sample.loaded(SMALL)

    version_id = versions.remember(db, MONDAY, loaded, "ada")

    active = versions.active(db)
    assert active is not None
    assert active.id == version_id == loaded.digest[:12]
    assert active.yaml == SMALL
    assert active.activated_at == MONDAY
    assert versions.config_of(active) == loaded.config


def test_the_same_content_is_one_version(db: Database) -> None:
    first = versions.remember(db, MONDAY, sample.loaded(SMALL), "ada")

    again = versions.remember(db, MONDAY, sample.loaded(SMALL + "# a comment\n"), "bob")

    assert again == first
    assert len(versions.history(db)) == 1


def test_only_one_version_is_active_and_every_change_is_in_the_audit(db: Database) -> None:
    first = versions.remember(db, MONDAY, sample.loaded(SMALL), "ada")
    second = versions.remember(db, MONDAY + timedelta(hours=1), sample.loaded(OTHER), "bob")

    back = versions.remember(db, MONDAY + timedelta(hours=2), sample.loaded(SMALL), "ada")

    assert back == first
    assert [v.id for v in versions.history(db) if v.active] == [first]
    rows = db.read(lambda c: [row.about for row in c.execute(tables.audit.select())])
    assert rows == [
        {"version": first, "before": None},
        {"version": second, "before": first},
        {"version": first, "before": second},
    ]
    assert db.read(audit.verify) is None


def test_a_broken_config_is_never_remembered(db: Database) -> None:
    versions.remember(db, MONDAY, sample.loaded(SMALL), "ada")

    with pytest.raises(errors.Refused, match="problems found: 1"):
        versions.remember(db, MONDAY, sample.loaded(with_line("  region:", "  regoin:")), "ada")

    good = versions.last_good(db)
    assert good is not None
    assert good.yaml == SMALL


def test_there_is_no_last_good_version_before_the_first(db: Database) -> None:
    assert versions.last_good(db) is None
    assert versions.active(db) is None


def test_a_version_is_found_by_number_id_and_as_active(db: Database) -> None:
    first = versions.remember(db, MONDAY, sample.loaded(SMALL), "ada")
    second = versions.remember(db, MONDAY, sample.loaded(OTHER), "ada")

    assert versions.find(db, "1").id == first
    assert versions.find(db, second).number == 2
    assert versions.find(db, "active").id == second
    with pytest.raises(errors.NotFound, match="history"):
        versions.find(db, "99")


def test_a_difference_names_the_places_that_changed() -> None:
    before = {"a": {"b": 1, "gone": True}, "list": [1, 2], "tools": [{"name": "x"}, {"name": "y"}]}
    after = {"a": {"b": 2}, "list": [1, 3], "tools": [{"name": "w"}, {"name": "x", "on": False}]}

    changes = versions.diff(before, after)

    assert [(c.field, c.before, c.after) for c in changes] == [
        ("a.b", 1, 2),
        ("a.gone", True, None),
        ("list", [1, 2], [1, 3]),
        ("tools.x.on", None, False),
        ("tools.y", {"name": "y"}, None),
        ("tools.w", None, {"name": "w"}),
    ]
    assert versions.diff(before, before) == []
