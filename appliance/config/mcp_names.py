"""What the bot calls a tool of an MCP server: a name every provider takes, and no tool file has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from appliance.config.model import McpServer, McpTool

USABLE = re.compile(r"[a-z][a-z0-9_]{0,63}")


def name_of(prefix: str, name: str, alias: str | None) -> str:
    """Give a tool's name: its alias, else prefix and name with only small letters, digits and _.

    It may still be too long; the rules refuse that.
    """
    return alias or f"{prefix}_{re.sub(r'[^a-z0-9]+', '_', name.lower()).strip('_')}"


def allowed(server: McpServer) -> Iterator[tuple[str, McpTool]]:
    """Give the tools of a server that the bot may use, by what it calls them."""
    for tool in server.tools:
        yield name_of(server.prefix or server.name, tool.name, tool.alias), tool
