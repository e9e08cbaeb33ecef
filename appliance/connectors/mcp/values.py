"""What is known of MCP tools, and how a call can fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from appliance.config.model import McpServer, McpTool
from appliance.core import errors


@dataclass(frozen=True, slots=True)
class Definition:
    """A tool as its server describes it, tamed. `digest` is of the untamed description.

    `read_only` is the server's word that the tool changes nothing; it proves nothing.
    """

    name: str
    description: str
    parameters: dict[str, Any]
    read_only: bool
    digest: str


@dataclass(frozen=True, slots=True)
class Unfit:
    """A tool that cannot be offered, and a sentence that says why."""

    name: str
    sentence: str
    digest: str


Listed = dict[str, Definition | Unfit]
"""What a server lists, by its own names."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A tool the bot may use: what the server says, and what the config says of it."""

    name: str
    server: McpServer
    tool: McpTool
    definition: Definition

    @property
    def timeout_s(self) -> float:
        """Give how long a call may take."""
        return self.tool.timeout_s or self.server.timeout_s


class NotDone(Exception):  # noqa: N818 - an answer, not an error
    """The call has surely changed nothing: it never reached the tool, or was refused before it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class SaidNo(NotDone):
    """The tool itself has said that it could not do it; the sentence is the server's, tamed."""


class Unsure(errors.Unavailable):
    """The call went out and its end is not known."""
