"""The MCP servers of a config, in a thread and loop of their own.

A session lives in one loop, while tools are called from whatever loop the toolbox uses at the
moment; so calls cross over, and a server that misbehaves holds up nobody but its callers.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from appliance.config import mcp_names
from appliance.config.model import McpServer
from appliance.connectors.mcp import doubts
from appliance.connectors.mcp.link import Link
from appliance.connectors.mcp.pins import Pinboard, Pins
from appliance.connectors.mcp.values import Definition, Listed, NotDone, Offered
from appliance.connectors.mcp.way import Secret
from appliance.core import logs
from appliance.core.clock import Clock

_CLOSE_S = 8.0

_log = logs.get(__name__)


@dataclass(slots=True)
class _Kept:
    """A link and the task that keeps it."""

    link: Link
    task: asyncio.Task[None]


@dataclass(slots=True, kw_only=True)
class Servers:
    """Keeps the servers of the live config connected. Every method may be called in any thread.

    `changed` is called, in a thread, when what `usable` gives has become another.
    """

    pinboard: Pinboard
    secret: Secret
    clock: Clock
    changed: Callable[[], None]
    _servers: tuple[McpServer, ...] = ()
    _pins: Pins = field(default_factory=dict)
    _kept: dict[str, _Kept] = field(default_factory=dict)
    _loop: asyncio.AbstractEventLoop | None = None
    _thread: threading.Thread | None = None
    _told: frozenset[tuple[str, str]] = frozenset()
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _turns: asyncio.Lock = field(default_factory=asyncio.Lock)
    _pinning: threading.Lock = field(default_factory=threading.Lock)
    _telling: asyncio.Task[None] | None = None

    # -- what a config names -----------------------------------------------------------------------

    def use(self, servers: Sequence[McpServer]) -> bool:
        """Let these be the servers from now on, their tools pinned as the store has them.

        Gives at once, while servers are started and stopped in the background, whether what is
        `usable` has become another.
        """
        self._servers = tuple(server for server in servers if server.enabled)
        with self._pinning:
            self._pins = self.pinboard.read()
        for server in self._servers:
            kept = self._kept.get(server.name)
            if kept and kept.link.server == server and kept.link.is_connected:
                self._pin(server, kept.link.listed or {})
        before, self._told = self._told, self._fingerprint()
        if self._servers or self._kept:
            self._soon(self._take_over())
        return self._told != before

    def usable(self) -> dict[str, Offered]:
        """Give the tools the bot may use now, by what it calls them.

        A tool of a server that is down is one of them: its call says so. One that describes itself
        otherwise than it was pinned is not.
        """
        return {
            name: Offered(name, server, tool, pinned)
            for server in self._servers
            for name, tool in mcp_names.allowed(server)
            if (pinned := self._pins.get((server.name, tool.name))) is not None
            and self._doubt(server, tool.name) is None
        }

    @property
    def problems(self) -> list[str]:
        """Say what is wrong: servers that do not answer, tools that are not there or not used."""
        found = []
        for server in self._servers:
            kept = self._kept.get(server.name)
            if kept is not None and not kept.link.is_connected and kept.link.problem is not None:
                found.append(
                    f"The MCP server {server.name} is not connected: {kept.link.problem}. Its "
                    "tools say so when they are called. `appliance doctor` checks it again."
                )
            found += filter(None, (self._doubt(server, tool.name) for tool in server.tools))
        return found

    @property
    def connected(self) -> int:
        """Count the servers that are connected."""
        return sum(kept.link.is_connected for kept in list(self._kept.values()))

    def _doubt(self, server: McpServer, tool: str) -> str | None:
        kept = self._kept.get(server.name)
        listed = kept.link.listed if kept is not None else None
        return None if listed is None else doubts.about(server, tool, listed, self._pins)

    # -- calls -------------------------------------------------------------------------------------

    async def call(self, offered: Offered, arguments: dict[str, Any]) -> str:
        """Call a tool from any loop; see `Link.call` for what it gives and raises."""
        server = offered.server
        kept = self._kept.get(server.name)
        if kept is None or server.name not in {each.name for each in self._servers}:
            raise NotDone(f"The MCP server {server.name} is not used any more.")
        work = kept.link.call(
            offered.tool.name,
            arguments,
            timeout_s=offered.timeout_s,
            fits=lambda: self._fits(offered),
        )
        return await asyncio.wrap_future(self._soon(work))

    def _fits(self, offered: Offered) -> bool:
        """Tell whether a tool is still what the caller was told it is."""
        pinned = self._pins.get((offered.server.name, offered.tool.name))
        return pinned == offered.definition and not self._doubt(offered.server, offered.tool.name)

    async def attempted(self) -> None:
        """Wait until every server is connected or has failed to; for commands."""

        async def all_links() -> None:
            await asyncio.gather(*(kept.link.attempted() for kept in self._kept.values()))

        await asyncio.wrap_future(self._soon(all_links()))

    # -- the loop ----------------------------------------------------------------------------------

    def close(self) -> None:
        """End all servers and the loop."""
        with self._lock:
            loop, self._loop = self._loop, None
            thread, self._thread = self._thread, None
        self._servers = ()
        if loop is None or thread is None:
            return
        ended = asyncio.run_coroutine_threadsafe(self._take_over(), loop)
        with contextlib.suppress(TimeoutError):
            ended.result(_CLOSE_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_CLOSE_S)

    def _soon(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        with self._lock:
            if self._loop is None:
                # Not the policy's loop: children are waited for by threads, not by its watcher.
                self._loop = asyncio.SelectorEventLoop()
                self._thread = threading.Thread(
                    target=_serve, args=(self._loop,), name="mcp", daemon=True
                )
                self._thread.start()
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _take_over(self) -> None:
        """Start the servers that are new, end those that are gone, list the others again."""
        async with self._turns:
            wanted = {server.name: server for server in self._servers}
            gone = [n for n, kept in self._kept.items() if kept.link.server != wanted.get(n)]
            ended = [self._kept.pop(name).task for name in gone]
            for task in ended:
                task.cancel()
            await asyncio.gather(*ended, return_exceptions=True)
            for name, server in wanted.items():
                if name in self._kept:
                    self._kept[name].link.list_again()
                else:
                    self._kept[name] = self._started(server)

    def _started(self, server: McpServer) -> _Kept:
        link = Link(server=server, secret=self.secret, clock=self.clock, heard=self._heard)
        task = asyncio.create_task(link.keep(), name=f"mcp {server.name}")
        task.add_done_callback(_ended)
        return _Kept(link, task)

    async def _heard(self, link: Link, listed: Listed) -> None:
        """Take in what a server lists; pin what is listed for the first time."""
        link.listed = listed
        await asyncio.to_thread(self._pin, link.server, listed)
        now = self._fingerprint()
        if now != self._told:
            self._told = now
            # Nobody waits for it: a bot takes seconds to build, the server is of use before.
            self._telling = asyncio.create_task(asyncio.to_thread(self._tell))

    def _tell(self) -> None:
        try:
            self.changed()
        except Exception as cause:  # noqa: BLE001 - the server is connected all the same
            _log.error("the bot could not be built anew", exc_info=cause)

    def _pin(self, server: McpServer, listed: Listed) -> None:
        with self._pinning:
            new = [
                found
                for tool in server.tools
                if (server.name, tool.name) not in self._pins
                and isinstance(found := listed.get(tool.name), Definition)
            ]
            if new:
                self._pins = self.pinboard.add(server.name, new)

    def _fingerprint(self) -> frozenset[tuple[str, str]]:
        return frozenset(
            (name, offered.definition.digest) for name, offered in self.usable().items()
        )


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def _ended(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        _log.error("an MCP server is given up", task=task.get_name(), exc_info=task.exception())
