"""What models were asked, used and cost."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE model_calls (
        id TEXT NOT NULL,
        turn_id TEXT,
        conversation_id TEXT,
        provider TEXT NOT NULL,
        model TEXT NOT NULL,
        outcome TEXT NOT NULL,
        tokens_in INTEGER NOT NULL,
        tokens_cached INTEGER NOT NULL,
        tokens_out INTEGER NOT NULL,
        is_estimate INTEGER NOT NULL,
        cost_nanos INTEGER,
        currency TEXT NOT NULL,
        latency_ms INTEGER NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT pk_model_calls PRIMARY KEY (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_model_calls_at ON model_calls (at, currency, cost_nanos)
    """,
    """
    CREATE INDEX ix_model_calls_conversation_id
    ON model_calls (conversation_id, currency, cost_nanos)
    """,
)


def upgrade() -> None:
    """Make the table of model calls."""
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
