"""The tables of knowledge.db, and the full-text index that triggers keep."""

from __future__ import annotations

import sqlalchemy as sa

from appliance.core.store.columns import Day, Instant, Json
from appliance.core.store.database import Connection

metadata = sa.MetaData()

# Websites that are read again and again; their pages are documents.
sites = sa.Table(
    "sites",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("address", sa.Text, nullable=False, unique=True),
    sa.Column("added_at", Instant, nullable=False),
    sa.Column("pages", sa.Integer, nullable=False),
    sa.Column("every_s", sa.REAL, nullable=False),
    sa.Column("due_at", Instant, nullable=False, index=True),
    sa.Column("asked", Json, nullable=False),
    sa.Column("problem", sa.Text),
    sa.Column("checked_at", Instant),
    sqlite_strict=True,
)

# A row is the job of reading it, too: `due_at` says from when something is to be done with it.
documents = sa.Table(
    "documents",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("address", sa.Text, nullable=False, unique=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False, server_default=""),
    sa.Column("added_at", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("problem", sa.Text),
    sa.Column("remark", sa.Text),
    sa.Column("format", sa.Text, nullable=False, server_default=""),
    sa.Column("access", sa.Text, nullable=False, server_default="public"),
    sa.Column("language", sa.Text, nullable=False, server_default=""),
    sa.Column("valid_from", Day),
    sa.Column("valid_until", Day),
    sa.Column("asked", Json, nullable=False, server_default="{}"),
    sa.Column("size_bytes", sa.Integer, nullable=False, server_default="0"),
    sa.Column("site_id", sa.Text, sa.ForeignKey("sites.id", ondelete="CASCADE"), index=True),
    sa.Column("etag", sa.Text, nullable=False, server_default=""),
    sa.Column("modified", sa.Text, nullable=False, server_default=""),
    sa.Column("due_at", Instant, index=True),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.CheckConstraint("state IN ('waiting', 'ready', 'failed')", name="documents_state"),
    sa.CheckConstraint("access IN ('public', 'internal')", name="documents_access"),
    sqlite_strict=True,
)

passages = sa.Table(
    "passages",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.Text, nullable=False),
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
    sa.Column("access", sa.Text, nullable=False, server_default="public"),
    sa.Column("language", sa.Text, nullable=False, server_default=""),
    # Of the words its vector is made of: the same words keep their vector.
    sa.Column("digest", sa.Text, nullable=False),
    sa.CheckConstraint("kind IN ('fact', 'document')", name="passages_kind"),
    sa.CheckConstraint("access IN ('public', 'internal')", name="passages_access"),
    # Covers what a search must know of every passage: it is read without the texts.
    sa.Index("passages_shelf", "kind", "access", "language", "valid_from", "valid_until"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)


def _vectors(name: str) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column(
            "passage_id",
            sa.Integer,
            sa.ForeignKey("passages.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )


# The vectors that are searched, and those of another embedder that will take their place.
vectors = _vectors("vectors")
vectors_next = _vectors("vectors_next")

# Vectors of a document that is being read: what a killed process had made is not made again.
staged = sa.Table(
    "staged",
    metadata,
    sa.Column(
        "document_id",
        sa.Text,
        sa.ForeignKey("documents.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("embedder", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),
    sqlite_strict=True,
)

# `revision` moves on with every change of the passages: what is cached of them is good for one.
# `generation` moves on when all vectors are replaced. `near` is the size of the vectors in the
# vec0 table of that name, 0 where there is none.
state = sa.Table(
    "state",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
    sqlite_strict=True,
)

# What the active config says about searching (the company's zone, its synonyms), and `serving`:
# whose vectors are searched.
activation = sa.Table(
    "activation",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", Json, nullable=False),
    sqlite_strict=True,
)

_MOVE_ON = "UPDATE state SET value = value + 1 WHERE name = 'revision'"


def _full_text(name: str, kind: str) -> tuple[str, ...]:
    """Index the words of one kind. Facts have an index of their own: no document crowds it."""
    into = f"INSERT INTO {name}(rowid, title, text, also)"
    out = f"INSERT INTO {name}({name}, rowid, title, text, also)"
    new = "VALUES (new.id, new.title, new.text, new.also)"
    old = "VALUES ('delete', old.id, old.title, old.text, old.also)"
    return (
        f"""CREATE VIEW {name}_content AS
            SELECT id, title, text, also FROM passages WHERE kind = '{kind}'""",
        f"""CREATE VIRTUAL TABLE {name} USING fts5(
            title, text, also, content='{name}_content', content_rowid='id',
            tokenize='porter unicode61 remove_diacritics 2', prefix='2 3 4')""",
        # Deleted words leave the index at once, not at some later merge.
        f"INSERT INTO {name}({name}, rank) VALUES ('secure-delete', 1)",
        f"INSERT INTO {name}({name}, rank) VALUES ('rank', 'bm25(2.0, 1.0, 1.0)')",
        f"""CREATE TRIGGER {name}_added AFTER INSERT ON passages WHEN new.kind = '{kind}'
            BEGIN {into} {new}; END""",
        f"""CREATE TRIGGER {name}_removed AFTER DELETE ON passages WHEN old.kind = '{kind}'
            BEGIN {out} {old}; END""",
        f"""CREATE TRIGGER {name}_changed AFTER UPDATE OF title, text, also ON passages
            WHEN old.kind = '{kind}' BEGIN {out} {old}; {into} {new}; END""",
    )


INDEX = (
    *_full_text("facts_fts", "fact"),
    *_full_text("documents_fts", "document"),
    *(
        f"CREATE TRIGGER passages_{name} AFTER {what} ON passages BEGIN {_MOVE_ON}; END"
        for name, what in (("added", "INSERT"), ("removed", "DELETE"), ("changed", "UPDATE"))
    ),
    """INSERT OR IGNORE INTO state(name, value)
        VALUES ('revision', 0), ('generation', 0), ('near', 0)""",
)


def create(connection: Connection) -> None:
    """Create everything in an empty file."""
    metadata.create_all(connection)
    for statement in INDEX:
        connection.exec_driver_sql(statement)
