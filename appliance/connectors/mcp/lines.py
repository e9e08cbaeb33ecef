"""Lines out of a stream of bytes, none of them endless."""

from __future__ import annotations

from dataclasses import dataclass

_HEAD = 256


@dataclass(frozen=True, slots=True)
class Overlong:
    """A line longer than the limit, of which only the head was kept."""

    head: bytes


class Lines:
    """Cuts chunks into lines; a longer one is passed over as it comes, without being held."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = bytearray()
        self._dropped: bytes | None = None

    def feed(self, chunk: bytes) -> list[bytes | Overlong]:
        """Give the lines a chunk completes."""
        first, *rest = chunk.split(b"\n")
        found: list[bytes | Overlong] = []
        self._more(first)
        for piece in rest:
            found.append(self._end())
            self._more(piece)
        return found

    def _more(self, piece: bytes) -> None:
        if self._dropped is not None:
            return
        self._held += piece
        if len(self._held) > self._limit:
            self._dropped = bytes(self._held[:_HEAD])
            self._held.clear()

    def _end(self) -> bytes | Overlong:
        ended: bytes | Overlong = bytes(self._held)
        if self._dropped is not None:
            ended = Overlong(self._dropped)
        self._held.clear()
        self._dropped = None
        return ended
