"""The live side of the web chat: one visitor's events as server-sent events, none lost or doubled.

Rows are the truth: an event about a message or a state only says "read history again", from the
place this stream has reached. So the order is history's, whatever order the events come in.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from typing import Any

from appliance.api.chat_shapes import ChatAppliance, Events, Message, Said
from appliance.conversation import hub

BEAT_S = 15.0
PAGE = 200
_BEAT = b": beat\n\n"
_HINTS = frozenset({"message", "state"})
_PASSED_ON = frozenset({"typing", "chunk", "reset"})


class Stream:
    """One open stream. `shown` turns a kept message into its wire shape."""

    def __init__(
        self,
        appliance: ChatAppliance,
        visitor: str,
        *,
        after: int,
        shown: Callable[[Said], Message],
        beat_s: float = BEAT_S,
    ) -> None:
        self._appliance = appliance
        self._visitor = visitor
        self._seq = after
        self._shown = shown
        self._beat_s = beat_s
        self._state: dict[str, Any] | None = None

    async def events(self) -> AsyncGenerator[bytes, None]:
        """Give the stream's bytes until the reader leaves or the process drains."""
        # Listening begins before reading: what happens in between comes twice, never not at all.
        async with self._appliance.subscribe(self._visitor) as queue:
            yield _BEAT
            for block in self._unread():
                yield block
            async with contextlib.aclosing(self._waiting(queue)) as coming:
                async for event in coming:
                    for block in self._blocks(event):
                        yield block

    async def _waiting(self, queue: Events) -> AsyncGenerator[Mapping[str, Any] | None, None]:
        """Give events as they come, None for every silence of a beat; end when draining."""
        draining = asyncio.create_task(self._appliance.draining.wait())
        coming = asyncio.ensure_future(queue.get())
        try:
            while True:
                await asyncio.wait(
                    {draining, coming}, timeout=self._beat_s, return_when=asyncio.FIRST_COMPLETED
                )
                if draining.done():
                    return
                if not coming.done():
                    yield None
                    continue
                try:
                    event = coming.result()
                except hub.CutOff:
                    return  # too slow a reader: it comes back and reads the rows
                yield event
                coming = asyncio.ensure_future(queue.get())
        finally:
            draining.cancel()
            coming.cancel()

    def _blocks(self, event: Mapping[str, Any] | None) -> Iterator[bytes]:
        if event is None:
            yield _BEAT
        elif event["event"] in _HINTS:
            yield from self._unread()
        elif event["event"] in _PASSED_ON:
            yield block(event["event"], event["data"])

    def _unread(self) -> Iterator[bytes]:
        while True:
            told = self._appliance.history("visitor", self._visitor, after=self._seq, limit=PAGE)
            for said in told.messages:
                self._seq = said.seq
                yield block("message", self._shown(said).model_dump(mode="json"), said.seq)
            if len(told.messages) < PAGE:
                break
        state = {"state": told.state, "mode": self._appliance.mode()}
        if state != self._state:
            self._state = state
            yield block("state", state)


def block(event: str, data: Any, seq: int | None = None) -> bytes:
    """Write one server-sent event. JSON escapes every line end, so the words cannot break out."""
    words = json.dumps(data, separators=(",", ":"))
    number = "" if seq is None else f"id: {seq}\n"
    return f"event: {event}\n{number}data: {words}\n\n".encode()
