"""The process that reads strangers' documents: `python -m appliance.knowledge.ingest.child`.

It has little memory, little time, no environment and may write no file. It reads requests from
its standard input and answers on its standard output, each a length and that many bytes, until
its input ends. A document that kills it has killed nothing else.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import struct
import sys
from typing import IO

from appliance.core import errors
from appliance.knowledge.ingest import blocks, limits
from appliance.knowledge.ingest.read import read

_LENGTH = struct.Struct("!Q")


def main() -> None:
    """Answer requests until the input ends."""
    requests, answers = sys.stdin.buffer, _answers()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started us
    _limit()
    while True:
        name = receive(requests)
        content = receive(requests)
        if name is None or content is None:
            return
        _allow_time()
        send(answers, json.dumps(_answer(name.decode(), content)).encode())


def receive(stream: IO[bytes]) -> bytes | None:
    """Read a length and that many bytes; None where the stream has ended."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = stream.read(length)
    return body if len(body) == length else None


def send(stream: IO[bytes], body: bytes) -> None:
    """Write a length and the bytes."""
    stream.write(_LENGTH.pack(len(body)) + body)
    stream.flush()


def _answer(name: str, content: bytes) -> dict[str, object]:
    try:
        kind, parsed = read(content, name)
    except errors.Refused as refusal:
        return {"refused": refusal.sentence}
    except MemoryError:
        return {"refused": f"{name} needs more memory than one document may take. Split it."}
    except RecursionError:
        return {"refused": f"{name} is nested too deep to be read."}
    except Exception as wrong:  # noqa: BLE001 - whatever a parser stumbles over is the document's
        return {"refused": f"{name} cannot be read ({type(wrong).__name__}): it may be damaged."}
    return {"kind": str(kind), "parsed": blocks.to_wire(parsed)}


def _answers() -> IO[bytes]:
    """Keep the answers apart from what a library may print."""
    kept = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.dup2(null, sys.stderr.fileno())
    return kept


def _limit() -> None:
    for limit, most in (
        (resource.RLIMIT_AS, limits.MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(limit, (most, most))


def _allow_time() -> None:
    """Allow this document its processor time, on top of what is used already."""
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used) + limits.CPU_S, hard))


if __name__ == "__main__":
    main()
