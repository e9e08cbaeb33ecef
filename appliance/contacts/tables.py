"""Contacts, their identities and their answers. Everything that names a person is sealed."""

from __future__ import annotations

import sqlalchemy as sa

from appliance.core.store.columns import Instant, Sealed, table

contacts = table(
    "contacts",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", Sealed),
    sa.Column("company", Sealed),
    sa.Column("email", Sealed),
    sa.Column("email_blind", sa.LargeBinary, index=True),
    sa.Column("phone", Sealed),
    sa.Column("phone_blind", sa.LargeBinary, index=True),
    sa.Column("source_channel", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("last_seen_at", Instant, nullable=False),
)

identities = table(
    "identities",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column(
        "contact_id",
        sa.Text,
        sa.ForeignKey("contacts.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("value", Sealed, nullable=False),
    sa.Column("blind", sa.LargeBinary, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.UniqueConstraint("kind", "blind"),
)

survey_answers = table(
    "survey_answers",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column(
        "contact_id",
        sa.Text,
        sa.ForeignKey("contacts.id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("answer", Sealed, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.UniqueConstraint("contact_id", "question"),
)
