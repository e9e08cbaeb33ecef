"""Recordings of telephone calls."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE voice_recordings (
        call_id TEXT NOT NULL,
        state TEXT NOT NULL,
        told_ms INTEGER,
        began_at INTEGER NOT NULL,
        sound_ms INTEGER DEFAULT '0' NOT NULL,
        CONSTRAINT pk_voice_recordings PRIMARY KEY (call_id),
        CONSTRAINT state CHECK (state IN ('open','kept','refused','erased')),
        CONSTRAINT fk_voice_recordings_call_id FOREIGN KEY(call_id) REFERENCES voice_calls (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_voice_recordings_began_at ON voice_recordings (began_at)
    WHERE state IN ('open','kept')
    """,
)


def upgrade() -> None:
    """Make the table."""
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
