"""Calls we owe, each attempt to make them, and who wishes to be called."""

from __future__ import annotations

import sqlalchemy as sa

from appliance.core.store.columns import Instant, Sealed, Yes, table

dials = table(
    "dials",
    sa.Column("id", sa.Text, primary_key=True),
    # What asks for the call, e.g. a follow-up: one call each, whoever asks again.
    sa.Column("origin", sa.Text, nullable=False, unique=True),
    sa.Column("contact_id", sa.Text, nullable=False, index=True),
    sa.Column("number", Sealed, nullable=False),
    sa.Column("number_blind", sa.LargeBinary, nullable=False),
    sa.Column("reason", Sealed, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_attempt_at", Instant),
    sa.Column("lease_until", Instant),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("code", sa.Text),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("answered_at", Instant),
    sa.CheckConstraint(
        "state IN ('queued', 'sending', 'sent', 'delivered', 'unknown', 'dead')",
        name="dials_state",
    ),
    sa.Index("ix_dials_queued", "next_attempt_at", sqlite_where=sa.text("state = 'queued'")),
    sa.Index("ix_dials_sending", "lease_until", sqlite_where=sa.text("state = 'sending'")),
)

dial_attempts = table(
    "dial_attempts",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("dial_id", sa.Text, sa.ForeignKey("dials.id", ondelete="CASCADE"), nullable=False),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("number_blind", sa.LargeBinary, nullable=False),
    sa.Column("began_at", Instant, nullable=False, index=True),
    sa.Column("ended_at", Instant),
    sa.Column("answer", sa.Text),
    sa.UniqueConstraint("dial_id", "ordinal"),
)

call_wishes = table(
    "call_wishes",
    sa.Column("contact_id", sa.Text, primary_key=True),
    sa.Column("may_call", Yes, nullable=False),
    sa.Column("said_by", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
)
