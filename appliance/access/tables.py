"""The gate house's tables."""

from __future__ import annotations

import sqlalchemy as sa

from appliance.core.store.columns import Instant, Sealed, table

secrets = table(
    "secrets",
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", Sealed, nullable=False),
    sa.Column("set_at", Instant, nullable=False),
    sa.Column("set_by", sa.Text, nullable=False),
)
