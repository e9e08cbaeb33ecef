"""Figures per business day."""

from __future__ import annotations

import sqlalchemy as sa

from appliance.core.store.columns import Day, table

daily_metrics = table(
    "daily_metrics",
    sa.Column("day", Day, primary_key=True),
    sa.Column("total_conversations", sa.Integer, nullable=False, server_default="0"),
    sa.Column("total_messages", sa.Integer, nullable=False, server_default="0"),
    sa.Column("unique_contacts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("avg_sentiment", sa.REAL),
    sa.Column("avg_quality_score", sa.REAL),
    sa.Column("human_handoffs", sa.Integer, nullable=False, server_default="0"),
    sa.Column("avg_response_time_ms", sa.Integer),
    sa.Column("p95_response_time_ms", sa.Integer),
    sa.Column("error_rate", sa.REAL),
)
