"""`appliance tools`: what tools there are, and trying one without touching real data."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
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

from appliance.config import mcp_names
from appliance.config.model import BotConfig
from appliance.connectors.mcp import doubts
from appliance.connectors.mcp.pins import Pins
from appliance.connectors.mcp.probe import Probed
from appliance.connectors.mcp.values import Definition, Offered
from appliance.conversation.bots import settings_for
from appliance.conversation.gate import SentenceGate
from appliance.conversation.limits import Meter
from appliance.conversation.mcp_tools import effect_of
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
    def problems(self) -> list[str]: ...
    @property
    def config(self) -> BotConfig | None: ...
    @property
    def clock(self) -> Clock: ...

    def new_contact(self) -> str:
        """Make a contact to try the tool on."""

    async def tools(self) -> dict[str, BaseTool]:
        """Give every tool that can be tried, those of MCP servers too."""


OpenWorkshop = Callable[[], AbstractAsyncContextManager[Workshop]]
AskServers = Callable[[], Awaitable[tuple[list[Probed], Pins]]]


def build(
    catalogue: Callable[[], Catalogue], workshop: OpenWorkshop, servers: AskServers
) -> typer.Typer:
    """Make `appliance tools`."""
    app = typer.Typer(help="The tools the bot may use.", no_args_is_help=True)

    @app.command("list")
    def list_(*, as_json: AsJson = False) -> None:
        """List the tools: the files with what each may be set to, and those of MCP servers.

        Every MCP server of the config file is asked.

        Example: appliance tools list --json
        """
        found = catalogue()
        rows = [_row(made) for made in found.tools.values()]
        rows += [
            _plain_row(broken.name, "broken", broken.sentence) for broken in found.broken.values()
        ]
        probed, pins = asyncio.run(_asked(servers))
        rows += [row for each in probed for row in _rows_of(each, pins)]
        if as_json:
            typer.echo(json.dumps(rows, indent=2))
            return
        table = Table("tool", "effect", "what it does", "settings", "server")
        for row in rows:
            settings, server = ", ".join(row["settings"]) or "-", row["server"] or "-"
            said = Text(one_line(row["says"], limit=500))
            table.add_row(row["name"], row["effect"], said, settings, server)
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
        made = shop.toolkit.tools.get(name) or (await shop.tools()).get(name)
        if made is None:
            wrong = " ".join(["", *(said for said in shop.problems if "MCP" in said)])
            raise errors.NotFound(
                f"There is no tool {name}. `appliance tools list` shows them.{wrong}"
            )
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


async def _asked(servers: AskServers) -> tuple[list[Probed], Pins]:
    return await servers()


def _row(made: BaseTool) -> dict[str, Any]:
    policy = policy_of(made)
    fields = policy.settings.model_fields if policy.settings else {}
    row = _plain_row(made.name, str(policy.effect), made.description.partition("\n")[0])
    return {**row, "settings": list(fields)}


def _plain_row(name: str, effect: str, says: str, server: str | None = None) -> dict[str, Any]:
    return {"name": name, "effect": effect, "says": says, "settings": [], "server": server}


def _rows_of(probed: Probed, pins: Pins) -> Iterator[dict[str, Any]]:
    """Give a row for each tool the bot may use, and for each that the server has beside them."""
    server, listed = probed.server, probed.listed
    if probed.problem is not None:
        said = f"not connected: {probed.problem}"
        yield _plain_row(f"{server.name} (MCP server)", "down", said, server.name)
        return
    for name, tool in mcp_names.allowed(server):
        found, doubt = listed.get(tool.name), doubts.about(server, tool.name, listed, pins)
        if isinstance(found, Definition):
            effect = str(effect_of(Offered(name, server, tool, found)))
            said = found.description if doubt is None else f"{doubt} It says: {found.description}"
            yield _plain_row(name, effect if doubt is None else "not used", said, server.name)
        else:
            yield _plain_row(name, "not used", doubt or "", server.name)
    used = {tool.name for tool in server.tools}
    for name, found in listed.items():
        if name not in used:
            said = found.description if isinstance(found, Definition) else found.sentence
            yield _plain_row(name, "not allowed", said, server.name)
