"""The child's side of the framing in `_child`."""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Iterable, Iterator
from typing import Any

_LENGTH = struct.Struct("<I")


def pieces() -> Iterator[bytes]:
    """Give what comes in, piece by piece; an empty one ends what came before."""
    source = sys.stdin.buffer
    while len(head := source.read(_LENGTH.size)) == _LENGTH.size:
        (length,) = _LENGTH.unpack(head)
        yield source.read(length)


def tell(**told: Any) -> None:
    """Write a line of JSON."""
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n")
    sys.stdout.buffer.flush()


def sound(parts: Iterable[bytes]) -> None:
    """Write sound as it is made, and its end."""
    for part in parts:
        if part:
            sys.stdout.buffer.write(_LENGTH.pack(len(part)) + part)
            sys.stdout.buffer.flush()
    sys.stdout.buffer.write(_LENGTH.pack(0))
    sys.stdout.buffer.flush()
