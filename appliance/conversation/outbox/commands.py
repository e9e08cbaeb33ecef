"""The command line of channels and of what could not be sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from typing import Annotated, Any, Protocol

import typer

from appliance.connectors.protocols import Channel, Step
from appliance.conversation import records as conversations
from appliance.conversation.outbox import care, records
from appliance.conversation.outbox.values import Outgoing
from appliance.core import audit, errors
from appliance.core.clock import Clock
from appliance.core.crypto import Keyring
from appliance.core.effects import State
from appliance.core.safe_text import one_line
from appliance.core.store.database import Connection, Database

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_UNKNOWN = (
    "{id} may have been sent already: the provider never said. Look at the conversation in the "
    "provider's own app; to send it all the same (perhaps twice), add --twice-is-fine."
)


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


class Lines(Protocol):
    """The channels of the active config, open for a command."""

    @property
    def types(self) -> list[str]: ...
    @property
    def problems(self) -> list[str]: ...
    def of_type(self, channel: str) -> list[Channel]: ...


OpenOffice = Callable[[], Office]
OpenLines = Callable[[], AbstractAsyncContextManager[Lines]]


def build(office: OpenOffice, lines: OpenLines) -> typer.Typer:
    """Make `appliance channels`."""
    app = typer.Typer(help="The ways customers reach the bot.", no_args_is_help=True)

    @app.command("list")
    def list_(*, as_json: AsJson = False) -> None:
        """List the config's channels, and whether they may send.

        Example: appliance channels list --json
        """
        found = asyncio.run(_listed(office(), lines))
        if as_json:
            typer.echo(json.dumps(found, indent=2, default=str))
            return
        for each in found:
            typer.echo(f"{each['state']:<8} {each['channel']:<12} {one_line(each['says'])}")

    @app.command("test")
    def test(
        channel: Annotated[str, typer.Argument(help="Its type in the config, e.g. whatsapp.")],
        *,
        as_json: AsJson = False,
    ) -> None:
        """Try a channel step by step; exit code 1 at the first step that fails.

        A channel that was stopped goes on when all steps pass.

        Example: appliance channels test whatsapp
        """
        here = office()
        steps = asyncio.run(_tried(lines, channel))
        passed = all(step.passed for step in steps)
        went_on = passed and here.db.write_now(lambda c: care.go_on(c, here.clock, channel))
        if as_json:
            typer.echo(json.dumps([asdict(step) for step in steps], indent=2))
        else:
            for step in steps:
                typer.echo(
                    f"{'ok' if step.passed else 'FAIL':<5} {step.name}: {one_line(step.says)}"
                )
            if went_on:
                typer.echo(f"{channel} was stopped and sends again.")
        raise typer.Exit(not passed)

    @app.command("notices")
    def notices(
        *,
        most: Annotated[int, typer.Option(help="How many at most.", min=1, max=10_000)] = 50,
        as_json: AsJson = False,
    ) -> None:
        """List what providers told us beside messages, newest first.

        Example: appliance channels notices --most 10
        """
        here = office()
        found = here.db.read(lambda c: conversations.list_notices(c, here.keyring, most=most))
        if as_json:
            typer.echo(json.dumps(found, indent=2, default=str))
            return
        for each in found:
            typer.echo(
                f"{each['at']:%Y-%m-%d %H:%M}  {each['channel']:<10} {one_line(each['kind']):<24} "
                f"{one_line(each['says'], limit=200)}"
            )

    return app


def add_to_jobs(app: typer.Typer, office: OpenOffice) -> None:
    """Add `appliance jobs dead` and `appliance jobs retry`."""

    @app.command("dead")
    def dead(
        *,
        most: Annotated[int, typer.Option(help="How many at most.", min=1, max=10_000)] = 50,
        as_json: AsJson = False,
    ) -> None:
        """List messages that were not sent (dead, failed) or may not have been (unknown).

        Example: appliance jobs dead --json
        """
        here = office()
        found = here.db.read(lambda c: records.stuck(c, most=most))
        if as_json:
            typer.echo(json.dumps([_as_json(each) for each in found], indent=2, default=str))
            return
        if not found:
            typer.echo("Nothing is stuck.")
        for each in found:
            typer.echo(
                f"{each.id[-8:]}  {each.state:<8} {each.channel:<10} "
                f"{each.created_at:%Y-%m-%d %H:%M}  {one_line(each.code or '-')}  "
                f"{one_line(each.why or '', limit=120)}"
            )

    @app.command("retry")
    def retry(
        wanted: Annotated[str, typer.Argument(help="Its id, or the end of it, from `jobs dead`.")],
        *,
        twice_is_fine: Annotated[
            bool, typer.Option("--twice-is-fine", help="Send what may have been sent already.")
        ] = False,
    ) -> None:
        """Send a stuck message again.

        Example: appliance jobs retry 4qkx03bz
        """
        here = office()
        done = here.db.write_now(lambda c: _retry(c, here, wanted, twice_is_fine=twice_is_fine))
        typer.echo(f"{done.id[-8:]} is queued again and is sent within seconds.")


def _retry(connection: Connection, here: Office, wanted: str, *, twice_is_fine: bool) -> Outgoing:
    found = [
        each for each in records.stuck(connection, most=10_000) if each.id.endswith(wanted.lower())
    ]
    if len(found) != 1:
        how = "Nothing stuck ends" if not found else "Several stuck messages end"
        raise errors.NotFound(f"{how} with {wanted!r}. `appliance jobs dead` lists them.")
    row = found[0]
    if row.state is State.UNKNOWN and not twice_is_fine:
        raise errors.Refused(_UNKNOWN.format(id=row.id[-8:]))
    now = here.clock.now()
    records.again(connection, now, row.id)
    audit.record(connection, now, here.who, "message sent again", outgoing=row.id, was=row.state)
    return row


def _as_json(row: Outgoing) -> dict[str, Any]:
    kept = asdict(row)
    return {name: value for name, value in kept.items() if name not in {"provider_key"}}


async def _listed(here: Office, lines: OpenLines) -> list[dict[str, str]]:
    stops = {stop.channel: stop for stop in here.db.read(records.stops)}
    async with lines() as opened:
        found = [
            {
                "channel": channel,
                "state": "stopped" if channel in stops else "open",
                "says": stops[channel].why if channel in stops else "takes and sends messages",
            }
            for channel in opened.types
        ]
        closed = [
            {"channel": "-", "state": "closed", "says": problem} for problem in opened.problems
        ]
    own = {"channel": "web_chat", "state": "open", "says": "our own page and widget"}
    return [own, *found, *closed]


async def _tried(lines: OpenLines, channel: str) -> list[Step]:
    async with lines() as opened:
        accounts = opened.of_type(channel)
        if not accounts:
            closed = [Step("config", passed=False, says=problem) for problem in opened.problems]
            return closed or [
                Step(
                    "config",
                    passed=False,
                    says=f"the active config has no channel {channel} under input_channels",
                )
            ]
        return [step for account in accounts for step in await care.probe(account)]
