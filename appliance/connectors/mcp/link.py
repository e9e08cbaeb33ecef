"""One server, kept connected: started, listed, asked, started again when it is lost.

A link lives in one event loop, the room's own (`servers`), and its session in one task of it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from mcp import ClientSession, McpError, types
from pydantic import ValidationError

from appliance import __version__
from appliance.config.model import McpServer
from appliance.connectors.mcp import answers, definitions, http, way, wire
from appliance.connectors.mcp.values import Listed, NotDone, Unsure
from appliance.core import effects, logs
from appliance.core.breaker import Breaker
from appliance.core.clock import Clock

T = TypeVar("T")
Secret = Callable[[str], str | None]

_log = logs.get(__name__)

_US = types.Implementation(name="frontdesk", version=__version__)
_PATIENCE = effects.Patience(first_s=1.0, factor=2.0, longest_s=60.0)
_BEAT_S = 30.0
_CHANGES_APART_S = 0.5
_MOST_PAGES = 50
_NEVER_RUN = {types.INVALID_PARAMS, types.METHOD_NOT_FOUND, types.INVALID_REQUEST}
_SESSION_GONE = 32_600
"""What the SDK answers for an HTTP 404: the server knows no such session, and ran nothing."""


@dataclass(slots=True, kw_only=True)
class Link:
    """One server's connection. `heard` is told each list of tools, in this loop.

    `problem` says why there is no connection, as the rest of a sentence; None where there is one,
    or where none was tried yet.
    """

    server: McpServer
    secret: Secret
    clock: Clock
    heard: Callable[[Link, Listed], Awaitable[None]]
    problem: str | None = None
    listed: Listed | None = None
    starts: int = 0
    _session: ClientSession | None = None
    _lost: asyncio.Future[wire.Broken] | None = None
    _attempt: asyncio.Future[None] | None = None
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _to_list: asyncio.Event = field(default_factory=asyncio.Event)
    _starting: Breaker = field(default_factory=Breaker)
    _answering: Breaker = field(default_factory=Breaker)
    _in_flight: int = 0

    @property
    def is_connected(self) -> bool:
        """Tell whether a call could go out now."""
        return not self._is_gone

    @property
    def _is_gone(self) -> bool:
        return self._session is None or self._lost is None or self._lost.done()

    async def keep(self) -> None:
        """Keep the server connected until cancelled."""
        failures = 0
        while True:
            self._attempt = self._attempt or asyncio.get_running_loop().create_future()
            began, starts = self.clock.monotonic(), self.starts
            broken = await self._live()
            now, why = self.clock.monotonic(), broken.sentence
            if self.starts > starts:
                self.problem = why  # who waits by now, waits for the next attempt
                failures = 1 if now - began > _BEAT_S else failures + 1
            else:
                # Before it worked for anybody, what it says holds no customer's words.
                why += f"; it said: {broken.said}" if broken.said else ""
                failures += 1
                self._starting.failed(now)
                self._settle(why)
                self._woken.clear()
            _log.warning("an MCP server is not connected", server=self.server.name, why=why)
            with contextlib.suppress(TimeoutError):
                pause_s = effects.pause_s(failures, _PATIENCE)
                async with asyncio.timeout(pause_s):
                    await self._woken.wait()
            self._woken.clear()

    def list_again(self) -> None:
        """Ask for the tools again, as soon as there is a connection."""
        self._to_list.set()

    async def attempted(self) -> None:
        """Wait until the first attempt, or the one under way, has ended."""
        while self.problem is None and not self.is_connected:
            if self._attempt is None:
                await asyncio.sleep(0.01)
            else:
                await asyncio.shield(self._attempt)

    async def call(
        self,
        tool: str,
        arguments: dict[str, Any],
        *,
        timeout_s: float,
        fits: Callable[[], bool] = lambda: True,
    ) -> str:
        """Call a tool and give what it answered, as text.

        `fits` is asked when there is a connection: whether the tool is still the one that is meant.
        A call that has surely not reached the server goes out once more on a new connection.

        Raises:
            NotDone: it surely did nothing. SaidNo, a NotDone: the tool says that it failed.
            TimeoutError: no answer in time; whether it did anything is not known.
            Unsure: the connection was lost, or the answer is no answer; the same.
        """
        until = self.clock.monotonic() + timeout_s
        for is_last in (False, True):
            session, lost = await self._connected((until - self.clock.monotonic()) / 2)
            if not fits():
                raise NotDone("the tool has changed and is not used")
            try:
                left_s = max(0.05, until - self.clock.monotonic())
                result = await self._asked(session, lost, tool, arguments, left_s)
            except wire.Broken as cause:
                if not cause.is_unsent:
                    raise Unsure(f"{self.server.name} was lost: {cause.sentence}.") from None
                if is_last:
                    raise NotDone(cause.sentence) from None
                continue
            return answers.read(result)
        raise AssertionError

    # -- one connection ----------------------------------------------------------------------------

    async def _live(self) -> wire.Broken:
        """Connect, list, and stay until the connection is lost; gives why."""
        lost: asyncio.Future[wire.Broken] = asyncio.get_running_loop().create_future()
        try:
            async with way.opened(
                self.server, self.secret, lost=lambda cause: _settle(lost, cause)
            ) as streams:
                session = ClientSession(
                    streams.incoming,
                    streams.outgoing,
                    message_handler=self._notice,
                    client_info=_US,
                )
                async with session:
                    await self._begin(session, lost)
                    await self._stay(session, lost)
        except Exception as cause:  # noqa: BLE001 - the SDK and its server may raise anything
            known = http.why(cause)
            if known is None:
                _log.warning("an MCP server broke", server=self.server.name, exc_info=cause)
            return self._gone(lost, known or wire.Broken("it does not speak MCP as it should"))
        except BaseException:
            self._gone(lost, wire.Broken("we are closing"))
            raise
        return self._gone(lost, wire.Broken("the connection ended"))

    async def _begin(self, session: ClientSession, lost: asyncio.Future[wire.Broken]) -> None:
        limit_s = self.server.connect_timeout_s

        async def greet() -> Listed:
            await session.initialize()
            return await self._list(session)

        try:
            listed = await _or_lost(greet(), lost, limit_s)
        except TimeoutError:
            raise wire.Broken(f"it did not answer within {limit_s:g} s") from None
        except McpError as cause:
            code = cause.error.code
            raise wire.Broken(f"it refuses to begin (error {code})") from None
        await self._tell(listed)
        if lost.done():
            raise lost.result()
        self.starts += 1
        self._session, self._lost, self.problem = session, lost, None
        self._starting.succeeded()
        self._settle(None)
        _log.info("an MCP server is connected", server=self.server.name, tools=len(listed))

    async def _stay(self, session: ClientSession, lost: asyncio.Future[wire.Broken]) -> None:
        """Watch over a connection: list again when told to, and see that it still answers."""
        while True:
            try:
                await _or_lost(self._to_list.wait(), lost, _BEAT_S)
            except TimeoutError:
                await self._alive(session.send_ping(), lost)
                continue
            self._to_list.clear()
            await self._tell(await self._alive(self._list(session), lost))
            await _or_lost(asyncio.sleep(_CHANGES_APART_S), lost, 2 * _CHANGES_APART_S)

    async def _alive(self, asked: Coroutine[Any, Any, T], lost: asyncio.Future[wire.Broken]) -> T:
        try:
            return await _or_lost(asked, lost, self.server.connect_timeout_s)
        except TimeoutError:
            raise wire.Broken("it stopped answering") from None
        except McpError:
            raise wire.Broken("it answers with errors") from None

    async def _tell(self, listed: Listed) -> None:
        self.listed = listed
        await self.heard(self, listed)

    async def _list(self, session: ClientSession) -> Listed:
        found: list[types.Tool] = []
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            page = types.PaginatedRequestParams(cursor=cursor)
            got = await session.list_tools(params=page)
            found += got.tools
            cursor = got.nextCursor
            if cursor is None or len(found) >= definitions.MOST_TOOLS:
                break
        return definitions.read(found[: definitions.MOST_TOOLS])

    async def _notice(self, message: Any) -> None:
        """Hear what comes unasked. Requests of a server (sampling, roots ...) the SDK refuses."""
        root = getattr(message, "root", None)
        if isinstance(root, types.ToolListChangedNotification):
            self._to_list.set()

    def _gone(self, lost: asyncio.Future[wire.Broken], cause: wire.Broken) -> wire.Broken:
        """Let nobody call any more; who waits for an answer hears that it will not come."""
        self._session = self._lost = None
        if lost.done():
            return lost.result()
        lost.set_result(cause)
        return cause

    def _settle(self, problem: str | None) -> None:
        """End the attempt that callers wait for."""
        self.problem = problem
        attempt, self._attempt = self._attempt, None
        if attempt is not None and not attempt.done():
            attempt.set_result(None)

    # -- one call ----------------------------------------------------------------------------------

    async def _connected(
        self, within_s: float
    ) -> tuple[ClientSession, asyncio.Future[wire.Broken]]:
        """Give the session, starting the server if need be."""
        now = self.clock.monotonic()
        if not self._answering.allows(now):
            raise NotDone("it has not answered lately, and is left alone for a while")
        if self._is_gone and not self._starting.allows(now):
            raise NotDone(f"it is left alone for a while: {self.problem}")
        if self._is_gone:
            self._attempt = self._attempt or asyncio.get_running_loop().create_future()
            self._woken.set()
            try:
                async with asyncio.timeout(max(0.05, within_s)):
                    await asyncio.shield(self._attempt)
            except TimeoutError:
                raise NotDone("it is not connected yet") from None
        if self._session is None or self._lost is None:
            raise NotDone(self.problem or "it is not connected")
        return self._session, self._lost

    async def _asked(
        self,
        session: ClientSession,
        lost: asyncio.Future[wire.Broken],
        tool: str,
        arguments: dict[str, Any],
        timeout_s: float,
    ) -> types.CallToolResult:
        # Not session.call_tool: it checks results against the server's own schema, whose
        # regular expressions could hold this loop for ever.
        params = types.CallToolRequestParams(name=tool, arguments=arguments)
        request = types.ClientRequest(types.CallToolRequest(params=params))
        self._in_flight += 1
        alone = self._in_flight == 1
        try:
            result = await _or_lost(
                session.send_request(request, types.CallToolResult), lost, timeout_s
            )
        except TimeoutError:
            self._answering.failed(self.clock.monotonic())
            if self._answering.is_open:
                _settle(lost, wire.Broken("it stopped answering calls"))
            raise
        except McpError as cause:
            raise self._refusal(cause, lost) from None
        except ValidationError:
            raise Unsure("The answer is no result of a tool.") from None
        except wire.Broken as cause:
            raise wire.Broken(cause.sentence, is_unsent=cause.is_unsent and alone) from None
        finally:
            self._in_flight -= 1
        self._answering.succeeded()
        return result

    def _refusal(self, cause: McpError, lost: asyncio.Future[wire.Broken]) -> Exception:
        """Say what a protocol error means for the call."""
        code = cause.error.code
        if code == _SESSION_GONE and self.server.url is not None:
            gone = wire.Broken("it has started anew", is_unsent=True)
            _settle(lost, gone)
            return gone
        if code in _NEVER_RUN:
            return NotDone(f"it refuses the call (error {code})")
        if code == wire.LOST:
            return Unsure("The connection ended before the answer.")
        if code == wire.TOO_LARGE:
            return Unsure(f"The answer has more than {wire.LARGEST_BYTES} bytes.")
        return Unsure(f"The server answered with error {code}.")


def _settle(lost: asyncio.Future[wire.Broken], cause: wire.Broken) -> None:
    if not lost.done():
        lost.set_result(cause)


async def _or_lost(
    work: Coroutine[Any, Any, T], lost: asyncio.Future[wire.Broken], timeout_s: float
) -> T:
    """Do something within a time, unless the connection is lost meanwhile.

    Raises:
        TimeoutError: it took too long. Broken: the connection is lost.
    """
    task = asyncio.ensure_future(work)
    try:
        both: list[asyncio.Future[Any]] = [task, lost]
        await asyncio.wait(both, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    if lost.done():
        raise lost.result()
    raise TimeoutError
