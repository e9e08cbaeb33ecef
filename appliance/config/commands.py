"""`appliance config ...`: check, show, activate and compare configs, on the store directly."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn, Protocol

import typer

from appliance.config import load, records, schema, versions
from appliance.config.catalogue import Catalogue
from appliance.core import errors
from appliance.core.clock import Clock
from appliance.core.safe_text import one_line
from appliance.core.store.database import Connection, Database

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]

_HELP = """Check, show, activate and compare configs.

\b
Examples:
  appliance config validate bot_config.yaml
  appliance config activate bot_config.yaml
  appliance config history
  appliance config diff 1 active
  appliance config rollback 1
"""


class OpenStore(Protocol):
    """The open store, and who sits at the keyboard."""

    @property
    def db(self) -> Database:
        """The core database, its tables made."""

    @property
    def clock(self) -> Clock:
        """The time."""

    @property
    def who(self) -> str:
        """The local user's name, for the audit."""

    def has_secret(self, name: str) -> bool:
        """Tell whether a secret has a value."""

    def close(self) -> None:
        """Close the store."""


def build(
    open_store: Callable[[], OpenStore],
    catalogue: Callable[[], Catalogue],
    secret_without_store: Callable[[str], bool] = lambda _name: False,
) -> typer.Typer:
    """Make the `config` commands.

    `validate` needs no store: it opens one only if the file names a secret that
    `secret_without_store` does not know.
    """
    app = typer.Typer(name="config", help=_HELP, no_args_is_help=True)

    @app.command()
    def validate(path: Path, *, as_json: Json = False) -> None:
        """Check a file: prints every problem and exits 1, or exits 0.

        Each line reads PATH:LINE:COLUMN: field: what is wrong (what to do).

        Example: appliance config validate bot_config.yaml
        """
        loaded = _checked(path, open_store, catalogue(), secret_without_store)
        if as_json:
            _print_json([dataclasses.asdict(problem) for problem in loaded.problems])
        else:
            for problem in loaded.problems:
                typer.echo(str(problem))
            if loaded.config is not None:
                typer.echo(f"{one_line(str(path))}: fine (version {loaded.digest[:12]})")
        if loaded.config is None:
            raise typer.Exit(1)

    @app.command(name="schema")
    def show_schema() -> None:
        """Print the JSON schema of bot_config.yaml, for editors.

        Example: appliance config schema > bot_config.schema.json
        """
        typer.echo(schema.render(), nl=False)

    @app.command()
    def show(*, as_json: Json = False) -> None:
        """Print the active config as it was written, or its values as JSON.

        Example: appliance config show --json
        """
        with _opened(open_store) as store:
            version = versions.active(store.db)
        if version is None:
            _fail("No config was activated yet. Run: appliance config activate PATH")
        if as_json:
            _print_json({"version": version.id, "config": version.content})
        else:
            typer.echo(version.yaml)

    @app.command()
    def activate(path: Path) -> None:
        """Check a file and make it the active config; a broken one changes nothing.

        Example: appliance config activate bot_config.yaml
        """
        with _opened(open_store) as store:
            loaded = load.load(path, catalogue=catalogue(), secrets=store.has_secret)
            for problem in loaded.problems:
                typer.echo(str(problem), err=True)
            if loaded.config is None:
                raise typer.Exit(1)
            version = versions.remember(store.db, store.clock.now(), loaded, store.who)
        typer.echo(f"Version {version} is active.")

    @app.command()
    def history(*, as_json: Json = False) -> None:
        """List the accepted configs, newest first.

        Example: appliance config history
        """
        with _opened(open_store) as store:
            found = versions.history(store.db)
        if as_json:
            _print_json([_row(version) for version in found])
            return
        for version in found:
            mark = "active" if version.active else ""
            made = f"{version.created_at:%Y-%m-%d %H:%M} UTC"
            who = one_line(version.who, limit=32)
            typer.echo(f"{version.number:>4}  {version.id}  {made}  {who}  {mark}".rstrip())

    @app.command()
    def diff(a: str, b: str, *, as_json: Json = False) -> None:
        """List what differs between two versions, by number, id or `active`.

        Example: appliance config diff 1 active
        """
        with _opened(open_store) as store:
            before, after = versions.find(store.db, a), versions.find(store.db, b)
        changes = versions.diff(before.content, after.content)
        if as_json:
            _print_json([dataclasses.asdict(change) for change in changes])
            return
        for change in changes:
            typer.echo(f"{change.field}: {_shown(change.before)} -> {_shown(change.after)}")

    @app.command()
    def rollback(version: str) -> None:
        """Make an earlier version the active one again, by number or id.

        It is checked again first: its tools and secrets may be gone.

        Example: appliance config rollback 1
        """
        with _opened(open_store) as store:
            found = versions.find(store.db, version)
            loaded = load.parse(
                found.yaml.encode(),
                f"version {found.number}",
                catalogue=catalogue(),
                secrets=store.has_secret,
            )
            for problem in loaded.errors:
                typer.echo(str(problem), err=True)
            if loaded.config is None:
                raise typer.Exit(1)
            now, who = store.clock.now(), store.who

            def unit(connection: Connection) -> bool:
                return versions.activate(connection, now, found.id, who)

            changed = store.db.write_now(unit)
        typer.echo(f"Version {found.id} is {'active again' if changed else 'active already'}.")

    return app


def _checked(
    path: Path,
    open_store: Callable[[], OpenStore],
    catalogue: Catalogue,
    secret_without_store: Callable[[str], bool],
) -> load.Loaded:
    """Load a file, opening the store only if a secret must be looked up there."""
    store: OpenStore | None = None

    def is_set(name: str) -> bool:
        nonlocal store
        if secret_without_store(name):
            return True
        if store is None:
            store = open_store()
        return store.has_secret(name)

    try:
        return load.load(path, catalogue=catalogue, secrets=is_set)
    except errors.Error as cause:
        _fail(cause.sentence)
    finally:
        if store is not None:
            store.close()


@contextmanager
def _opened(open_store: Callable[[], OpenStore]) -> Iterator[OpenStore]:
    """Open the store for one command, and turn our errors into a sentence and exit 1."""
    try:
        store = open_store()
        try:
            yield store
        finally:
            store.close()
    except errors.Error as cause:
        _fail(cause.sentence)


def _fail(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)


def _row(version: records.Version) -> dict[str, Any]:
    return {
        "number": version.number,
        "id": version.id,
        "created_at": version.created_at.isoformat(),
        "activated_at": version.activated_at.isoformat() if version.activated_at else None,
        "active": version.active,
        "who": version.who,
    }


def _shown(value: object) -> str:
    return "(nothing)" if value is None else one_line(json.dumps(value), limit=80)


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
