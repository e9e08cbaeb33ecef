"""The way to a server that the config describes: a child of ours, or a web address."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from appliance.config.model import McpServer
from appliance.connectors.mcp import http, stdio, wire
from appliance.core import logs

Secret = Callable[[str], str | None]

_log = logs.get(__name__)
_MOST_LINES = 200


@asynccontextmanager
async def opened(
    server: McpServer, secret: Secret, *, lost: Callable[[wire.Broken], None]
) -> AsyncIterator[wire.Streams]:
    """Open the way to a server; `lost` is told when a child has ended.

    Raises:
        Broken: it cannot be started, or a secret it needs is not set.
    """
    if server.url is not None:
        headers = _values(server.header_secrets, secret)
        if server.bearer_secret is not None:
            token = _values({"Authorization": server.bearer_secret}, secret)["Authorization"]
            headers["Authorization"] = f"Bearer {token}"
        async with http.opened(server.url, _checked(headers)) as streams:
            yield streams
        return
    env = dict(server.env) | _values(server.env_secrets, secret)
    program = stdio.Program(server.command or "", tuple(server.args), env)
    notebook = _Notebook(server.name)

    def ended(cause: wire.Broken) -> None:
        lost(wire.Broken(cause.sentence, said=notebook.last))

    async with stdio.opened(program, lost=ended, said=notebook.write) as streams:
        yield streams


def _values(names: Mapping[str, str], secret: Secret) -> dict[str, str]:
    found = {}
    for key, name in names.items():
        value = secret(name)
        if not value:
            raise wire.Broken(f"the secret {name} is not set; run: appliance secrets set {name}")
        found[key] = value.strip()
    return found


def _checked(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not (value.isascii() and value.isprintable()):
            raise wire.Broken(f"the secret for the header {name} cannot stand in a header")
    return headers


class _Notebook:
    """A program's standard error in our log: a bounded number of lines, and the last one kept.

    What it says once it works may hold what customers said, so the log drops it unless told not to.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lines = 0
        self.last = ""

    def write(self, line: str) -> None:
        self._lines += 1
        self.last = line[:200]
        if self._lines <= _MOST_LINES:
            _log.info("an MCP server wrote to its log", server=self._name, pii_said=line)
        elif self._lines == _MOST_LINES + 1:
            _log.warning("an MCP server writes too much: no more is logged", server=self._name)
