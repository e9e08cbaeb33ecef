"""Why a tool that the config names may not be used."""

from __future__ import annotations

from appliance.config.model import McpServer
from appliance.connectors.mcp.pins import Pins
from appliance.connectors.mcp.values import Listed, Unfit


def about(server: McpServer, tool: str, listed: Listed, pins: Pins) -> str | None:
    """Say what is wrong with a tool, by what its server lists now; None where nothing is."""
    found, pinned = listed.get(tool), pins.get((server.name, tool))
    whose = f"The MCP server {server.name}"
    if found is None:
        return f"{whose} has no tool {tool!r}. `appliance tools list` shows what it has."
    if pinned is not None and found.digest != pinned.digest:
        return (
            f"{whose} describes its tool {tool!r} otherwise than when the config was activated, so "
            "the bot does not use it. Read it (appliance tools list); if it is right, run: "
            "appliance config activate PATH"
        )
    if isinstance(found, Unfit):
        return f"{whose} has a tool {tool!r} that cannot be used: {found.sentence}."
    return None
