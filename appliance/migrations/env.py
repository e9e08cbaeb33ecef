"""Alembic's entrance: runs migrations on the connection that `core.store.schema` hands over."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    transactional_ddl=True,
)
context.run_migrations()
