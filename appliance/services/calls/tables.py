"""Calls, turns and recordings, and what became of lost calls. Durations are milliseconds."""

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

# Sealed sound lies in DATA/calls, named by the call's id, while its state is open or kept.
voice_recordings = table(
    "voice_recordings",
    sa.Column("call_id", sa.Text, sa.ForeignKey("voice_calls.id"), primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    # When in the call the caller was told, and when the sound begins.
    sa.Column("told_ms", sa.Integer),
    sa.Column("began_at", Instant, nullable=False),
    sa.Column("sound_ms", sa.Integer, nullable=False, server_default="0"),
    sa.Index(
        "ix_voice_recordings_began_at",
        "began_at",
        sqlite_where=sa.text("state IN ('open','kept')"),
    ),
    sa.CheckConstraint("state IN ('open','kept','refused','erased')", name="state"),
)
