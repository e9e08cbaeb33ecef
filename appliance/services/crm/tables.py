"""Leads. Everything that names a person is sealed."""

from __future__ import annotations

import sqlalchemy as sa

from appliance.core.store.columns import Instant, Sealed, table

leads = table(
    "leads",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("reference", sa.Text, nullable=False, unique=True),
    sa.Column("contact_id", sa.Text, nullable=False, unique=True),
    sa.Column("name", Sealed, nullable=False),
    sa.Column("email", Sealed),
    sa.Column("email_blind", sa.LargeBinary, index=True),
    sa.Column("phone", Sealed),
    sa.Column("company", Sealed),
    sa.Column("interest", Sealed),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False, index=True),
)
