"""Bringing knowledge.db to this release's schema: forward only, one transaction, nothing lost.

The number stands in `PRAGMA user_version`. Version 0 is an empty file, or one of release 0.1.0.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from appliance.core import errors
from appliance.core.store.database import Connection, Database
from appliance.knowledge import tables
from appliance.knowledge.values import digest_of

VERSION = 1


def prepare(db: Database) -> None:
    """Create the file's tables, or bring older ones up; two processes may call it at once.

    Raises:
        Misconfigured: the file was written by a newer release.
    """
    if db.read(_version) == VERSION:
        return
    db.write_now(lambda connection: _upgrade(connection, db.path.name))


def _upgrade(connection: Connection, name: str) -> None:
    found = _version(connection)
    if found > VERSION:
        raise errors.Misconfigured(
            f"{name} was written by a newer release (schema {found}; this one knows {VERSION}). "
            "Start that release again, or restore a backup made before it."
        )
    if found == 0 and not _has_table(connection, "documents"):
        tables.create(connection)
    else:
        for step in _STEPS[found:]:
            step(connection)
    connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")


def _version(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def _has_table(connection: Connection, name: str) -> bool:
    sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
    return bool(connection.exec_driver_sql(sql, (name,)).scalar_one())


def _from_0_1_0(connection: Connection) -> None:
    """Release 0.1.0 kept a passage's vector and embedder in its row."""
    for statement in (
        "DROP TRIGGER passages_added",
        "DROP TRIGGER passages_removed",
        "DROP TRIGGER passages_changed",
        "DROP TABLE passages_fts",
        "DROP INDEX IF EXISTS ix_passages_kind",
        "DROP INDEX IF EXISTS ix_passages_document_id",
        "ALTER TABLE passages RENAME TO old_passages",
        "ALTER TABLE documents RENAME TO old_documents",
    ):
        connection.exec_driver_sql(statement)
    tables.create(connection)
    connection.exec_driver_sql(
        """INSERT INTO documents(id, address, title, digest, added_at, state, problem)
            SELECT id, path, title, digest, added_at, state, problem FROM old_documents"""
    )
    rows = connection.exec_driver_sql("SELECT id, title, text FROM old_passages").all()
    digests = [(digest_of(f"{title}. {text}"), number) for number, title, text in rows]
    connection.exec_driver_sql(
        """INSERT INTO passages(id, kind, source, title, text, also, document_id, ordinal,
                valid_from, valid_until, digest)
            SELECT id, kind, source, title, text, also, document_id, ordinal, valid_from,
                valid_until, '' FROM old_passages"""
    )
    if digests:
        connection.exec_driver_sql("UPDATE passages SET digest = ? WHERE id = ?", digests)
    serving = connection.exec_driver_sql(
        "SELECT embedder FROM old_passages GROUP BY embedder ORDER BY count(*) DESC LIMIT 1"
    ).scalar()
    if serving is not None:
        connection.exec_driver_sql(
            """INSERT INTO vectors(passage_id, vector)
                SELECT id, vector FROM old_passages WHERE embedder = ?""",
            (serving,),
        )
        connection.exec_driver_sql(
            "INSERT INTO activation(name, value) VALUES ('serving', ?)",
            (json.dumps({"name": serving, "spec": {}}),),
        )
    connection.exec_driver_sql(
        """INSERT INTO activation(name, value) SELECT 'lacks_vectors', CASE WHEN EXISTS (
            SELECT 1 FROM passages WHERE id NOT IN (SELECT passage_id FROM vectors))
            THEN 'true' ELSE 'false' END"""
    )
    connection.exec_driver_sql("DROP TABLE old_passages")
    connection.exec_driver_sql("DROP TABLE old_documents")


_STEPS: tuple[Callable[[Connection], None], ...] = (_from_0_1_0,)
