"""The first schema: contacts, conversations, bookings, leads, and what keeps them safe."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE approvals (
        id TEXT NOT NULL,
        turn_id TEXT NOT NULL,
        interrupt_id TEXT NOT NULL,
        conversation_id TEXT NOT NULL,
        contact_id TEXT NOT NULL,
        tool TEXT NOT NULL,
        reason BLOB NOT NULL,
        question BLOB NOT NULL,
        state TEXT NOT NULL,
        decided_by TEXT,
        note BLOB,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        decided_at INTEGER,
        resumed_at INTEGER,
        CONSTRAINT pk_approvals PRIMARY KEY (id),
        CONSTRAINT state CHECK (state IN ('waiting','approved','refused','expired'))
    )
     STRICT
    """,
    """
    CREATE INDEX ix_approvals_not_resumed ON approvals (contact_id) WHERE resumed_at IS NULL
    """,
    """
    CREATE INDEX ix_approvals_turn_id ON approvals (turn_id)
    """,
    """
    CREATE TABLE audit (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        who TEXT NOT NULL,
        what TEXT NOT NULL,
        about TEXT NOT NULL,
        at INTEGER NOT NULL,
        digest TEXT NOT NULL
    )
     STRICT
    """,
    """
    CREATE TABLE bookings (
        id TEXT NOT NULL,
        event_id TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        reference TEXT NOT NULL,
        conversation_id TEXT NOT NULL,
        contact_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        starts_at INTEGER NOT NULL,
        ends_at INTEGER NOT NULL,
        name BLOB NOT NULL,
        email BLOB NOT NULL,
        state TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        file_id TEXT NOT NULL,
        CONSTRAINT pk_bookings PRIMARY KEY (id),
        CONSTRAINT bookings_state CHECK (state IN ('booked', 'moved', 'cancelled')),
        CONSTRAINT uq_bookings_file_id UNIQUE (file_id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_bookings_contact_id ON bookings (contact_id)
    """,
    """
    CREATE INDEX ix_bookings_conversation_id ON bookings (conversation_id)
    """,
    """
    CREATE INDEX ix_bookings_event_id ON bookings (event_id)
    """,
    """
    CREATE INDEX ix_bookings_reference ON bookings (reference)
    """,
    """
    CREATE INDEX ix_bookings_starts_at ON bookings (starts_at)
    """,
    """
    CREATE TABLE config_versions (
        number INTEGER NOT NULL,
        id TEXT NOT NULL,
        digest TEXT NOT NULL,
        schema_version TEXT NOT NULL,
        yaml TEXT NOT NULL,
        content TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        activated_at INTEGER,
        active INTEGER NOT NULL,
        who TEXT NOT NULL,
        CONSTRAINT pk_config_versions PRIMARY KEY (number),
        CONSTRAINT uq_config_versions_id UNIQUE (id),
        CONSTRAINT uq_config_versions_digest UNIQUE (digest)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_config_versions_activated_at ON config_versions (activated_at)
    """,
    """
    CREATE TABLE contacts (
        id TEXT NOT NULL,
        name BLOB,
        company BLOB,
        email BLOB,
        email_blind BLOB,
        phone BLOB,
        phone_blind BLOB,
        source_channel TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        last_seen_at INTEGER NOT NULL,
        CONSTRAINT pk_contacts PRIMARY KEY (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_contacts_email_blind ON contacts (email_blind)
    """,
    """
    CREATE INDEX ix_contacts_phone_blind ON contacts (phone_blind)
    """,
    """
    CREATE TABLE conversations (
        id TEXT NOT NULL,
        contact_id TEXT NOT NULL,
        channel TEXT NOT NULL,
        account TEXT DEFAULT '' NOT NULL,
        state TEXT NOT NULL,
        owner TEXT,
        config_version TEXT,
        started_at INTEGER NOT NULL,
        last_at INTEGER NOT NULL,
        ended_at INTEGER,
        sentiment_score REAL,
        quality_score REAL,
        handoff_at INTEGER,
        CONSTRAINT pk_conversations PRIMARY KEY (id),
        CONSTRAINT state CHECK (state IN ('open','waiting','with_person','closed'))
    )
     STRICT
    """,
    """
    CREATE INDEX ix_conversations_contact_id ON conversations (contact_id)
    """,
    """
    CREATE TABLE daily_metrics (
        day TEXT NOT NULL,
        total_conversations INTEGER DEFAULT '0' NOT NULL,
        total_messages INTEGER DEFAULT '0' NOT NULL,
        unique_contacts INTEGER DEFAULT '0' NOT NULL,
        avg_sentiment REAL,
        avg_quality_score REAL,
        human_handoffs INTEGER DEFAULT '0' NOT NULL,
        avg_response_time_ms INTEGER,
        p95_response_time_ms INTEGER,
        error_rate REAL,
        CONSTRAINT pk_daily_metrics PRIMARY KEY (day)
    )
     STRICT
    """,
    """
    CREATE TABLE events (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        conversation_id TEXT,
        about TEXT,
        at INTEGER NOT NULL
    )
     STRICT
    """,
    """
    CREATE INDEX ix_events_conversation_id ON events (conversation_id)
    """,
    """
    CREATE TABLE incidents (
        id TEXT NOT NULL,
        title TEXT NOT NULL,
        severity TEXT NOT NULL,
        description BLOB,
        affected_components TEXT,
        started_at INTEGER NOT NULL,
        resolved_at INTEGER,
        status TEXT NOT NULL,
        breaches_sla INTEGER DEFAULT '0' NOT NULL,
        sla_impact_minutes INTEGER,
        root_cause BLOB,
        mitigation_steps BLOB,
        CONSTRAINT pk_incidents PRIMARY KEY (id),
        CONSTRAINT incidents_severity CHECK (severity IN ('info', 'warning', 'critical')),
        CONSTRAINT incidents_status CHECK (status IN ('open', 'acknowledged', 'mitigated', 'resolved'))
    )
     STRICT
    """,
    """
    CREATE INDEX ix_incidents_started_at ON incidents (started_at)
    """,
    """
    CREATE INDEX ix_incidents_status ON incidents (status)
    """,
    """
    CREATE TABLE install (
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        CONSTRAINT pk_install PRIMARY KEY (name)
    )
     STRICT
    """,
    """
    CREATE TABLE leads (
        id TEXT NOT NULL,
        reference TEXT NOT NULL,
        contact_id TEXT NOT NULL,
        name BLOB NOT NULL,
        email BLOB,
        email_blind BLOB,
        phone BLOB,
        company BLOB,
        interest BLOB,
        stage TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        CONSTRAINT pk_leads PRIMARY KEY (id),
        CONSTRAINT uq_leads_reference UNIQUE (reference),
        CONSTRAINT uq_leads_contact_id UNIQUE (contact_id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_leads_email_blind ON leads (email_blind)
    """,
    """
    CREATE INDEX ix_leads_updated_at ON leads (updated_at)
    """,
    """
    CREATE TABLE leases (
        name TEXT NOT NULL,
        token TEXT NOT NULL,
        holder TEXT NOT NULL,
        expires_at INTEGER NOT NULL,
        CONSTRAINT pk_leases PRIMARY KEY (name)
    )
     STRICT
    """,
    """
    CREATE TABLE receipts (
        id TEXT NOT NULL,
        turn_id TEXT NOT NULL,
        conversation_id TEXT NOT NULL,
        tool TEXT NOT NULL,
        arguments_digest TEXT NOT NULL,
        ordinal INTEGER NOT NULL,
        part TEXT NOT NULL,
        state TEXT NOT NULL,
        proves TEXT NOT NULL,
        call BLOB NOT NULL,
        value BLOB,
        at INTEGER NOT NULL,
        CONSTRAINT pk_receipts PRIMARY KEY (id),
        CONSTRAINT uq_receipts_turn_id_tool_arguments_digest_ordinal_part UNIQUE (turn_id, tool, arguments_digest, ordinal, part),
        CONSTRAINT state CHECK (state IN ('intent','done','failed','unknown'))
    )
     STRICT
    """,
    """
    CREATE INDEX ix_receipts_conversation_id ON receipts (conversation_id)
    """,
    """
    CREATE TABLE scheduled_actions (
        id TEXT NOT NULL,
        contact_id TEXT NOT NULL,
        action_type TEXT NOT NULL,
        scheduled_for INTEGER NOT NULL,
        payload BLOB NOT NULL,
        status TEXT NOT NULL,
        executed_at INTEGER,
        result BLOB,
        CONSTRAINT pk_scheduled_actions PRIMARY KEY (id),
        CONSTRAINT scheduled_actions_status CHECK (status IN ('pending', 'done', 'failed', 'cancelled'))
    )
     STRICT
    """,
    """
    CREATE INDEX ix_scheduled_actions_contact_id ON scheduled_actions (contact_id)
    """,
    """
    CREATE INDEX ix_scheduled_actions_due ON scheduled_actions (status, scheduled_for)
    """,
    """
    CREATE TABLE secrets (
        name TEXT NOT NULL,
        value BLOB NOT NULL,
        set_at INTEGER NOT NULL,
        set_by TEXT NOT NULL,
        CONSTRAINT pk_secrets PRIMARY KEY (name)
    )
     STRICT
    """,
    """
    CREATE TABLE tickets (
        id TEXT NOT NULL,
        reference TEXT NOT NULL,
        conversation_id TEXT NOT NULL,
        contact_id TEXT NOT NULL,
        department TEXT,
        reason BLOB NOT NULL,
        summary BLOB NOT NULL,
        state TEXT NOT NULL,
        taken_by TEXT,
        created_at INTEGER NOT NULL,
        taken_at INTEGER,
        closed_at INTEGER,
        CONSTRAINT pk_tickets PRIMARY KEY (id),
        CONSTRAINT state CHECK (state IN ('open','taken','closed')),
        CONSTRAINT uq_tickets_reference UNIQUE (reference)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_tickets_conversation_id ON tickets (conversation_id)
    """,
    """
    CREATE TABLE tool_invocations (
        id TEXT NOT NULL,
        conversation_id TEXT NOT NULL,
        turn_id TEXT NOT NULL,
        tool TEXT NOT NULL,
        arguments BLOB NOT NULL,
        result BLOB,
        status TEXT NOT NULL,
        error TEXT,
        started_at INTEGER NOT NULL,
        completed_at INTEGER NOT NULL,
        duration_ms INTEGER NOT NULL,
        CONSTRAINT pk_tool_invocations PRIMARY KEY (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_tool_invocations_conversation_id ON tool_invocations (conversation_id)
    """,
    """
    CREATE INDEX ix_tool_invocations_tool ON tool_invocations (tool)
    """,
    """
    CREATE TABLE turns (
        id TEXT NOT NULL,
        conversation_id TEXT NOT NULL,
        contact_id TEXT NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        config_version TEXT NOT NULL,
        began_at INTEGER NOT NULL,
        ended_at INTEGER,
        provider TEXT,
        model TEXT,
        tokens_in INTEGER,
        tokens_out INTEGER,
        cost TEXT,
        latency_ms INTEGER,
        limit_hit TEXT,
        record BLOB,
        CONSTRAINT pk_turns PRIMARY KEY (id),
        CONSTRAINT state CHECK (state IN ('running','parked','done','failed'))
    )
     STRICT
    """,
    """
    CREATE INDEX ix_turns_conversation_id ON turns (conversation_id)
    """,
    """
    CREATE INDEX ix_turns_running ON turns (contact_id) WHERE state = 'running'
    """,
    """
    CREATE TABLE booking_cells (
        kind TEXT NOT NULL,
        seat INTEGER NOT NULL,
        cell_at INTEGER NOT NULL,
        booking_id TEXT NOT NULL,
        CONSTRAINT uq_booking_cells_kind_seat_cell_at UNIQUE (kind, seat, cell_at),
        CONSTRAINT fk_booking_cells_booking_id FOREIGN KEY(booking_id) REFERENCES bookings (id) ON DELETE CASCADE
    )
     STRICT
    """,
    """
    CREATE INDEX ix_booking_cells_booking_id ON booking_cells (booking_id)
    """,
    """
    CREATE TABLE identities (
        id TEXT NOT NULL,
        contact_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        channel TEXT NOT NULL,
        value BLOB NOT NULL,
        blind BLOB NOT NULL,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_identities PRIMARY KEY (id),
        CONSTRAINT uq_identities_kind_blind UNIQUE (kind, blind),
        CONSTRAINT fk_identities_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id) ON DELETE CASCADE
    )
     STRICT
    """,
    """
    CREATE INDEX ix_identities_contact_id ON identities (contact_id)
    """,
    """
    CREATE TABLE messages (
        id TEXT NOT NULL,
        contact_id TEXT NOT NULL,
        conversation_id TEXT NOT NULL,
        seq INTEGER NOT NULL,
        role TEXT NOT NULL,
        visible INTEGER NOT NULL,
        body BLOB NOT NULL,
        extras BLOB,
        turn_id TEXT,
        at INTEGER NOT NULL,
        CONSTRAINT pk_messages PRIMARY KEY (id),
        CONSTRAINT uq_messages_contact_id_seq UNIQUE (contact_id, seq),
        CONSTRAINT role CHECK (role IN ('contact','bot','tool','person')),
        CONSTRAINT fk_messages_conversation_id FOREIGN KEY(conversation_id) REFERENCES conversations (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_messages_conversation_id_seq ON messages (conversation_id, seq)
    """,
    """
    CREATE TABLE survey_answers (
        id TEXT NOT NULL,
        contact_id TEXT NOT NULL,
        number INTEGER NOT NULL,
        question TEXT NOT NULL,
        answer BLOB NOT NULL,
        at INTEGER NOT NULL,
        CONSTRAINT pk_survey_answers PRIMARY KEY (id),
        CONSTRAINT uq_survey_answers_contact_id_question UNIQUE (contact_id, question),
        CONSTRAINT fk_survey_answers_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id) ON DELETE CASCADE
    )
     STRICT
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
        received_at INTEGER NOT NULL,
        CONSTRAINT pk_inbox PRIMARY KEY (id),
        CONSTRAINT uq_inbox_channel_account_provider_id UNIQUE (channel, account, provider_id),
        CONSTRAINT state CHECK (state IN ('waiting','done')),
        CONSTRAINT fk_inbox_message_id FOREIGN KEY(message_id) REFERENCES messages (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_inbox_waiting ON inbox (contact_id) WHERE state = 'waiting'
    """,
    """
    CREATE TABLE outbox (
        id TEXT NOT NULL,
        message_id TEXT NOT NULL,
        conversation_id TEXT NOT NULL,
        contact_id TEXT NOT NULL,
        channel TEXT NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER DEFAULT '0' NOT NULL,
        next_attempt_at INTEGER,
        proof TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        sent_at INTEGER,
        CONSTRAINT pk_outbox PRIMARY KEY (id),
        CONSTRAINT uq_outbox_message_id UNIQUE (message_id),
        CONSTRAINT fk_outbox_message_id FOREIGN KEY(message_id) REFERENCES messages (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_outbox_queued ON outbox (next_attempt_at) WHERE state = 'queued'
    """,
    """
    CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
    BEGIN
        SELECT RAISE(ABORT, 'the audit is append-only');
    END
    """,
    """
    CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
    BEGIN
        SELECT RAISE(ABORT, 'the audit is append-only');
    END
    """,
)


def upgrade() -> None:
    """Make every table of the first release."""
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
