"""Bookings and the cells of time they occupy."""

from __future__ import annotations

import sqlalchemy as sa

from appliance.core.store.columns import Instant, Sealed, table

bookings = table(
    "bookings",
    sa.Column("id", sa.Text, primary_key=True),
    # The first booking of a chain of moves: calendars know the event by it.
    sa.Column("event_id", sa.Text, nullable=False, index=True),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("reference", sa.Text, nullable=False, index=True),
    sa.Column("conversation_id", sa.Text, nullable=False, index=True),
    sa.Column("contact_id", sa.Text, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("starts_at", Instant, nullable=False, index=True),
    sa.Column("ends_at", Instant, nullable=False),
    sa.Column("name", Sealed, nullable=False),
    sa.Column("email", Sealed, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("file_id", sa.Text, nullable=False, unique=True),
    sa.CheckConstraint("state IN ('booked', 'moved', 'cancelled')", name="bookings_state"),
)

booking_cells = table(
    "booking_cells",
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("seat", sa.Integer, nullable=False),
    sa.Column("cell_at", Instant, nullable=False),
    sa.Column(
        "booking_id",
        sa.Text,
        sa.ForeignKey("bookings.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.UniqueConstraint("kind", "seat", "cell_at"),
)
