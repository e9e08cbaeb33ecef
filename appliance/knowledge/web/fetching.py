"""The way out a crawler is given. Who gives it guards it: no private address, no endless body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

PAGE_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered. `url` is where it was found at last, after redirects."""

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)

    def header(self, name: str) -> str:
        """Give a header, or ""."""
        return next((v for n, v in self.headers.items() if n.casefold() == name), "")


class Fetch(Protocol):
    """Gets an address, once, within a time and a size."""

    def __call__(self, url: str, *, headers: Mapping[str, str], most_bytes: int) -> Fetched:
        """Give what the address answers: 200, 304 or any 4xx.

        Raises:
            Unavailable: not now (5xx, 429, no answer); `retry_after_s` says when, if told.
            Rejected: never: a refused address, or too large.
        """
