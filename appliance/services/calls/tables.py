"""Calls, their turns, and what became of those that were lost. Durations are milliseconds."""

from __future__ import annotations

import sqlalchemy as sa

from appliance.core.store.columns import Instant, Yes, table

voice_calls = table(
    "voice_calls",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("conversation_id", sa.Text, nullable=False, index=True),
    sa.Column("contact_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("direction", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("began_at", Instant, nullable=False),
    # A call whose process has died is known by this instant going by.
    sa.Column("alive_until", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("outcome", sa.Text),
    sa.Column("handoff", sa.Text),
    sa.Column("disclosed_ms", sa.Integer),
    sa.Column("caller_ms", sa.Integer, nullable=False, server_default="0"),
    sa.Column("bot_ms", sa.Integer, nullable=False, server_default="0"),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("sentiment", sa.REAL),
    sa.Index("ix_voice_calls_open", "alive_until", sqlite_where=sa.text("state = 'open'")),
    sa.Index("ix_voice_calls_began_at", "began_at"),
    sa.CheckConstraint("state IN ('open','ended','dropped')", name="state"),
)

voice_turns = table(
    "voice_turns",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("call_id", sa.Text, sa.ForeignKey("voice_calls.id"), nullable=False, index=True),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("message_id", sa.Text),
    sa.Column("end_of_turn_ms", sa.Integer),
    sa.Column("stt_ms", sa.Integer),
    sa.Column("first_token_ms", sa.Integer),
    sa.Column("first_audio_ms", sa.Integer),
    sa.Column("reply_ms", sa.Integer),
    sa.Column("was_cut", Yes, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.UniqueConstraint("call_id", "ordinal"),
)

# Calls of which the caller got no answer, or that broke off: each is judged once.
lost_calls = table(
    "lost_calls",
    sa.Column("call_id", sa.Text, sa.ForeignKey("voice_calls.id"), primary_key=True),
    sa.Column("contact_id", sa.Text, nullable=False, index=True),
    sa.Column("lost_at", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("why", sa.Text),
    sa.Column("channel", sa.Text),
    sa.Column("message_id", sa.Text),
    sa.Index("ix_lost_calls_due", "lost_at", sqlite_where=sa.text("state = 'due'")),
    sa.CheckConstraint("state IN ('due','written','withheld')", name="lost_calls_state"),
)
