"""Tables of the ground: facts about the install, events every process can tail, leases, audit."""

from __future__ import annotations

import sqlalchemy as sa

from appliance.core.store.columns import Instant, Json, table

install = table(
    "install",
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

events = table(
    "events",
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("conversation_id", sa.Text, index=True),
    sa.Column("about", Json),
    sa.Column("at", Instant, nullable=False),
    sqlite_autoincrement=True,  # a pruned table must not begin again at 1: followers count on it
)

leases = table(
    "leases",
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
)

audit = table(
    "audit",
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("about", Json, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)
