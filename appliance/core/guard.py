"""The guard before everything that is fetched on somebody else's word.

A media link of a message, a document on the web: every host is looked up once, every address it has
is checked, the connection goes to exactly that address under the host's own certificate, and every
redirect passes the same check. Sizes, ports and time are bounded.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field

import httpx

from appliance.core import addresses, bodies, errors

FETCH_S, FETCH_BYTES = 20.0, 20_000_000
FOUND = frozenset({200})
MOST_REDIRECTS = 5
PORTS = frozenset({80, 443})

_HOST = re.compile(rb"[A-Za-z0-9_.-]{1,253}")

Resolve = Callable[[str, int], Awaitable[list[str]]]
Public = Callable[[addresses.Address], bool]


@dataclass(frozen=True, slots=True)
class Download:
    """What a fetch brought. `url` is where it was found at last, `media_type` what it claims."""

    url: str
    media_type: str
    content: bytes = field(repr=False)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


async def look_up(host: str, port: int) -> list[str]:
    """Give a host's addresses, as the system's resolver knows them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Fetches through `client`, which must follow no redirect and keep no connection.

    A kept connection belongs to an address; reused, it would speak for another host that shares
    the address without a look at its certificate.

    Attributes:
        resolve: Gives a host's addresses; asked once for each step of a fetch.
        public: Tells which addresses may be reached.
        trusted: Origins a person has configured: their address and port are not judged, unless
            somebody else's redirect leads there.
    """

    client: httpx.AsyncClient
    resolve: Resolve = look_up
    public: Public = addresses.is_public
    trusted: frozenset[str] = frozenset()

    async def fetch(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        trusted: Collection[str] = (),
        most_bytes: int = FETCH_BYTES,
        within_s: float = FETCH_S,
        answers: Collection[int] = FOUND,
    ) -> Download:
        """Get what somebody else named. `headers` go to the first address's origin and no further.

        `answers` are the statuses that count as one; 429 and 5xx never do.

        Raises:
            Unavailable: not now; trying again may help.
            Rejected: never: a refused address, a final no, or more than `most_bytes`.
        """
        allowed = self.trusted | frozenset(map(origin, trusted))
        try:
            async with asyncio.timeout(within_s):
                return await self._follow(
                    _parsed(url), dict(headers or {}), allowed, most_bytes, answers
                )
        except TimeoutError as cause:
            raise errors.Unavailable(
                f"{host_of(url)} took longer than {within_s:.0f} seconds. Try again later."
            ) from cause
        except httpx.HTTPError as cause:
            raise errors.Unavailable(
                f"{host_of(url)} could not be read ({named(cause)}). Try again later."
            ) from cause

    async def _follow(
        self,
        url: httpx.URL,
        headers: dict[str, str],
        allowed: frozenset[str],
        most_bytes: int,
        answers: Collection[int],
    ) -> Download:
        first = origin(url)
        is_trusted = True
        for _ in range(MOST_REDIRECTS + 1):
            is_trusted = is_trusted and origin(url) in allowed
            pinned = await self._pinned(url, is_trusted=is_trusted)
            own = headers if origin(url) == first else {}
            got = await self._get(url, pinned, own, most_bytes, answers)
            if isinstance(got, Download):
                return got
            if url.scheme == "https" and got.scheme != "https":
                raise errors.Rejected(f"{url.host} redirects to an unencrypted address. Refused.")
            url = got
        raise errors.Rejected(f"{url.host} redirects more than {MOST_REDIRECTS} times. Refused.")

    async def _pinned(self, url: httpx.URL, *, is_trusted: bool) -> list[str]:
        """Give the addresses to connect to, in order: looked up once, every one checked."""
        port = url.port or _port(url.scheme)
        if not is_trusted:
            if port not in PORTS:
                raise errors.Rejected(f"Port {port} of {url.host} is refused: only 80 and 443.")
            if addresses.is_disguised(url.host):
                raise errors.Rejected(f"{url.host} is a number dressed as a host. Refused.")
        literal = addresses.literal(url.host)
        name = url.raw_host.decode("ascii")
        try:
            known = [str(literal)] if literal else await self.resolve(name, port)
        except (OSError, UnicodeError) as cause:
            raise errors.Unavailable(f"{url.host} is not known to the name service.") from cause
        found = [ipaddress.ip_address(one) for one in known]
        if not found:
            raise errors.Unavailable(f"{url.host} has no address.")
        if not is_trusted and not all(map(self.public, found)):
            raise errors.Rejected(f"{url.host} leads into a private network. Refused.")
        return [str(address) for address in found]

    async def _get(
        self,
        url: httpx.URL,
        pinned: list[str],
        headers: dict[str, str],
        most_bytes: int,
        answers: Collection[int],
    ) -> Download | httpx.URL:
        """Make one request to the first address that answers; gives what it brought or where to."""
        for position, address in enumerate(pinned):
            request = self.client.build_request(
                "GET",
                url.copy_with(host=address),
                headers={
                    "accept": "*/*",
                    **headers,
                    "accept-encoding": "identity",
                    "host": url.netloc.decode("ascii"),
                },
                # The certificate must be the named host's, not the address's.
                extensions={"sni_hostname": url.raw_host.decode("ascii")},
            )
            try:
                response = await self.client.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if position + 1 == len(pinned):
                    raise
                continue
            try:
                return await _received(url, response, most_bytes, answers)
            finally:
                await response.aclose()
        raise AssertionError("unreachable: there is at least one address")


def origin(url: str | httpx.URL) -> str:
    """Give scheme, host and port of an address in one spelling."""
    parsed = httpx.URL(url) if isinstance(url, str) else url
    return f"{parsed.scheme}://{parsed.host}:{parsed.port or _port(parsed.scheme)}"


async def _received(
    url: httpx.URL, response: httpx.Response, most: int, answers: Collection[int]
) -> Download | httpx.URL:
    status = response.status_code
    if response.has_redirect_location:
        try:
            return _parsed(str(url.join(response.headers["location"])))
        except httpx.InvalidURL as cause:
            raise errors.Rejected(f"{url.host} redirects to no address.") from cause
    if status == 429 or status >= 500:
        raise errors.Unavailable(
            f"{url.host} answered {status}. Try again later.",
            retry_after_s=bodies.retry_after_s(response.headers),
        )
    if status not in answers:
        raise errors.Rejected(f"{url.host} answered {status}: it does not give this away.")
    try:
        content = await bodies.limited(response, most)
    except bodies.TooLong:
        raise errors.Rejected(f"{url.host} sends more than {most} bytes. Refused.") from None
    media_type = response.headers.get("content-type", "application/octet-stream")
    return Download(str(url), media_type, content, status, response.headers)


def _parsed(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError, TypeError) as cause:
        raise errors.Rejected("That is no address of the web. Check it.") from cause
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise errors.Rejected("Only addresses that begin with http:// or https:// are fetched.")
    if not _HOST.fullmatch(parsed.raw_host) and addresses.literal(parsed.host) is None:
        raise errors.Rejected("That address names no host of the web. Check it.")
    if parsed.userinfo:
        raise errors.Rejected(f"The address of {parsed.host} carries a name or password. Refused.")
    return parsed


def _port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def host_of(url: str) -> str:
    """Name the host of an address for a sentence; never the path, which may carry a token."""
    try:
        return httpx.URL(url).host or "that address"
    except httpx.InvalidURL:
        return "that address"


def named(cause: BaseException) -> str:
    return type(cause).__name__.removeprefix("_")
