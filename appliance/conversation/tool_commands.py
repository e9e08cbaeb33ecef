"""`appliance tools`: what tools there are, and trying one without touching real data."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from typing import Annotated, Any, Protocol
from zoneinfo import ZoneInfo

import typer
from langchain_core.messages import AIMessage, SystemMessage, ToolMessage
from langchain_core.tools import BaseTool
from rich.console import Console
from rich.table import Table
from rich.text import Text

from appliance.config.model import BotConfig
from appliance.conversation.bots import settings_for
from appliance.conversation.gate import SentenceGate
from appliance.conversation.limits import Meter
from appliance.conversation.run import Bot, Equipped, Run
from appliance.conversation.toolbox import Toolbox
from appliance.core import errors, ids
from appliance.core.clock import Clock
from appliance.core.safe_text import one_line, safe_text
from appliance.toolkit import ApprovalNeeded, policy_of
from appliance.toolkit.catalogue import Catalogue

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Workshop(Protocol):
    """A scratch appliance: its own empty store, thrown away afterwards."""

    @property
    def toolbox(self) -> Toolbox: ...
    @property
    def toolkit(self) -> Catalogue: ...
    @property
    def config(self) -> BotConfig | None: ...
    @property
    def clock(self) -> Clock: ...

    def new_contact(self) -> str:
        """Make a contact to try the tool on."""


OpenWorkshop = Callable[[], AbstractAsyncContextManager[Workshop]]


def build(catalogue: Callable[[], Catalogue], workshop: OpenWorkshop) -> typer.Typer:
    """Make `appliance tools`."""
    app = typer.Typer(help="The tools the bot may use.", no_args_is_help=True)

    @app.command("list")
    def list_(*, as_json: AsJson = False) -> None:
        """List the tool files, what each does and what it may be set to.

        Example: appliance tools list --json
        """
        found = catalogue()
        rows = [_row(made) for made in found.tools.values()]
        rows += [
            {"name": broken.name, "effect": "broken", "says": broken.sentence, "settings": []}
            for broken in found.broken.values()
        ]
        if as_json:
            typer.echo(json.dumps(rows, indent=2))
            return
        table = Table("tool", "effect", "what it does", "settings")
        for row in rows:
            settings = ", ".join(row["settings"]) or "-"
            table.add_row(row["name"], row["effect"], Text(one_line(row["says"])), settings)
        Console().print(table)

    @app.command()
    def test(
        name: Annotated[str, typer.Argument(help="The tool's name.")],
        args: Annotated[str, typer.Option(help="Its arguments as a JSON object.")] = "{}",
    ) -> None:
        """Run one tool on a scratch store and print what the model would hear.

        Exits 1 where the tool refuses or fails. Nothing it books or saves is kept.

        Example: appliance tools test check_pricing --args '{"product": "Premium", "seats": 5}'
        """
        message = asyncio.run(_try(workshop, name, _arguments(args)))
        typer.echo(safe_text(str(message.content)))
        if message.status != "success":
            raise typer.Exit(1)

    return app


async def _try(workshop: OpenWorkshop, name: str, arguments: dict[str, Any]) -> ToolMessage:
    async with workshop() as shop:
        broken = shop.toolkit.broken.get(name)
        if broken:
            raise errors.Misconfigured(broken.sentence)
        made = shop.toolkit.tools.get(name)
        if made is None:
            raise errors.NotFound(f"There is no tool {name}. `appliance tools list` shows them.")
        call = {"name": name, "args": arguments, "id": "test", "type": "tool_call"}
        run = _run(shop, _bot(shop, made))
        try:
            return await shop.toolbox.run(run, AIMessage("", tool_calls=[call]), call)
        except ApprovalNeeded as need:
            waits = f"A person would be asked: {need.question}"
            return ToolMessage(waits, tool_call_id="test", status="success")


def _bot(shop: Workshop, made: BaseTool) -> Bot:
    config = shop.config
    uses = config.workflow.tools if config else []
    given = next((use.config for use in uses if use.name == made.name), {})
    return Bot(
        version="test",
        speaker=_Silent(),
        tools={made.name: Equipped(made, settings_for(made, given))},
        zone=ZoneInfo(config.calendar.zone if config else "UTC"),
        currency=config.client.currency if config else "USD",
    )


def _run(shop: Workshop, bot: Bot) -> Run:
    async def nothing(_text: str = "") -> None:
        return None

    return Run(
        turn_id=ids.new_id(),
        conversation_id=ids.new_id(),
        contact_id=shop.new_contact(),
        bot=bot,
        system=SystemMessage(""),
        now=shop.clock.now(),
        meter=Meter(model_calls_most=1, tool_calls_most=1, tokens_most=1, cost_most=Decimal(1)),
        gate=SentenceGate(proved=set(), emit=nothing),
        still_mine=lambda _connection: True,
        began=shop.clock.monotonic(),
        on_reset=nothing,
    )


class _Silent:
    """A tool is tried without a model."""

    async def call(self, *_: Any, **__: Any) -> AIMessage:
        """Say nothing."""
        return AIMessage("")


def _arguments(text: str) -> dict[str, Any]:
    try:
        arguments = json.loads(text)
    except ValueError as cause:
        raise errors.Refused(
            f'--args is not JSON ({cause}). Write an object, e.g. \'{{"query": "price"}}\'.'
        ) from None
    if not isinstance(arguments, dict):
        raise errors.Refused('--args must be a JSON object, e.g. \'{"query": "price"}\'.')
    return arguments


def _row(made: BaseTool) -> dict[str, Any]:
    policy = policy_of(made)
    fields = policy.settings.model_fields if policy.settings else {}
    return {
        "name": made.name,
        "effect": str(policy.effect),
        "says": made.description.partition("\n")[0],
        "settings": list(fields),
    }
