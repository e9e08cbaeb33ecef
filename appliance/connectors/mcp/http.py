"""A server behind a web address: the SDK's streamable HTTP, over a client that bounds everything.

No redirect leaves the server's origin (the SDK sees to it), no proxy of the environment is used,
nothing is unpacked, and no answer or event is larger than `wire.LARGEST_BYTES`.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
from mcp.client.streamable_http import streamable_http_client

from appliance.connectors.mcp import wire

_CONNECT_S, _SEND_S, _FAREWELL_S = 5.0, 15.0, 2.0
_READ_S = 300.0
_EVENT_END = re.compile(rb"\r?\n\r?\n|\r\r")
_EVENT_ID = re.compile(rb"^id:", re.M)
_REFUSED = {401, 403}


@asynccontextmanager
async def opened(url: str, headers: Mapping[str, str]) -> AsyncIterator[wire.Streams]:
    """Speak with a server. Where it is lost, the block ends in an ExceptionGroup: see `why`."""
    client = httpx.AsyncClient(
        transport=_Bounded(),
        headers={"Accept-Encoding": "identity", **headers},
        timeout=httpx.Timeout(_SEND_S, connect=_CONNECT_S, read=_READ_S),
        follow_redirects=False,
        trust_env=False,
    )
    async with client, streamable_http_client(url, http_client=client) as (incoming, outgoing, _):
        yield wire.Streams(incoming, outgoing)


def why(cause: BaseException) -> wire.Broken | None:
    """Find the first trouble we know in what a block ended with; None where there is none."""
    if isinstance(cause, BaseExceptionGroup):
        return next(filter(None, map(why, cause.exceptions)), None)
    if isinstance(cause, wire.Broken):
        return cause
    if isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout):
        said = "it does not answer: check that it runs, and its url"
        return wire.Broken(said, is_unsent=True)
    if isinstance(cause, httpx.HTTPStatusError):
        status = cause.response.status_code
        if status in _REFUSED:
            said = f"it refuses us (HTTP {status}): check bearer_secret or header_secrets"
        elif cause.response.is_redirect:
            said = f"it sends us elsewhere (HTTP {status}): write that address as its url"
        else:
            said = f"it answers with HTTP {status}: check its url"
        return wire.Broken(said, is_unsent=400 <= status < 500)
    if isinstance(cause, httpx.HTTPError):
        return wire.Broken(f"the connection failed ({type(cause).__name__})")
    return None


class _Bounded(httpx.AsyncHTTPTransport):
    """Lets through what is not too large; what is gets an error of ours in its place."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":  # the farewell; nobody waits long for its answer
            request.extensions["timeout"] = dict.fromkeys(
                ("connect", "read", "write", "pool"), _FAREWELL_S
            )
        response = await super().handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            await response.aclose()
            raise httpx.DecodingError("The server packs its answers.", request=request)
        kind = response.headers.get("content-type", "").lower()
        is_stream = kind.startswith("text/event-stream")
        stream = _Events if is_stream else _Whole
        response.headers.pop("content-length", None)
        return httpx.Response(
            status_code=response.status_code,
            headers=response.headers,
            stream=stream(response.stream, _asked(request)),
            extensions=response.extensions,
        )


def _asked(request: httpx.Request) -> int | str | None:
    """Give the id of the message a request carries."""
    try:
        asked = json.loads(request.content).get("id")
    except (ValueError, AttributeError, httpx.RequestNotRead):
        return None
    return asked if isinstance(asked, int | str) else None


class _Whole(httpx.AsyncByteStream):
    """One answer; where it is too large, the error that stands for it."""

    def __init__(self, inner: httpx.AsyncByteStream, asked: int | str | None) -> None:
        self._inner, self._asked = inner, asked

    async def __aiter__(self) -> AsyncIterator[bytes]:
        held = bytearray()
        async for chunk in self._inner:
            held += chunk
            if len(held) > wire.LARGEST_BYTES:
                yield _error(self._asked, wire.TOO_LARGE)
                return
        yield bytes(held)

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Events(httpx.AsyncByteStream):
    """A stream of events, each let through when it is whole; a too large one ends the stream.

    Where the stream of a request ends without an answer, and cannot be taken up again (its events
    have no ids), an error of ours is the answer: the SDK would let the caller wait.
    """

    def __init__(self, inner: httpx.AsyncByteStream, asked: int | str | None) -> None:
        self._inner, self._asked = inner, asked
        self._resumes = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        held, looked = bytearray(), 0
        try:
            async for chunk in self._inner:
                held += chunk
                ends = [found.end() for found in _EVENT_END.finditer(held, looked)]
                if ends:
                    whole = bytes(held[: ends[-1]])
                    self._resumes = self._resumes or bool(_EVENT_ID.search(whole))
                    yield whole
                    del held[: ends[-1]]
                looked = max(0, len(held) - 3)
                if len(held) > wire.LARGEST_BYTES:
                    yield _event(_error(self._asked, wire.TOO_LARGE))
                    return
        except httpx.HTTPError:
            if self._resumes or self._asked is None:
                raise
        if self._asked is not None and not self._resumes:
            yield _event(_error(self._asked, wire.LOST))

    async def aclose(self) -> None:
        await self._inner.aclose()


def _event(message: bytes) -> bytes:
    return b"event: message\ndata: " + message + b"\n\n"


def _error(asked: int | str | None, code: int) -> bytes:
    message = wire.failed(asked if asked is not None else 0, code)
    return message.model_dump_json().encode()
