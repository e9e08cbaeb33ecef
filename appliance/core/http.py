"""The only way out of the appliance: calls to configured providers, and guarded fetches.

Two doors. `call` speaks to a provider whose base address a person has configured; it tells whether
a call that failed may have been acted on. `fetch` gets what somebody else named, through the guard.

Nothing here logs: addresses may carry tokens. (httpx logs addresses at INFO: `core.logs` turns that
off in every process of ours.)
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from appliance.core import addresses, bodies, errors, guard

CONNECT_S, TOTAL_S = 5.0, 15.0
LONGEST_ANSWER = 2_000_000


class Unsent(errors.Unavailable):
    """The request was not written whole, so it cannot have been acted on."""


class Unanswered(errors.Unavailable):
    """The request was written and no usable answer came: it may have been acted on."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider answered, whatever its status."""

    status: int
    headers: httpx.Headers
    content: bytes = field(repr=False)

    @property
    def retry_after_s(self) -> float | None:
        """How long the provider asks to wait, where it says so in seconds."""
        return bodies.retry_after_s(self.headers)


class Http:
    """One a process and event loop; `close` it in the loop that used it.

    Args:
        trusted: Origins (`http://127.0.0.1:4010`) a person has configured: their address and port
            are not judged. Everything else stays as it is for them.
        resolve: Gives a host's addresses; asked once for each step of a fetch.
        public: Tells which addresses a fetch may reach.
        tls: Whom to believe; the system's and certifi's authorities by default.
    """

    def __init__(
        self,
        *,
        trusted: Collection[str] = (),
        resolve: guard.Resolve = guard.look_up,
        public: guard.Public = addresses.is_public,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        believed = tls or httpx.create_ssl_context(trust_env=False)
        self.client = _client(believed, connections=64, kept=16)
        self._guarded = _client(believed, connections=32, kept=0)
        self._guard = guard.Guard(
            client=self._guarded,
            resolve=resolve,
            public=public,
            trusted=frozenset(map(guard.origin, trusted)),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self.client.aclose()
        await self._guarded.aclose()

    async def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        within_s: float = TOTAL_S,
    ) -> Answer:
        """Call a configured provider once; no redirect is followed, any status is an answer.

        `body` goes as JSON; `form` as a form, or as multipart together with `files`.

        Raises:
            Unsent: the call cannot have been acted on.
            Unanswered: it may have been.
        """
        # A connection that is lost while the last piece waits counts as written: rather a call
        # that may have been acted on than one that is made twice.
        written = False

        async def watch(event: str, _details: Mapping[str, Any]) -> None:
            nonlocal written
            written = written or event.endswith(".send_request_body.complete")

        try:
            sent = None if body is None else json.dumps(body).encode("ascii")
            kind = {} if sent is None else {"content-type": "application/json"}
            async with (
                asyncio.timeout(within_s),
                self.client.stream(
                    method,
                    url,
                    headers={**kind, **(headers or {})},
                    params=query,
                    content=sent,
                    data=form,
                    files=files,
                    timeout=httpx.Timeout(within_s, connect=min(CONNECT_S, within_s)),
                    extensions={"trace": watch},
                ) as response,
            ):
                content = await bodies.limited(response, LONGEST_ANSWER)
                return Answer(response.status_code, response.headers, content)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, bodies.TooLong) as cause:
            host = guard.host_of(url)
            if written:
                raise Unanswered(
                    f"{host} took the request and gave no usable answer ({guard.named(cause)})."
                ) from cause
            raise Unsent(f"{host} could not be reached ({guard.named(cause)}).") from cause

    async def fetch(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        trusted: Collection[str] = (),
        most_bytes: int = guard.FETCH_BYTES,
        within_s: float = guard.FETCH_S,
        answers: Collection[int] = guard.FOUND,
    ) -> guard.Download:
        """Get what somebody else named. `headers` go to the first address's origin and no further.

        `answers` are the statuses that count as one; 429 and 5xx never do.

        Raises:
            Unavailable: not now; trying again may help.
            Rejected: never: a refused address, a final no, or more than `most_bytes`.
        """
        return await self._guard.fetch(
            url,
            headers=headers,
            trusted=trusted,
            most_bytes=most_bytes,
            within_s=within_s,
            answers=answers,
        )


def _client(tls: ssl.SSLContext, *, connections: int, kept: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        headers={"user-agent": "Frontdesk"},
        timeout=httpx.Timeout(TOTAL_S, connect=CONNECT_S),
        follow_redirects=False,
        trust_env=False,
        verify=tls,
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=kept),
    )
