"""The only way out of the appliance: calls to configured providers, and guarded fetches.

Two doors. `call` speaks to a provider whose base address a person has configured; it tells whether
a call that failed may have been acted on. `fetch` gets what somebody else named (a media link, a
document on the web): every address is looked up once, checked, and the connection goes to exactly
that address; every redirect passes the same check; sizes, time and ports are bounded.

Nothing here logs: addresses may carry tokens. (httpx logs addresses at INFO: `core.logs` turns that
off in every process of ours.)
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from appliance.core import addresses, errors

CONNECT_S, TOTAL_S = 5.0, 15.0
LONGEST_ANSWER = 2_000_000
FETCH_S, FETCH_BYTES = 20.0, 20_000_000
MOST_REDIRECTS = 5
PORTS = frozenset({80, 443})

_HOST = re.compile(rb"[A-Za-z0-9_.-]{1,253}")

Resolve = Callable[[str, int], Awaitable[list[str]]]
Public = Callable[[addresses.Address], bool]


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
        said = self.headers.get("retry-after", "").strip()
        return float(said) if said.isascii() and said.isdigit() and len(said) < 7 else None


@dataclass(frozen=True, slots=True)
class Download:
    """What a fetch brought. `url` is where it was found at last, `media_type` what it claims."""

    url: str
    media_type: str
    content: bytes = field(repr=False)


async def look_up(host: str, port: int) -> list[str]:
    """Give a host's addresses, as the system's resolver knows them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


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
        resolve: Resolve = look_up,
        public: Public = addresses.is_public,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._trusted = frozenset(map(origin, trusted))
        self._resolve = resolve
        self._public = public
        timeout = httpx.Timeout(TOTAL_S, connect=CONNECT_S)
        verify = tls or True
        self.client = httpx.AsyncClient(
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
            verify=verify,
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=16),
        )
        # A kept connection belongs to an address; reused, it would speak for another host that
        # shares the address without a look at its certificate. So none is kept.
        self._guarded = httpx.AsyncClient(
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
            verify=verify,
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=0),
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
                    extensions={"trace": watch},
                ) as response,
            ):
                content = await _limited(response, LONGEST_ANSWER)
                return Answer(response.status_code, response.headers, content)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, _TooLong) as cause:
            host = _host(url)
            if written:
                raise Unanswered(
                    f"{host} took the request and gave no usable answer ({_named(cause)})."
                ) from cause
            raise Unsent(f"{host} could not be reached ({_named(cause)}).") from cause

    async def fetch(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        trusted: Collection[str] = (),
        most_bytes: int = FETCH_BYTES,
        within_s: float = FETCH_S,
    ) -> Download:
        """Get what somebody else named. `headers` go to the first address's origin and no further.

        Raises:
            Unavailable: not now; trying again may help.
            Rejected: never: a refused address, a final no, or more than `most_bytes`.
        """
        allowed = self._trusted | frozenset(map(origin, trusted))
        try:
            async with asyncio.timeout(within_s):
                return await self._follow(_parsed(url), dict(headers or {}), allowed, most_bytes)
        except TimeoutError as cause:
            raise errors.Unavailable(
                f"{_host(url)} took longer than {within_s:.0f} seconds. Try again later."
            ) from cause
        except httpx.HTTPError as cause:
            raise errors.Unavailable(
                f"{_host(url)} could not be read ({_named(cause)}). Try again later."
            ) from cause

    async def _follow(
        self, url: httpx.URL, headers: dict[str, str], allowed: frozenset[str], most_bytes: int
    ) -> Download:
        first = origin(url)
        for _ in range(MOST_REDIRECTS + 1):
            pinned = await self._pinned(url, allowed)
            own = headers if origin(url) == first else {}
            got = await self._get(url, pinned, own, most_bytes)
            if isinstance(got, Download):
                return got
            if url.scheme == "https" and got.scheme != "https":
                raise errors.Rejected(f"{url.host} redirects to an unencrypted address. Refused.")
            url = got
        raise errors.Rejected(f"{url.host} redirects more than {MOST_REDIRECTS} times. Refused.")

    async def _pinned(self, url: httpx.URL, allowed: frozenset[str]) -> list[str]:
        """Give the addresses to connect to, in order: looked up once, every one checked."""
        port = url.port or _port(url.scheme)
        is_trusted = origin(url) in allowed
        if not is_trusted:
            if port not in PORTS:
                raise errors.Rejected(f"Port {port} of {url.host} is refused: only 80 and 443.")
            if addresses.is_disguised(url.host):
                raise errors.Rejected(f"{url.host} is a number dressed as a host. Refused.")
        literal = addresses.literal(url.host)
        name = url.raw_host.decode("ascii")
        try:
            named = [str(literal)] if literal else await self._resolve(name, port)
        except (OSError, UnicodeError) as cause:
            raise errors.Unavailable(f"{url.host} is not known to the name service.") from cause
        found = [ipaddress.ip_address(name) for name in named]
        if not found:
            raise errors.Unavailable(f"{url.host} has no address.")
        if not is_trusted and not all(map(self._public, found)):
            raise errors.Rejected(f"{url.host} leads into a private network. Refused.")
        return [str(address) for address in found]

    async def _get(
        self, url: httpx.URL, pinned: list[str], headers: dict[str, str], most_bytes: int
    ) -> Download | httpx.URL:
        """Make one request to the first address that answers; gives what it brought or where to."""
        for position, address in enumerate(pinned):
            request = self._guarded.build_request(
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
                response = await self._guarded.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if position + 1 == len(pinned):
                    raise
                continue
            try:
                return await _received(url, response, most_bytes)
            finally:
                await response.aclose()
        raise AssertionError("unreachable: there is at least one address")


def origin(url: str | httpx.URL) -> str:
    """Give scheme, host and port of an address in one spelling."""
    parsed = httpx.URL(url) if isinstance(url, str) else url
    return f"{parsed.scheme}://{parsed.host}:{parsed.port or _port(parsed.scheme)}"


async def _received(url: httpx.URL, response: httpx.Response, most: int) -> Download | httpx.URL:
    status = response.status_code
    if response.has_redirect_location:
        try:
            return _parsed(str(url.join(response.headers["location"])))
        except httpx.InvalidURL as cause:
            raise errors.Rejected(f"{url.host} redirects to no address.") from cause
    if status == 429 or status >= 500:
        raise errors.Unavailable(
            f"{url.host} answered {status}. Try again later.",
            retry_after_s=Answer(status, response.headers, b"").retry_after_s,
        )
    if status != 200:
        raise errors.Rejected(f"{url.host} answered {status}: it does not give this away.")
    try:
        content = await _limited(response, most)
    except _TooLong:
        raise errors.Rejected(f"{url.host} sends more than {most} bytes. Refused.") from None
    media_type = response.headers.get("content-type", "application/octet-stream")
    return Download(str(url), media_type, content)


class _TooLong(Exception):  # noqa: N818 - it never leaves this module
    pass


async def _limited(response: httpx.Response, most: int) -> bytes:
    """Read a body by counting it as it comes; a compressed one is counted unpacked."""
    said = response.headers.get("content-length", "")
    if said.isascii() and said.isdigit() and int(said[:20]) > most:
        raise _TooLong
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity", "gzip", "deflate"}:
        raise httpx.DecodingError(f"content encoding {encoding[:20]!r} was not asked for")
    unpack = zlib.decompressobj(wbits=47) if encoding in {"gzip", "deflate"} else None
    content = bytearray()
    async for piece in response.aiter_raw():
        try:
            content += unpack.decompress(piece, most + 1 - len(content)) if unpack else piece
        except zlib.error as cause:
            raise httpx.DecodingError("the body is not what its encoding says") from cause
        if len(content) > most:
            raise _TooLong
    if unpack and content and not unpack.eof:
        raise httpx.DecodingError("the body ends before its encoding does")
    return bytes(content)


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


def _host(url: str) -> str:
    """Name the host of an address for a sentence; never the path, which may carry a token."""
    try:
        return httpx.URL(url).host or "that address"
    except httpx.InvalidURL:
        return "that address"


def _named(cause: BaseException) -> str:
    return type(cause).__name__.removeprefix("_")
