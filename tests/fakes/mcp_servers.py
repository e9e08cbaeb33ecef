"""Configs of the real MCP servers beside this file, and a way to keep them."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from appliance.config.model import McpServer, McpTool
from appliance.connectors.mcp.pins import Pinboard
from appliance.connectors.mcp.servers import Servers
from appliance.core.clock import SystemClock
from appliance.core.store.database import Database

HERE = Path(__file__).parent
ORDERS, BAD = str(HERE / "mcp_server.py"), str(HERE / "mcp_bad.py")
PATIENCE_S = 30


def tools(*names: str) -> list[McpTool]:
    return [McpTool(name=name) for name in names]


def orders(folder: Path, *names: str, more: tuple[str, ...] = (), **given: Any) -> McpServer:
    kept = {"tools": tools(*names), "connect_timeout_s": PATIENCE_S, **given}
    return McpServer(
        name="orders", command=sys.executable, args=[ORDERS, str(folder), *more], **kept
    )


def bad(*how: str, **given: Any) -> McpServer:
    kept = {"tools": tools("ask"), "connect_timeout_s": PATIENCE_S, **given}
    return McpServer(name="bad", command=sys.executable, args=[BAD, *how], **kept)


@contextmanager
def keeping(
    db: Database, *servers: McpServer, secrets: Mapping[str, str] | None = None
) -> Iterator[Servers]:
    """Keep servers as the appliance does, until the end of the block."""
    kept = Servers(
        pinboard=Pinboard(db),
        secret=(secrets or {}).get,
        clock=SystemClock(),
        changed=lambda: None,
    )
    kept.use(servers)
    try:
        yield kept
    finally:
        kept.close()


async def ask(servers: Servers, name: str, **arguments: Any) -> str:
    return await servers.call(servers.usable()[name], arguments)


async def until(met: Callable[[], Any], what: str = "it came true") -> None:
    began = time.monotonic()
    while not met():
        assert time.monotonic() - began < PATIENCE_S, f"not within {PATIENCE_S} s: {what}"
        await asyncio.sleep(0.02)


def done(folder: Path) -> list[str]:
    file = folder / "done"
    return file.read_text().splitlines() if file.exists() else []


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; a dead one nobody has reaped yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
