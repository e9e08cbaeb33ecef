"""Open streams of the web chat: counted before they are promised, given back however they end."""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import AsyncGenerator

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from appliance.api import chat_wording as wording
from appliance.core import errors

_LIVE = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_RETRY_S = 10


class Lines:
    """Counts the open streams, each visitor's and all together."""

    def __init__(self, *, of_visitor: int, in_all: int) -> None:
        self._of_visitor = of_visitor
        self._in_all = in_all
        self._open: Counter[str] = Counter()

    def open(self, visitor: str, blocks: AsyncGenerator[bytes, None]) -> Line:
        """Count a stream and give the response that sends it.

        Raises:
            TooMany: this visitor, or all visitors together, hold as many as they may.
        """
        if self._open[visitor] >= self._of_visitor:
            sentence = wording.TOO_MANY_STREAMS.format(count=self._open[visitor])
            raise errors.TooMany(sentence, retry_after_s=_RETRY_S)
        if self._open.total() >= self._in_all:
            raise errors.TooMany(wording.TOO_MANY_LISTENERS, retry_after_s=_RETRY_S)
        self._open[visitor] += 1
        return Line(self, visitor, blocks)

    def close(self, visitor: str) -> None:
        """Give one of a visitor's streams back."""
        self._open[visitor] -= 1
        if not self._open[visitor]:
            del self._open[visitor]

    def __len__(self) -> int:
        return self._open.total()


class Line(StreamingResponse):
    """One stream's response. It gives its place back once: when sent, cut off, or never begun."""

    def __init__(self, lines: Lines, visitor: str, blocks: AsyncGenerator[bytes, None]) -> None:
        super().__init__(blocks, media_type="text/event-stream", headers=_LIVE)
        self._blocks = blocks
        # A finalizer runs once at most, and also for a response nobody came to send.
        self._leave = weakref.finalize(self, lines.close, visitor)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()
            await self._blocks.aclose()
