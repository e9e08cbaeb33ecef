"""Who is watching a conversation right now, in this process: chat sockets, mostly.

Chunks and typing marks go straight to the watchers and are kept nowhere. Messages and states are
rows: watchers hear of them through the events table, whoever wrote them.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

Note = dict[str, Any]
_MOST_WAITING = 1_000


class Hub:
    """Hands notes to the watchers of a contact. A watcher that does not read is cut off.

    Whoever begins to watch in the middle of a turn first gets `typing` and the words so far.
    """

    def __init__(self) -> None:
        self._watchers: dict[str, set[Watcher]] = defaultdict(set)
        self._drafts: dict[str, Note] = {}

    def tell(self, contact_id: str, note: Note) -> None:
        """Hand a note to everybody who watches this contact."""
        self._remember(contact_id, note)
        for watcher in list(self._watchers.get(contact_id, ())):
            watcher.put(note)

    def bind(self, watcher: Watcher, contact_id: str) -> None:
        """Let a watcher hear of a contact from now on; again changes nothing."""
        if watcher in self._watchers.get(contact_id, ()):
            return
        self._watchers[contact_id].add(watcher)
        draft = self._drafts.get(contact_id)
        if draft is not None:
            watcher.put({"event": "typing", "data": {"on": True}})
            if draft["text"]:
                watcher.put({"event": "chunk", "data": dict(draft)})

    def leave(self, watcher: Watcher) -> None:
        """Stop watching."""
        for contact_id in [key for key, found in self._watchers.items() if watcher in found]:
            self._watchers[contact_id].discard(watcher)
            if not self._watchers[contact_id]:
                del self._watchers[contact_id]

    def _remember(self, contact_id: str, note: Note) -> None:
        event, about = note["event"], note["data"]
        if event == "typing":
            if about["on"]:
                self._drafts[contact_id] = {"turn": None, "text": ""}
            else:
                self._drafts.pop(contact_id, None)
        elif event == "chunk" and contact_id in self._drafts:
            draft = self._drafts[contact_id]
            draft["turn"], draft["text"] = about["turn"], draft["text"] + about["text"]
        elif event == "reset" and contact_id in self._drafts:
            self._drafts[contact_id] = {"turn": None, "text": ""}


class Watcher:
    """A queue of notes; ends with `CutOff` where it was not read."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Note] = asyncio.Queue(_MOST_WAITING)
        self._lost = False

    def put(self, note: Note) -> None:
        """Add a note; one too many ends the watch, and the client reads the rows again."""
        try:
            self._queue.put_nowait(note)
        except asyncio.QueueFull:
            self._lost = True

    async def get(self) -> Note:
        """Wait for the next note.

        Raises:
            CutOff: notes were lost; read the rows and watch anew.
        """
        if self._lost and self._queue.empty():
            raise CutOff
        return await self._queue.get()

    def take(self) -> Note | None:
        """Give the next note if there is one."""
        return None if self._queue.empty() else self._queue.get_nowait()


class CutOff(Exception):  # noqa: N818 - an end, not an error
    """A watcher did not read fast enough."""
