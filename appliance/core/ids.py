"""Identifiers that sort by the time they were made."""

from __future__ import annotations

import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 26


def new_id() -> str:
    """Give a fresh 26-character id: 48 bits of milliseconds, then 82 random bits (ULID layout)."""
    number = (time.time_ns() // 1_000_000) << 82 | secrets.randbits(82)
    return "".join(_ALPHABET[(number >> 5 * place) & 31] for place in range(_LENGTH - 1, -1, -1))
