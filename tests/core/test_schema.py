"""Migrations: they make exactly what the tables say, in one piece or not at all."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from appliance.core import errors
from appliance.core.store import schema
from appliance.core.store.columns import metadata
from appliance.core.store.database import Database


def _shape(db: Database) -> dict[str, str]:
    query = (
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type IN ('table','index')"
    )
    rows = db.read(lambda c: c.exec_driver_sql(query).all())
    return {
        row.name: " ".join(row.sql.split())
        for row in rows
        if row.name not in {"alembic_version", "sqlite_sequence", "test_effects"}
    }


def test_migrations_make_exactly_the_tables_that_the_rooms_declare(
    db: Database, migrated: Database
) -> None:
    assert _shape(migrated) == _shape(db)
    assert len(_shape(db)) > 30


def test_every_table_is_strict() -> None:
    for table in metadata.tables.values():
        assert "STRICT" in str(CreateTable(table).compile(dialect=sqlite.dialect()))


def test_preparing_twice_changes_nothing(migrated: Database) -> None:
    schema.prepare(migrated)

    assert schema.current(migrated) == schema.head()


def test_processes_that_start_together_prepare_one_schema(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; import appliance; "
        "from appliance.core.store import schema;"
        "from appliance.core.store.database import Database;"
        "schema.prepare(Database(Path(sys.argv[1])))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "both.db")])
        for _ in range(6)
    ]

    assert [process.wait() for process in running] == [0] * 6


def test_a_schema_newer_than_the_release_is_refused(migrated: Database) -> None:
    migrated.write_now(
        lambda c: c.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    )

    with pytest.raises(errors.Misconfigured, match="newer release"):
        schema.prepare(migrated)


def test_a_migration_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(Path(schema.__file__).parents[2] / "migrations", folder)
    (folder / "versions" / "9998_breaks.py").write_text(
        "from alembic import op\n"
        f"revision, down_revision = '9998', {schema.head()!r}\n"
        "branch_labels, depends_on = None, None\n"
        "def upgrade():\n"
        "    op.execute('CREATE TABLE half (x INTEGER)')\n"
        "    op.execute('CREATE TABLE other (')\n"
    )
    monkeypatch.setattr(schema, "_FOLDER", folder)
    database = Database(tmp_path / "half.db")

    with pytest.raises(sa.exc.OperationalError, match="incomplete input"):
        schema.prepare(database)

    assert "half" not in _shape(database)
    assert schema.current(database) is None
    database.close()


def test_what_an_older_release_kept_is_there_after_the_update(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(Path(schema.__file__).parents[2] / "migrations", folder)
    for newer in (folder / "versions").glob("000[2-9]_*.py"):
        newer.unlink()
    database = Database(tmp_path / "older.db")
    with monkeypatch.context() as patched:
        patched.setattr(schema, "_FOLDER", folder)
        schema.prepare(database)
    database.write_now(_add_rows_of_0001)

    schema.prepare(database)

    kept = database.read(
        lambda c: c.exec_driver_sql(
            "SELECT i.sent_at, i.received_at, o.part, o.state, o.account FROM inbox i "
            "JOIN outbox o ON o.message_id = i.message_id"
        ).all()
    )
    assert [tuple(row) for row in kept] == [(5, 5, 0, "sent", "")]
    database.close()


def _add_rows_of_0001(connection: sa.Connection) -> None:
    for statement in (
        "INSERT INTO conversations (id, contact_id, channel, state, started_at, last_at) "
        "VALUES ('c', 'a', 'web_chat', 'open', 1, 1)",
        "INSERT INTO messages (id, contact_id, conversation_id, seq, role, visible, body, at) "
        "VALUES ('m', 'a', 'c', 1, 'contact', 1, x'00', 1)",
        "INSERT INTO inbox (id, channel, account, provider_id, message_id, contact_id, "
        "conversation_id, state, received_at) "
        "VALUES ('i', 'web_chat', '', 'p', 'm', 'a', 'c', 'done', 5)",
        "INSERT INTO outbox (id, message_id, conversation_id, contact_id, channel, state, proof, "
        "created_at) VALUES ('o', 'm', 'c', 'a', 'web_chat', 'sent', '[]', 6)",
    ):
        connection.exec_driver_sql(statement)
