"""Carries lines to this process's output without ever waiting for whoever reads it.

A log driver that stalls would otherwise stop supervisord's loop, and with it every process that
logs: what cannot be written is dropped, oldest first, and counted.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from collections.abc import Iterable

MOST_LINES = 20_000


class Pump:
    """A bounded queue of lines with a thread that writes them."""

    def __init__(self, *, most: int = MOST_LINES) -> None:
        self._lines: deque[tuple[int, bytes]] = deque(maxlen=most)
        self._some = threading.Condition()
        self._dropped = 0
        self._busy = False
        threading.Thread(target=self._write, name="pump", daemon=True).start()

    def put(self, to: int, line: bytes) -> None:
        """Take a line for a file descriptor; never blocks."""
        with self._some:
            self._dropped += len(self._lines) == self._lines.maxlen
            self._lines.append((to, line))
            self._some.notify_all()

    def copy(self, lines: Iterable[bytes], to: int) -> None:
        """Take every line there is; returns at the end of `lines`."""
        for line in lines:
            self.put(to, line)

    def drain(self, within_s: float) -> bool:
        """Wait until all is written; False where the reader does not read."""
        with self._some:
            return self._some.wait_for(lambda: not self._lines and not self._busy, within_s)

    def _write(self) -> None:
        while True:
            with self._some:
                self._busy = False
                self._some.notify_all()
                self._some.wait_for(lambda: self._lines)
                self._busy = True
                to, line = self._lines.popleft()
                dropped, self._dropped = self._dropped, 0
            if dropped:
                line = b"appliance: %d log lines were dropped here\n" % dropped + line
            # Straight to the descriptor: a buffered stream that waits would block the exit too.
            with contextlib.suppress(OSError):  # nobody reads any more: run on without a log
                while line:
                    line = line[os.write(to, line) :]
