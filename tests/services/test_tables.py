"""The tables laid for follow-ups, figures and incidents hold what they promise."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from appliance.core.store.columns import metadata
from appliance.core.store.database import Database
from appliance.services.analytics.tables import daily_metrics
from appliance.services.followups.tables import scheduled_actions
from appliance.services.monitoring.tables import incidents

NOW = datetime(2026, 11, 16, 15, tzinfo=UTC)
ROOMS = [daily_metrics, scheduled_actions, incidents]
ACTION = {
    "id": "a", "contact_id": "c", "action_type": "followup_email", "scheduled_for": NOW,
    "payload": b"sealed", "status": "pending",
}  # fmt: skip
INCIDENT = {
    "id": "i", "title": "Slow", "severity": "warning", "started_at": NOW, "status": "open",
    "affected_components": ["web_chat"],
}  # fmt: skip


@pytest.fixture
def store(tmp_path):
    made = Database(tmp_path / "core.db")
    made.write_now(lambda c: metadata.create_all(c, tables=ROOMS))
    yield made
    made.close()


def test_every_table_is_strict(store):
    strict = store.read(
        lambda c: dict(
            c.exec_driver_sql(
                "SELECT name, strict FROM pragma_table_list WHERE type = 'table'"
            ).all()
        )
    )

    assert all(strict[table.name] for table in ROOMS)


def test_a_days_figures_stand_once_and_start_at_zero_or_unknown(store):
    day = {"day": date(2026, 11, 16)}
    store.write_now(lambda c: c.execute(daily_metrics.insert(), day))

    row = store.read(lambda c: c.execute(sa.select(daily_metrics)).one())

    assert (row.day, row.total_messages, row.error_rate) == (date(2026, 11, 16), 0, None)
    with pytest.raises(IntegrityError):
        store.write_now(lambda c: c.execute(daily_metrics.insert(), day))


def test_an_action_comes_back_as_it_was_laid_down(store):
    store.write_now(lambda c: c.execute(scheduled_actions.insert(), ACTION))

    row = store.read(lambda c: c.execute(sa.select(scheduled_actions)).one())

    assert (row.scheduled_for, row.payload, row.executed_at) == (NOW, b"sealed", None)


def test_an_incident_comes_back_as_it_was_laid_down(store):
    store.write_now(lambda c: c.execute(incidents.insert(), INCIDENT))

    row = store.read(lambda c: c.execute(sa.select(incidents)).one())

    assert (row.affected_components, row.breaches_sla, row.resolved_at) == (
        ["web_chat"], False, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (scheduled_actions, {**ACTION, "status": "perhaps"}),
        (incidents, {**INCIDENT, "status": "perhaps"}),
        (incidents, {**INCIDENT, "severity": "bad"}),
    ],
)
def test_a_state_nobody_knows_is_refused(store, table, row):
    with pytest.raises(IntegrityError):
        store.write_now(lambda c: c.execute(table.insert(), row))
