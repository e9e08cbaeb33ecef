"""The command line of conversations: approvals, tickets, and a chat in the terminal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from typing import Annotated, Any, Protocol

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from appliance.contacts import identities
from appliance.conversation import approvals, records, terminal, tickets
from appliance.conversation.approvals import Approval
from appliance.conversation.tickets import Ticket
from appliance.core.clock import Clock
from appliance.core.crypto import Keyring
from appliance.core.safe_text import one_line
from appliance.core.store.database import Database

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


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


OpenOffice = Callable[[], Office]
OpenHouse = Callable[[], AbstractAsyncContextManager[terminal.House]]


def mount(app: typer.Typer, office: OpenOffice, house: OpenHouse) -> None:
    """Add `appliance approvals`, `appliance tickets` and `appliance chat`."""
    app.add_typer(_approvals(office), name="approvals")
    app.add_typer(_tickets(office), name="tickets")

    @app.command()
    def chat(
        name: Annotated[
            str, typer.Option(help="Who you are; the same name goes on with the same chat.")
        ] = "terminal",
    ) -> None:
        r"""Talk to the bot here, with the appliance running or stopped.

        Examples:
          appliance chat
          printf 'When are you open?\\n' | appliance chat
        """
        asyncio.run(terminal.chat(house, name))


def _approvals(office: OpenOffice) -> typer.Typer:
    app = typer.Typer(help="Questions that wait for a person.", no_args_is_help=True)

    @app.command("list")
    def list_(
        *,
        every: Annotated[bool, typer.Option("--all", help="Decided ones too.")] = False,
        as_json: AsJson = False,
    ) -> None:
        """List the questions that wait.

        Example: appliance approvals list --all --json
        """
        here = office()
        found = here.db.read(lambda c: approvals.listed(c, here.keyring, every=every))
        if as_json:
            _print_json([asdict(each) for each in found])
            return
        _print_approvals(found)

    def decide(wanted: str, note: str, *, approved: bool) -> None:
        here = office()
        done = here.db.write_now(
            lambda c: approvals.decide(
                c,
                here.keyring,
                here.clock.now(),
                wanted,
                approved=approved,
                who=here.who,
                note=note,
            )
        )
        typer.echo(f"{done.state}: {one_line(done.question)} The customer is told by the bot.")

    @app.command()
    def approve(
        wanted: Annotated[str, typer.Argument(metavar="ID")],
        note: Annotated[str, typer.Option(help="A word for the record.")] = "",
    ) -> None:
        """Approve; the parked turn goes on by itself.

        Example: appliance approvals approve 7k2m9q
        """
        decide(wanted, note, approved=True)

    @app.command()
    def refuse(
        wanted: Annotated[str, typer.Argument(metavar="ID")],
        note: Annotated[str, typer.Option(help="A word for the record.")] = "",
    ) -> None:
        """Refuse; the bot offers what it may.

        Example: appliance approvals refuse 7k2m9q --note "margin too thin"
        """
        decide(wanted, note, approved=False)

    return app


def _tickets(office: OpenOffice) -> typer.Typer:
    app = typer.Typer(help="Conversations a person was asked to take over.", no_args_is_help=True)

    @app.command("list")
    def list_(*, as_json: AsJson = False) -> None:
        """List tickets, newest first.

        Example: appliance tickets list
        """
        here = office()
        found = here.db.read(lambda c: tickets.listed(c, here.keyring))
        if as_json:
            _print_json([asdict(each) for each in found])
            return
        _print_tickets(found)

    @app.command()
    def show(reference: str, *, as_json: AsJson = False) -> None:
        """Show a ticket: who it is, how to reach them, and what was said.

        Example: appliance tickets show T-7K2M9Q
        """
        here = office()
        ticket = here.db.read(lambda c: tickets.get(c, here.keyring, reference))
        card = here.db.read(lambda c: identities.card(c, here.keyring, ticket.contact_id))
        said = here.db.read(
            lambda c: records.visible_newest(c, here.keyring, ticket.contact_id, most=50)
        )
        if as_json:
            talk = [{"role": m.role, "at": m.at, "text": m.text} for m in said]
            _print_json({**asdict(ticket), "contact": asdict(card), "messages": talk})
            return
        console = Console(soft_wrap=True, highlight=False, markup=False)
        known = [f"{name}: {value}" for name, value in asdict(card).items() if value]
        console.print(Text(f"{ticket.reference}  {ticket.state}  {one_line(ticket.reason)}"))
        console.print(Text(one_line(", ".join(known)) or "Nothing is known of this contact."))
        for message in said:
            at = message.at.strftime("%Y-%m-%d %H:%M")
            console.print(Text(f"{at}  {message.role}: {one_line(message.text)}"))

    @app.command()
    def take(reference: str) -> None:
        """Take a conversation over: the bot falls silent.

        Example: appliance tickets take T-7K2M9Q
        """
        here = office()
        done = here.db.write_now(
            lambda c: tickets.take(c, here.keyring, here.clock.now(), reference, here.who)
        )
        typer.echo(
            f"{done.reference} is yours. Write with: appliance tickets reply {done.reference}"
        )

    @app.command()
    def reply(reference: str, text: str) -> None:
        """Write to the contact.

        Example: appliance tickets reply T-7K2M9Q "Hello, this is Ann from Acme."
        """
        here = office()
        here.db.write_now(
            lambda c: tickets.reply(c, here.keyring, here.clock.now(), reference, here.who, text)
        )
        typer.echo("Sent.")

    @app.command()
    def close(reference: str) -> None:
        """Close a ticket: the bot answers again.

        Example: appliance tickets close T-7K2M9Q
        """
        here = office()
        here.db.write_now(
            lambda c: tickets.close(c, here.keyring, here.clock.now(), reference, here.who)
        )
        typer.echo("Closed. The bot answers again.")

    return app


def _print_approvals(found: list[Approval]) -> None:
    if not found:
        typer.echo("Nothing waits for a decision.")
        return
    table = _table("id", "state", "what", "reason", "expires (UTC)")
    for each in found:
        table.add_row(
            each.id[-6:],
            each.state,
            Text(one_line(each.question, limit=200)),
            Text(one_line(each.reason, limit=100)),
            each.expires_at.strftime("%Y-%m-%d %H:%M"),
        )
    Console().print(table)


def _table(*names: str) -> Table:
    """Make a table whose first column, what is typed next, is never cut."""
    table = Table()
    for place, name in enumerate(names):
        table.add_column(name, no_wrap=place == 0, overflow="fold")
    return table


def _print_tickets(found: list[Ticket]) -> None:
    if not found:
        typer.echo("There are no tickets.")
        return
    table = _table("reference", "state", "department", "reason", "summary", "since (UTC)")
    for each in found:
        table.add_row(
            each.reference,
            Text(f"{each.state} ({one_line(each.taken_by)})" if each.taken_by else each.state),
            Text(one_line(each.department or "-")),
            Text(one_line(each.reason, limit=100)),
            Text(one_line(each.summary, limit=200)),
            each.created_at.strftime("%Y-%m-%d %H:%M"),
        )
    Console().print(table)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, default=str, indent=2))
