"""What both ways to a server have in common."""

from __future__ import annotations

import re
from dataclasses import dataclass

from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp import types
from mcp.shared.message import SessionMessage

LARGEST_BYTES = 4_000_000
"""One message of a server; what is longer is not read."""
TOO_LARGE = -32_099
LOST = -32_098
"""Our own codes, in place of an answer that was too large, and of one that will not come."""

Incoming = MemoryObjectReceiveStream[SessionMessage | Exception]
Outgoing = MemoryObjectSendStream[SessionMessage]

_ANSWER_TO = re.compile(rb'\s*\{\s*"jsonrpc"\s*:\s*"2\.0"\s*,\s*"id"\s*:\s*(\d{1,9})\s*,')


class Broken(Exception):  # noqa: N818 - a fact, not an error
    """A server is lost or cannot be had; the sentence says why and what to do.

    `is_unsent` tells that the request which found out has surely not reached it; `said` is the
    last line a program wrote to its standard error.
    """

    def __init__(self, sentence: str, *, is_unsent: bool = False, said: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.is_unsent = is_unsent
        self.said = said


@dataclass(frozen=True, slots=True)
class Streams:
    """An open way to a server."""

    incoming: Incoming
    outgoing: Outgoing


def instead(head: bytes) -> types.JSONRPCMessage | None:
    """Give the error that stands for a too large answer, if its head tells to what it answers."""
    found = _ANSWER_TO.match(head)
    return failed(int(found[1]), TOO_LARGE) if found else None


def failed(request: int | str, code: int) -> types.JSONRPCMessage:
    """Give an error of ours that stands for the answer to a request."""
    error = types.ErrorData(code=code, message="There is no answer.")
    return types.JSONRPCMessage(types.JSONRPCError(jsonrpc="2.0", id=request, error=error))
