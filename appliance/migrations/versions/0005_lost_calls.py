"""What became of calls that were lost."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE lost_calls (
        call_id TEXT NOT NULL,
        contact_id TEXT NOT NULL,
        lost_at INTEGER NOT NULL,
        state TEXT NOT NULL,
        why TEXT,
        channel TEXT,
        message_id TEXT,
        CONSTRAINT pk_lost_calls PRIMARY KEY (call_id),
        CONSTRAINT lost_calls_state CHECK (state IN ('due','written','withheld')),
        CONSTRAINT fk_lost_calls_call_id FOREIGN KEY(call_id) REFERENCES voice_calls (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_lost_calls_contact_id ON lost_calls (contact_id)
    """,
    """
    CREATE INDEX ix_lost_calls_due ON lost_calls (lost_at) WHERE state = 'due'
    """,
)


def upgrade() -> None:
    """Make the table of lost calls."""
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
