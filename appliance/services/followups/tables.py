"""Actions that are due at a time."""

from __future__ import annotations

import sqlalchemy as sa

from appliance.core.store.columns import Instant, Sealed, table

scheduled_actions = table(
    "scheduled_actions",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("contact_id", sa.Text, nullable=False, index=True),
    sa.Column("action_type", sa.Text, nullable=False),
    sa.Column("scheduled_for", Instant, nullable=False),
    sa.Column("payload", Sealed, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("executed_at", Instant),
    sa.Column("result", Sealed),
    sa.CheckConstraint(
        "status IN ('pending', 'done', 'failed', 'cancelled')", name="scheduled_actions_status"
    ),
    sa.Index("ix_scheduled_actions_due", "status", "scheduled_for"),
)
