"""`appliance secrets ...`: keep named secrets without ever showing one."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Protocol

import typer

from appliance.access import secrets
from appliance.core import audit, errors
from appliance.core.clock import Clock
from appliance.core.crypto import Keyring
from appliance.core.safe_text import one_line
from appliance.core.store.database import Connection, Database

_HELP = """Keep named secrets: provider keys, tokens, passwords.

The config names a secret and never holds it. APPLIANCE_SECRET_<NAME> in the environment wins over
a stored value.

\b
Examples:
  appliance secrets set openai-key            asks for the value, hidden
  appliance secrets set openai-key < key.txt  reads it from a file
  appliance secrets list
  appliance secrets remove openai-key
"""


class OpenStore(Protocol):
    """The open store with its keys, and who sits at the keyboard."""

    @property
    def db(self) -> Database:
        """The core database, its tables made."""

    @property
    def keyring(self) -> Keyring:
        """The keys of this install."""

    @property
    def clock(self) -> Clock:
        """The time."""

    @property
    def who(self) -> str:
        """The local user's name, for the audit."""

    def close(self) -> None:
        """Close the store."""


def build(open_store: Callable[[], OpenStore]) -> typer.Typer:
    """Make the `secrets` commands."""
    app = typer.Typer(name="secrets", help=_HELP, no_args_is_help=True)

    @app.command(name="set")
    def save(name: str) -> None:
        """Store a secret; the value comes from standard input or a hidden question.

        Example: appliance secrets set openai-key
        """
        with _opened(open_store) as store:
            secrets.check_name(name)
            value = _value(name)
            now, who, keyring = store.clock.now(), store.who, store.keyring

            def unit(connection: Connection) -> None:
                secrets.save(connection, keyring, now, name=name, value=value, who=who)
                audit.record(connection, now, who, "secret.set", name=name)

            store.db.write_now(unit)
        typer.echo(f"The secret {name} is set.")

    @app.command(name="list")
    def show(
        *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
    ) -> None:
        """List the stored secrets, their age and where each value comes from; never a value.

        Example: appliance secrets list --json
        """
        with _opened(open_store) as store:
            found, now = secrets.listed(store.db), store.clock.now()
        if as_json:
            typer.echo(json.dumps([_row(item) for item in found], indent=2))
            return
        for item in found:
            who = one_line(item.set_by or "", limit=32)
            typer.echo(f"{item.name}  {item.source}  {_age(item.set_at, now)}  {who}".rstrip())

    @app.command()
    def remove(name: str) -> None:
        """Forget a stored secret.

        Example: appliance secrets remove openai-key
        """
        with _opened(open_store) as store:
            now, who = store.clock.now(), store.who

            def unit(connection: Connection) -> None:
                secrets.remove(connection, name)
                audit.record(connection, now, who, "secret.remove", name=name)

            store.db.write_now(unit)
        typer.echo(f"The secret {name} is removed.")

    return app


def _value(name: str) -> str:
    """Read a value without showing it; one line end after it is not part of it."""
    if sys.stdin.isatty():
        return getpass.getpass(f"Value of {name} (hidden): ")
    try:
        given = sys.stdin.read(secrets.LONGEST + 2)
    except UnicodeDecodeError:
        raise errors.Refused(
            f"The value of {name} is not text. Give a binary key in base64."
        ) from None
    return given.removesuffix("\n").removesuffix("\r")


def _row(item: secrets.Listed) -> dict[str, Any]:
    return {
        "name": item.name,
        "source": item.source,
        "set_at": item.set_at.isoformat() if item.set_at else None,
        "set_by": item.set_by,
    }


def _age(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "-"
    days = (now - at).days
    return "today" if days < 1 else f"{days} day{'s' if days > 1 else ''} old"


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
        typer.echo(cause.sentence, err=True)
        raise typer.Exit(1) from None
