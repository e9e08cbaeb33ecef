"""The MCP servers of the config file, asked once for a command; the appliance may run or not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from contextlib import contextmanager

from appliance.assembly import house
from appliance.assembly.office import CORE, Office, open_office
from appliance.config import load
from appliance.config.model import McpServer
from appliance.connectors.mcp import probe
from appliance.connectors.mcp.pins import Pinboard, Pins
from appliance.connectors.mcp.probe import Probed
from appliance.connectors.mcp.way import Secret
from appliance.core import errors
from appliance.core.clock import SystemClock
from appliance.core.settings import Settings, secret_from_environment
from appliance.toolkit import catalogue


async def ask(settings: Settings) -> tuple[list[Probed], Pins]:
    """Ask every server of the config file what it has; gives the pins of this install beside it.

    A config with errors has no servers: `appliance config validate` says so.
    """
    servers = _servers(settings)
    if not servers:
        return [], {}
    with secrets_at_hand(settings) as secret, _office(settings) as office:
        clock = SystemClock()
        found = await asyncio.gather(
            *(probe.probe(server, secret=secret, clock=clock) for server in servers)
        )
        return list(found), Pinboard(office.db).read() if office else {}


@contextmanager
def secrets_at_hand(settings: Settings) -> Iterator[Secret]:
    """Give the secrets of the environment, and of the store where there is one."""
    with _office(settings) as office:
        yield office.secret if office else secret_from_environment


@contextmanager
def _office(settings: Settings) -> Iterator[Office | None]:
    """Open the store if there is one that can be; a command that only looks makes none."""
    office = None
    if (settings.data_dir / CORE).exists():
        with contextlib.suppress(errors.Error):  # what keeps it shut is for other checks to say
            office = open_office(settings)
    try:
        yield office
    finally:
        if office is not None:
            office.close()


def _servers(settings: Settings) -> list[McpServer]:
    # A secret that is missing is the server's problem, and said with the others.
    loaded = load.load(
        settings.config,
        catalogue=house.catalogue_of(catalogue.load(settings.tools_dir)),
        secrets=lambda _name: True,
    )
    servers = loaded.config.workflow.mcp_servers if loaded.config else []
    return [server for server in servers if server.enabled]
