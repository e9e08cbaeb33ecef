"""Calls that the bot makes."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE dials (
        id TEXT NOT NULL,
        origin TEXT NOT NULL,
        contact_id TEXT NOT NULL,
        number BLOB NOT NULL,
        number_blind BLOB NOT NULL,
        reason BLOB NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        next_attempt_at INTEGER,
        lease_until INTEGER,
        expires_at INTEGER NOT NULL,
        code TEXT,
        created_by TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        answered_at INTEGER,
        CONSTRAINT pk_dials PRIMARY KEY (id),
        CONSTRAINT dials_state
            CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'unknown', 'dead')),
        CONSTRAINT uq_dials_origin UNIQUE (origin)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_dials_contact_id ON dials (contact_id)
    """,
    """
    CREATE INDEX ix_dials_queued ON dials (next_attempt_at) WHERE state = 'queued'
    """,
    """
    CREATE INDEX ix_dials_sending ON dials (lease_until) WHERE state = 'sending'
    """,
    """
    CREATE TABLE dial_attempts (
        id TEXT NOT NULL,
        dial_id TEXT NOT NULL,
        ordinal INTEGER NOT NULL,
        number_blind BLOB NOT NULL,
        began_at INTEGER NOT NULL,
        ended_at INTEGER,
        answer TEXT,
        CONSTRAINT pk_dial_attempts PRIMARY KEY (id),
        CONSTRAINT uq_dial_attempts_dial_id_ordinal UNIQUE (dial_id, ordinal),
        CONSTRAINT fk_dial_attempts_dial_id FOREIGN KEY(dial_id) REFERENCES dials (id)
            ON DELETE CASCADE
    )
     STRICT
    """,
    """
    CREATE INDEX ix_dial_attempts_began_at ON dial_attempts (began_at)
    """,
    """
    CREATE TABLE call_wishes (
        contact_id TEXT NOT NULL,
        may_call INTEGER NOT NULL,
        said_by TEXT NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT pk_call_wishes PRIMARY KEY (contact_id)
    )
     STRICT
    """,
)


def upgrade() -> None:
    """Make the tables of calls that the bot makes."""
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
