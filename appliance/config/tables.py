"""The config room's table: every config that was ever accepted."""

from __future__ import annotations

import sqlalchemy as sa

from appliance.core.store.columns import Instant, Json, Yes, table

config_versions = table(
    "config_versions",
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("digest", sa.Text, nullable=False, unique=True),
    sa.Column("schema_version", sa.Text, nullable=False),
    sa.Column("yaml", sa.Text, nullable=False),
    sa.Column("content", Json, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("activated_at", Instant, index=True),
    sa.Column("active", Yes, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
)
