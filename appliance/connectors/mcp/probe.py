"""Asking a server once, for commands: does it answer, and what does it offer?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from appliance.config.model import McpServer
from appliance.connectors.mcp.link import Link
from appliance.connectors.mcp.values import Listed
from appliance.connectors.mcp.way import Secret
from appliance.core.clock import Clock


@dataclass(frozen=True, slots=True)
class Probed:
    """What came of it: what the server lists, or the problem, as the rest of a sentence."""

    server: McpServer
    listed: Listed
    problem: str | None


async def probe(server: McpServer, *, secret: Secret, clock: Clock) -> Probed:
    """Start or reach a server, list its tools, and leave it."""

    async def heard(_link: Link, _listed: Listed) -> None:
        return None

    link = Link(server=server, secret=secret, clock=clock, heard=heard)
    kept = asyncio.create_task(link.keep())
    try:
        await link.attempted()
    finally:
        kept.cancel()
        await asyncio.gather(kept, return_exceptions=True)
    return Probed(server, link.listed or {}, None if link.listed is not None else link.problem)
