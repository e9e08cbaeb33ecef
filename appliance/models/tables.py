"""What models were asked, used and cost."""

from __future__ import annotations

import sqlalchemy as sa

from appliance.core.store.columns import Instant, Yes, table

model_calls = table(
    "model_calls",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("turn_id", sa.Text),
    sa.Column("conversation_id", sa.Text),
    sa.Column("provider", sa.Text, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("tokens_in", sa.Integer, nullable=False),
    sa.Column("tokens_cached", sa.Integer, nullable=False),
    sa.Column("tokens_out", sa.Integer, nullable=False),
    sa.Column("is_estimate", Yes, nullable=False),
    sa.Column("cost_nanos", sa.Integer),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("latency_ms", sa.Integer, nullable=False),
    sa.Column("at", Instant, nullable=False),
    # The day's sum is read before every paid call: it must come from the index alone.
    sa.Index("ix_model_calls_at", "at", "currency", "cost_nanos"),
    sa.Index("ix_model_calls_conversation_id", "conversation_id", "currency", "cost_nanos"),
)
