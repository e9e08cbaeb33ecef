"""Conversations, messages, and everything a turn leaves behind."""

from __future__ import annotations

import sqlalchemy as sa

from appliance.core.store.columns import Instant, Json, Sealed, Yes, table

conversations = table(
    "conversations",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("contact_id", sa.Text, nullable=False, index=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False, server_default=""),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("owner", sa.Text),
    sa.Column("config_version", sa.Text),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("last_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("sentiment_score", sa.REAL),
    sa.Column("quality_score", sa.REAL),
    sa.Column("handoff_at", Instant),
    sa.CheckConstraint("state IN ('open','waiting','with_person','closed')", name="state"),
)

messages = table(
    "messages",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("contact_id", sa.Text, nullable=False),
    sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("visible", Yes, nullable=False),
    sa.Column("body", Sealed, nullable=False),
    sa.Column("extras", Sealed),
    sa.Column("turn_id", sa.Text),
    sa.Column("at", Instant, nullable=False),
    sa.UniqueConstraint("contact_id", "seq"),
    sa.Index("ix_messages_conversation_id_seq", "conversation_id", "seq"),
    sa.CheckConstraint("role IN ('contact','bot','tool','person')", name="role"),
)

inbox = table(
    "inbox",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("provider_id", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text, sa.ForeignKey("messages.id"), nullable=False, unique=True),
    sa.Column("contact_id", sa.Text, nullable=False),
    sa.Column("conversation_id", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("turn_id", sa.Text),
    sa.Column("raw", Sealed),
    # The contact's own time: what a channel's window for free answers is counted from.
    sa.Column("sent_at", Instant, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.UniqueConstraint("channel", "account", "provider_id"),
    sa.Index("ix_inbox_waiting", "contact_id", sqlite_where=sa.text("state = 'waiting'")),
    sa.CheckConstraint("state IN ('waiting','done')", name="state"),
)

# One row a request to a provider: a message that is too long for one has several parts.
outbox = table(
    "outbox",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("message_id", sa.Text, sa.ForeignKey("messages.id"), nullable=False),
    sa.Column("part", sa.Integer, nullable=False),
    sa.Column("conversation_id", sa.Text, nullable=False),
    sa.Column("contact_id", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_attempt_at", Instant),
    sa.Column("lease_until", Instant),
    sa.Column("provider_key", sa.LargeBinary),
    sa.Column("code", sa.Text),
    sa.Column("why", sa.Text),
    sa.Column("proof", Json, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("sent_at", Instant),
    sa.Column("reported_at", Instant),
    sa.UniqueConstraint("message_id", "part"),
    sa.Index(
        "ix_outbox_open",
        "contact_id",
        "channel",
        sqlite_where=sa.text("state IN ('queued','sending')"),
    ),
    sa.Index("ix_outbox_due", "next_attempt_at", sqlite_where=sa.text("state = 'queued'")),
    sa.Index("ix_outbox_leased", "lease_until", sqlite_where=sa.text("state = 'sending'")),
    sa.Index(
        "ix_outbox_provider_key",
        "provider_key",
        sqlite_where=sa.text("provider_key IS NOT NULL"),
    ),
    sa.Index(
        "ix_outbox_stuck",
        "created_at",
        sqlite_where=sa.text("state IN ('failed','unknown','dead')"),
    ),
    sa.CheckConstraint(
        "state IN ('queued','sending','sent','delivered','read','failed','unknown','dead')",
        name="state",
    ),
)

# What a provider tells beside messages: kept for operators, answered to nobody.
notices = table(
    "notices",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("known_as", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("says", Sealed, nullable=False),
    sa.Column("raw", Sealed),
    sa.Column("at", Instant, nullable=False),
)

# Accounts that must not send until a person acts. No row: it works.
stopped_channels = table(
    "stopped_channels",
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("code", sa.Text),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("since", Instant, nullable=False),
)

attachments = table(
    "attachments",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("message_id", sa.Text, sa.ForeignKey("messages.id"), nullable=False, index=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("media", Sealed, nullable=False),
    sa.Column("size_bytes", sa.Integer),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_attempt_at", Instant),
    sa.Column("why", sa.Text),
    sa.Column("created_at", Instant, nullable=False),
    sa.Index("ix_attachments_due", "next_attempt_at", sqlite_where=sa.text("state = 'waiting'")),
    sa.CheckConstraint("state IN ('waiting','kept','gone')", name="state"),
)

turns = table(
    "turns",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("conversation_id", sa.Text, nullable=False, index=True),
    sa.Column("contact_id", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("config_version", sa.Text, nullable=False),
    sa.Column("began_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("provider", sa.Text),
    sa.Column("model", sa.Text),
    sa.Column("tokens_in", sa.Integer),
    sa.Column("tokens_out", sa.Integer),
    sa.Column("cost", sa.Text),
    sa.Column("latency_ms", sa.Integer),
    sa.Column("limit_hit", sa.Text),
    sa.Column("record", Sealed),
    sa.Index("ix_turns_running", "contact_id", sqlite_where=sa.text("state = 'running'")),
    sa.CheckConstraint("state IN ('running','parked','done','failed')", name="state"),
)

receipts = table(
    "receipts",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("turn_id", sa.Text, nullable=False),
    sa.Column("conversation_id", sa.Text, nullable=False, index=True),
    sa.Column("tool", sa.Text, nullable=False),
    sa.Column("arguments_digest", sa.Text, nullable=False),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("part", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("proves", Json, nullable=False),
    sa.Column("call", Sealed, nullable=False),
    sa.Column("value", Sealed),
    sa.Column("at", Instant, nullable=False),
    sa.UniqueConstraint("turn_id", "tool", "arguments_digest", "ordinal", "part"),
    sa.CheckConstraint("state IN ('intent','done','failed','unknown')", name="state"),
)

tool_invocations = table(
    "tool_invocations",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("conversation_id", sa.Text, nullable=False, index=True),
    sa.Column("turn_id", sa.Text, nullable=False),
    sa.Column("tool", sa.Text, nullable=False, index=True),
    sa.Column("arguments", Sealed, nullable=False),
    sa.Column("result", Sealed),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("completed_at", Instant, nullable=False),
    sa.Column("duration_ms", sa.Integer, nullable=False),
)

tickets = table(
    "tickets",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("reference", sa.Text, nullable=False, unique=True),
    sa.Column("conversation_id", sa.Text, nullable=False, index=True),
    sa.Column("contact_id", sa.Text, nullable=False),
    sa.Column("department", sa.Text),
    sa.Column("reason", Sealed, nullable=False),
    sa.Column("summary", Sealed, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("taken_by", sa.Text),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("taken_at", Instant),
    sa.Column("closed_at", Instant),
    sa.CheckConstraint("state IN ('open','taken','closed')", name="state"),
)

approvals = table(
    "approvals",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("turn_id", sa.Text, nullable=False, index=True),
    sa.Column("interrupt_id", sa.Text, nullable=False),
    sa.Column("conversation_id", sa.Text, nullable=False),
    sa.Column("contact_id", sa.Text, nullable=False),
    sa.Column("tool", sa.Text, nullable=False),
    sa.Column("reason", Sealed, nullable=False),
    sa.Column("question", Sealed, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("decided_by", sa.Text),
    sa.Column("note", Sealed),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("decided_at", Instant),
    sa.Column("resumed_at", Instant),
    sa.Index("ix_approvals_not_resumed", "contact_id", sqlite_where=sa.text("resumed_at IS NULL")),
    sa.CheckConstraint("state IN ('waiting','approved','refused','expired')", name="state"),
)
