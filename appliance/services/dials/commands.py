"""The command line of calls that the bot makes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Protocol, TypeVar

import typer

from appliance.contacts import identities
from appliance.conversation import spoken
from appliance.core import audit, ids
from appliance.core.clock import Clock
from appliance.core.crypto import Keyring
from appliance.core.safe_text import one_line
from appliance.core.store.database import Connection, Database
from appliance.services.dials import numbers, port, records
from appliance.services.dials.values import Dial, Terms

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Number = Annotated[str, typer.Argument(help="A telephone number, best with + and country code.")]


class Office(Protocol):
    """What a command works on: the open store, and who is asking."""

    @property
    def db(self) -> Database: ...
    @property
    def keyring(self) -> Keyring: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def who(self) -> str: ...


Opened = TypeVar("Opened", bound=Office)


def add_to_calls(
    app: typer.Typer, office: Callable[[], Opened], terms: Callable[[Opened], Terms]
) -> None:
    """Add what makes calls to `appliance calls`."""

    @app.command("dial")
    def dial(
        number: Number,
        *,
        reason: Annotated[str, typer.Option(help="What the bot says once they answer.")],
        as_json: AsJson = False,
    ) -> None:
        """Let the bot call somebody, within the limits of voice.outbound; it dials in seconds.

        Example: appliance calls dial +16175550142 --reason "Your table is booked for tonight."
        """
        here = office()
        chosen = terms(here)
        owed = here.db.write_now(lambda c: _owe(c, here, chosen, number, reason))
        _print([owed], as_json=as_json)

    @app.command("outbound")
    def outbound(
        *,
        most: Annotated[int, typer.Option(help="How many at most.", min=1, max=10_000)] = 50,
        as_json: AsJson = False,
    ) -> None:
        """List the calls that the bot makes, newest first, and what became of each.

        Example: appliance calls outbound --json
        """
        here = office()
        found = here.db.read(lambda c: records.newest(c, most=most))
        _print([port.opened(here.keyring, row) for row in found], as_json=as_json)

    @app.command("allow")
    def allow(number: Number) -> None:
        """Record that whoever has this number has agreed to be called.

        Example: appliance calls allow +16175550142
        """
        _wish(office(), terms, number, may_call=True)

    @app.command("forbid")
    def forbid(number: Number) -> None:
        """Record that whoever has this number does not want to be called.

        Example: appliance calls forbid +16175550142
        """
        _wish(office(), terms, number, may_call=False)


def _owe(connection: Connection, here: Office, terms: Terms, number: str, reason: str) -> Dial:
    now = here.clock.now()
    known_as = numbers.callable_number(number, terms)
    owed = port.put(
        connection,
        here.keyring,
        now,
        terms,
        origin=f"operator:{ids.new_id()}",
        contact_id=_contact(connection, here, known_as),
        number=known_as,
        reason=reason,
        by=here.who,
        expires_at=now + port.GOOD_FOR,
    )
    audit.record(connection, now, here.who, "call ordered", dial=owed.id)
    return owed


def _wish(here: Opened, terms: Callable[[Opened], Terms], number: str, *, may_call: bool) -> None:
    known_as = numbers.callable_number(number, terms(here))

    def unit(connection: Connection) -> None:
        now = here.clock.now()
        contact = _contact(connection, here, known_as)
        records.save_wish(connection, now, contact, may_call=may_call, said_by=here.who)
        said = "calls allowed" if may_call else "calls forbidden"
        audit.record(connection, now, here.who, said, contact=contact)

    here.db.write_now(unit)
    typer.echo(f"{known_as} {'may' if may_call else 'must not'} be called.")


def _contact(connection: Connection, here: Office, number: str) -> str:
    return identities.find_or_make(
        connection,
        here.keyring,
        here.clock.now(),
        kind="phone",
        value=number,
        channel=spoken.CHANNEL,
    )


def _print(found: list[Dial], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], indent=2, default=str))
        return
    if not found:
        typer.echo("The bot has called nobody.")
    for each in found:
        typer.echo(
            f"{each.id[-8:]}  {each.state:<9} {each.number:<16} {each.attempts} dialled  "
            f"{each.code or '-':<18} {one_line(each.reason, limit=60)}"
        )
