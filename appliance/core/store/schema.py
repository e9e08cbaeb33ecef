"""Bringing core.db to this release's schema: what it lacks, in one explicit transaction."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from appliance.core import errors
from appliance.core.store.columns import metadata
from appliance.core.store.database import Connection, Database

_FOLDER = Path(__file__).resolve().parents[2] / "migrations"
_CURRENT = sa.text("SELECT version_num FROM alembic_version")


def head() -> str:
    """Give the newest revision this release knows: the number its file begins with."""
    return max(path.name.split("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*.py"))


def current(db: Database) -> str | None:
    """Give the revision a database is at, or None for a new one."""
    return db.read(_revision)


def prepare(db: Database) -> None:
    """Run the migrations a database lacks, all or none; two processes may call it at once.

    Which ones it lacks is read in the transaction that runs them. With one for each, a process
    that waited for its turn ran what another had meanwhile run.

    Raises:
        Misconfigured: the database was written by a newer release.
    """
    if current(db) == head():
        return
    with db.writing.begin() as connection:
        if (found := _revision(connection)) and found > head():
            raise errors.Misconfigured(
                f"{db.path.name} was written by a newer release (schema {found}; this one knows "
                f"{head()}). Start that release again, or restore a backup made before it."
            )
        _upgrade(connection)


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(_CURRENT).scalar()
    return revision


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - 0.2 s, needed only where something is to be done
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    command.upgrade(config, "head")
