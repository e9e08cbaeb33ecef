"""Telephone calls and their turns."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE voice_calls (
        id TEXT NOT NULL,
        conversation_id TEXT NOT NULL,
        contact_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        direction TEXT NOT NULL,
        state TEXT NOT NULL,
        began_at INTEGER NOT NULL,
        alive_until INTEGER NOT NULL,
        ended_at INTEGER,
        outcome TEXT,
        handoff TEXT,
        disclosed_ms INTEGER,
        caller_ms INTEGER DEFAULT '0' NOT NULL,
        bot_ms INTEGER DEFAULT '0' NOT NULL,
        failures INTEGER DEFAULT '0' NOT NULL,
        sentiment REAL,
        CONSTRAINT pk_voice_calls PRIMARY KEY (id),
        CONSTRAINT state CHECK (state IN ('open','ended','dropped'))
    )
     STRICT
    """,
    """
    CREATE INDEX ix_voice_calls_began_at ON voice_calls (began_at)
    """,
    """
    CREATE INDEX ix_voice_calls_conversation_id ON voice_calls (conversation_id)
    """,
    """
    CREATE INDEX ix_voice_calls_open ON voice_calls (alive_until) WHERE state = 'open'
    """,
    """
    CREATE TABLE voice_turns (
        id TEXT NOT NULL,
        call_id TEXT NOT NULL,
        ordinal INTEGER NOT NULL,
        message_id TEXT,
        end_of_turn_ms INTEGER,
        stt_ms INTEGER,
        first_token_ms INTEGER,
        first_audio_ms INTEGER,
        reply_ms INTEGER,
        was_cut INTEGER NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT pk_voice_turns PRIMARY KEY (id),
        CONSTRAINT uq_voice_turns_call_id_ordinal UNIQUE (call_id, ordinal),
        CONSTRAINT fk_voice_turns_call_id FOREIGN KEY(call_id) REFERENCES voice_calls (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_voice_turns_call_id ON voice_turns (call_id)
    """,
)


def upgrade() -> None:
    """Make the tables of calls."""
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
