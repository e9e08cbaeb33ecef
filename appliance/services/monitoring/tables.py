"""Incidents."""

from __future__ import annotations

import sqlalchemy as sa

from appliance.core.store.columns import Instant, Json, Sealed, Yes, table

incidents = table(
    "incidents",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("description", Sealed),
    sa.Column("affected_components", Json),
    sa.Column("started_at", Instant, nullable=False, index=True),
    sa.Column("resolved_at", Instant),
    sa.Column("status", sa.Text, nullable=False, index=True),
    sa.Column("breaches_sla", Yes, nullable=False, server_default="0"),
    sa.Column("sla_impact_minutes", sa.Integer),
    sa.Column("root_cause", Sealed),
    sa.Column("mitigation_steps", Sealed),
    sa.CheckConstraint("severity IN ('info', 'warning', 'critical')", name="incidents_severity"),
    sa.CheckConstraint(
        "status IN ('open', 'acknowledged', 'mitigated', 'resolved')", name="incidents_status"
    ),
)
