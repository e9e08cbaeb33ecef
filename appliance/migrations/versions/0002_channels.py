"""Other channels than our own chat: parts of messages to send, notices, what messages carry."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INBOX = (
    """
    DROP INDEX ix_inbox_waiting
    """,
    """
    ALTER TABLE inbox RENAME TO inbox_0001
    """,
    """
    CREATE TABLE inbox (
        id TEXT NOT NULL,
        channel TEXT NOT NULL,
        account TEXT NOT NULL,
        provider_id TEXT NOT NULL,
        message_id TEXT NOT NULL,
        contact_id TEXT NOT NULL,
        conversation_id TEXT NOT NULL,
        state TEXT NOT NULL,
        turn_id TEXT,
        raw BLOB,
        sent_at INTEGER NOT NULL,
        received_at INTEGER NOT NULL,
        CONSTRAINT pk_inbox PRIMARY KEY (id),
        CONSTRAINT uq_inbox_channel_account_provider_id UNIQUE (channel, account, provider_id),
        CONSTRAINT state CHECK (state IN ('waiting','done')),
        CONSTRAINT uq_inbox_message_id UNIQUE (message_id),
        CONSTRAINT fk_inbox_message_id FOREIGN KEY(message_id) REFERENCES messages (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_inbox_waiting ON inbox (contact_id) WHERE state = 'waiting'
    """,
    """
    INSERT INTO inbox (id, channel, account, provider_id, message_id, contact_id, conversation_id,
        state, turn_id, raw, sent_at, received_at)
    SELECT id, channel, account, provider_id, message_id, contact_id, conversation_id,
        state, turn_id, raw, received_at, received_at FROM inbox_0001
    """,
    """
    DROP TABLE inbox_0001
    """,
)
_OUTBOX = (
    """
    DROP INDEX ix_outbox_queued
    """,
    """
    ALTER TABLE outbox RENAME TO outbox_0001
    """,
    """
    CREATE TABLE outbox (
        id TEXT NOT NULL,
        message_id TEXT NOT NULL,
        part INTEGER NOT NULL,
        conversation_id TEXT NOT NULL,
        contact_id TEXT NOT NULL,
        channel TEXT NOT NULL,
        account TEXT NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER DEFAULT '0' NOT NULL,
        next_attempt_at INTEGER,
        lease_until INTEGER,
        provider_key BLOB,
        code TEXT,
        why TEXT,
        proof TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        sent_at INTEGER,
        reported_at INTEGER,
        CONSTRAINT pk_outbox PRIMARY KEY (id),
        CONSTRAINT uq_outbox_message_id_part UNIQUE (message_id, part),
        CONSTRAINT state CHECK (state IN ('queued','sending','sent','delivered','read','failed','unknown','dead')),
        CONSTRAINT fk_outbox_message_id FOREIGN KEY(message_id) REFERENCES messages (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_outbox_due ON outbox (next_attempt_at) WHERE state = 'queued'
    """,
    """
    CREATE INDEX ix_outbox_leased ON outbox (lease_until) WHERE state = 'sending'
    """,
    """
    CREATE INDEX ix_outbox_open ON outbox (contact_id, channel) WHERE state IN ('queued','sending')
    """,
    """
    CREATE INDEX ix_outbox_provider_key ON outbox (provider_key) WHERE provider_key IS NOT NULL
    """,
    """
    CREATE INDEX ix_outbox_stuck ON outbox (created_at) WHERE state IN ('failed','unknown','dead')
    """,
    """
    INSERT INTO outbox (id, message_id, part, conversation_id, contact_id, channel, account, state,
        attempts, next_attempt_at, proof, created_at, sent_at)
    SELECT id, message_id, 0, conversation_id, contact_id, channel, '', state,
        attempts, next_attempt_at, proof, created_at, sent_at FROM outbox_0001
    """,
    """
    DROP TABLE outbox_0001
    """,
)
_NEW = (
    """
    CREATE TABLE notices (
        id TEXT NOT NULL,
        channel TEXT NOT NULL,
        account TEXT NOT NULL,
        known_as BLOB NOT NULL,
        kind TEXT NOT NULL,
        says BLOB NOT NULL,
        raw BLOB,
        at INTEGER NOT NULL,
        CONSTRAINT pk_notices PRIMARY KEY (id),
        CONSTRAINT uq_notices_known_as UNIQUE (known_as)
    )
     STRICT
    """,
    """
    CREATE TABLE stopped_channels (
        channel TEXT NOT NULL,
        code TEXT,
        why TEXT NOT NULL,
        since INTEGER NOT NULL,
        CONSTRAINT pk_stopped_channels PRIMARY KEY (channel)
    )
     STRICT
    """,
    """
    CREATE TABLE attachments (
        id TEXT NOT NULL,
        message_id TEXT NOT NULL,
        channel TEXT NOT NULL,
        state TEXT NOT NULL,
        media BLOB NOT NULL,
        size_bytes INTEGER,
        attempts INTEGER DEFAULT '0' NOT NULL,
        next_attempt_at INTEGER,
        why TEXT,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_attachments PRIMARY KEY (id),
        CONSTRAINT state CHECK (state IN ('waiting','kept','gone')),
        CONSTRAINT fk_attachments_message_id FOREIGN KEY(message_id) REFERENCES messages (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_attachments_due ON attachments (next_attempt_at) WHERE state = 'waiting'
    """,
    """
    CREATE INDEX ix_attachments_message_id ON attachments (message_id)
    """,
)


def upgrade() -> None:
    """Rebuild inbox and outbox, and add the three new tables."""
    for statement in (*_INBOX, *_OUTBOX, *_NEW):
        op.get_bind().exec_driver_sql(statement)
