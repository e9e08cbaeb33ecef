"""The way out a crawler is given: one guarded fetch after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from appliance.core.http import Http

PAGE_BYTES = 20 * 1024 * 1024
WITHIN_S = 60.0
_ANSWERS = frozenset({200, 304, *range(400, 429), *range(430, 500)})


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered. `url` is where it was found at last, after redirects."""

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)


class Fetch(Protocol):
    """Gets an address, once, within a time and a size."""

    def __call__(self, url: str, *, headers: Mapping[str, str], most_bytes: int) -> Fetched:
        """Give what the address answers: 200, 304 or any 4xx but 429.

        Raises:
            Unavailable: not now (5xx, 429, no answer); `retry_after_s` says when, if told.
            Rejected: never: a refused address, or too large.
        """


class GuardedFetch:
    """Fetches through the guard of `core.http`; for one thread, which closes it too."""

    def __init__(self, open_http: Callable[[], Http]) -> None:
        self._open_http = open_http
        self._runner: asyncio.Runner | None = None
        self._http: Http | None = None

    def __call__(self, url: str, *, headers: Mapping[str, str], most_bytes: int) -> Fetched:
        """Give what the address answers; see `Fetch`."""
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner.run(self._fetched(url, headers, most_bytes))

    def close(self) -> None:
        """Close the connections."""
        runner, self._runner = self._runner, None
        http, self._http = self._http, None
        if runner is not None:
            if http is not None:
                runner.run(http.close())
            runner.close()

    async def _fetched(self, url: str, headers: Mapping[str, str], most_bytes: int) -> Fetched:
        if self._http is None:
            self._http = self._open_http()
        found = await self._http.fetch(
            url, headers=headers, most_bytes=most_bytes, within_s=WITHIN_S, answers=_ANSWERS
        )
        lower = {name.casefold(): value for name, value in found.headers.items()}
        return Fetched(found.url, found.status, lower, found.content)
