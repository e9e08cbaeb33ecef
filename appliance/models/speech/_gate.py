"""What of a line is worth hearing: from a little before the first sound to the turn's end."""

from __future__ import annotations

_PREROLL_S = 0.3
_BATCH_S = 0.1
_QUIET = 300


class Gate:
    """Lets sound through in batches once it is loud; samples of 16 bits.

    Recognisers make words of long silences, and services are paid by the second.
    """

    def __init__(self, rate: int) -> None:
        self._preroll_bytes = int(rate * _PREROLL_S) * 2
        self._batch_bytes = int(rate * _BATCH_S) * 2
        self._quiet, self._waiting = bytearray(), bytearray()
        self._is_open = False

    def push(self, sound: bytes) -> bytes:
        """Take sound; gives what is to be heard now, or nothing."""
        if not self._is_open:
            if _loudest(sound) < _QUIET:
                self._quiet += sound
                del self._quiet[: -self._preroll_bytes]
                return b""
            self._is_open, sound = True, bytes(self._quiet) + sound
            self._quiet.clear()
        self._waiting += sound
        return self._taken() if len(self._waiting) >= self._batch_bytes else b""

    def end(self) -> bytes:
        """Close at a turn's end; gives the rest."""
        self._is_open = False
        return self._taken()

    def _taken(self) -> bytes:
        waiting = bytes(self._waiting)
        self._waiting.clear()
        return waiting


def _loudest(sound: bytes) -> int:
    return max(memoryview(sound).cast("h"), default=0)
