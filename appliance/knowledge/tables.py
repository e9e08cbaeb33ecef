"""The tables of knowledge.db, and the full-text index that triggers keep."""

from __future__ import annotations

import sqlalchemy as sa

from appliance.core.store.columns import Day, Instant, Json
from appliance.core.store.database import Connection

metadata = sa.MetaData()

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("path", sa.Text, nullable=False, unique=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("added_at", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("problem", sa.Text),
    sa.CheckConstraint("state IN ('ready', 'failed')", name="documents_state"),
    sqlite_strict=True,
)

passages = sa.Table(
    "passages",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.Text, nullable=False, index=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    # Words that find the passage and are never shown: aliases of a product, other names.
    sa.Column("also", sa.Text, nullable=False),
    sa.Column(
        "document_id", sa.Text, sa.ForeignKey("documents.id", ondelete="CASCADE"), index=True
    ),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("valid_from", Day),
    sa.Column("valid_until", Day),
    sa.Column("embedder", sa.Text, nullable=False),
    sa.Column("vector", sa.LargeBinary, nullable=False),
    sa.CheckConstraint("kind IN ('fact', 'document')", name="passages_kind"),
    sqlite_strict=True,
)

# Every change moves `revision` on: what is cached of the passages is good for one revision.
state = sa.Table(
    "state",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
    sqlite_strict=True,
)

# What the active config says about searching: the company's zone and its synonyms.
activation = sa.Table(
    "activation",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", Json, nullable=False),
    sqlite_strict=True,
)

_INDEX = (
    """CREATE VIRTUAL TABLE IF NOT EXISTS passages_fts USING fts5(
        title, text, also, content='passages', content_rowid='id',
        tokenize='porter unicode61', prefix='2 3 4')""",
    """CREATE TRIGGER IF NOT EXISTS passages_added AFTER INSERT ON passages BEGIN
        INSERT INTO passages_fts(rowid, title, text, also)
        VALUES (new.id, new.title, new.text, new.also);
        UPDATE state SET value = value + 1 WHERE name = 'revision';
    END""",
    """CREATE TRIGGER IF NOT EXISTS passages_removed AFTER DELETE ON passages BEGIN
        INSERT INTO passages_fts(passages_fts, rowid, title, text, also)
        VALUES ('delete', old.id, old.title, old.text, old.also);
        UPDATE state SET value = value + 1 WHERE name = 'revision';
    END""",
    """CREATE TRIGGER IF NOT EXISTS passages_changed AFTER UPDATE ON passages BEGIN
        INSERT INTO passages_fts(passages_fts, rowid, title, text, also)
        VALUES ('delete', old.id, old.title, old.text, old.also);
        INSERT INTO passages_fts(rowid, title, text, also)
        VALUES (new.id, new.title, new.text, new.also);
        UPDATE state SET value = value + 1 WHERE name = 'revision';
    END""",
    "INSERT OR IGNORE INTO state(name, value) VALUES ('revision', 0)",
)


def create(connection: Connection) -> None:
    """Create what is missing."""
    metadata.create_all(connection)
    for statement in _INDEX:
        connection.exec_driver_sql(statement)
