"""Reads documents in a process apart, one after the other; a new process after any trouble."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from types import TracebackType
from typing import Any

from appliance.core import errors
from appliance.knowledge.ingest import blocks, child, limits
from appliance.knowledge.ingest.blocks import Parsed
from appliance.knowledge.ingest.kinds import Kind

_DOCUMENTS = 200  # then a fresh process: parsers leave things behind
_ANSWER_BYTES = 6 * limits.TEXT_CHARACTERS  # JSON may write a character as six


class Reader:
    """Reads documents. One document at a time: give every thread its own."""

    def __init__(self, *, wall_s: float = limits.WALL_S) -> None:
        self._wall_s = wall_s
        self._process: subprocess.Popen[bytes] | None = None
        self._read = 0

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        wrong: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def read(self, content: bytes, name: str) -> tuple[Kind, Parsed]:
        """Give a document's format and what it holds.

        Raises:
            Refused: it cannot be read; says why and what to do.
        """
        process = self._started()
        assert process.stdin is not None
        answer: dict[str, Any] | None = None
        try:
            child.send(process.stdin, name.encode("utf-8", "replace"))
            child.send(process.stdin, content)
            answer = self._answer(process)
        except (BrokenPipeError, ValueError):
            pass  # it has died, or answered nonsense
        except TimeoutError:
            self.close()
            raise errors.Refused(
                f"{name} took longer than {self._wall_s:.0f} s to read. Split it."
            ) from None
        except BaseException:  # Ctrl-C: what it answers now would answer the next question
            self.close()
            raise
        if answer is None:
            raise errors.Refused(self._buried(process, name))
        self._read += 1
        if "refused" in answer:
            raise errors.Refused(str(answer["refused"]))
        return Kind(answer["kind"]), blocks.from_wire(answer["parsed"])

    def close(self) -> None:
        """End the process."""
        process, self._process, self._read = self._process, None, 0
        if process is not None:
            process.kill()
            process.communicate()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._read >= _DOCUMENTS or (self._process and self._process.poll() is not None):
            self.close()
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-B", "-m", child.__name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"PATH": "", "LANG": "C.UTF-8"},  # no secret of ours is in it
                start_new_session=True,
            )
        return self._process

    def _answer(self, process: subprocess.Popen[bytes]) -> dict[str, Any] | None:
        """Wait for the answer; None where the process died or says what no child says."""
        assert process.stdout is not None
        ends = time.monotonic() + self._wall_s
        head = _exactly(process, 8, ends)
        if head is None:
            return None
        length = int.from_bytes(head, "big")
        body = _exactly(process, length, ends) if length <= _ANSWER_BYTES else None
        answer = None if body is None else json.loads(body)
        return answer if isinstance(answer, dict) else None

    def _buried(self, process: subprocess.Popen[bytes], name: str) -> str:
        """Say what the process died of."""
        try:
            code = process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            code = 0
        self.close()
        if code == -signal.SIGXCPU:
            return f"{name} took more than {limits.CPU_S} s of processor time. Split it."
        if code == -signal.SIGKILL:
            return f"{name} needs more memory than this machine has to spare. Split it."
        return f"{name} breaks its reader; it may be damaged. Save it again, or as text."


def _exactly(process: subprocess.Popen[bytes], length: int, ends: float) -> bytes | None:
    """Read so many bytes before the deadline; None where the stream ends before."""
    assert process.stdout is not None
    received = bytearray()
    while len(received) < length:
        left = ends - time.monotonic()
        if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
            raise TimeoutError
        part = os.read(process.stdout.fileno(), min(length - len(received), 1 << 20))
        if not part:
            return None
        received += part
    return bytes(received)
