"""Reading an answer's body no further than we take."""

from __future__ import annotations

import zlib

import httpx


class TooLong(Exception):  # noqa: N818 - whoever reads says whose fault it is
    """The body has more bytes than we take."""


async def limited(response: httpx.Response, most: int) -> bytes:
    """Read a body by counting it as it comes; a compressed one is counted unpacked."""
    said = response.headers.get("content-length", "")
    if said.isascii() and said.isdigit() and int(said[:20]) > most:
        raise TooLong
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
            raise TooLong
    if unpack and content and not unpack.eof:
        raise httpx.DecodingError("the body ends before its encoding does")
    return bytes(content)


def retry_after_s(headers: httpx.Headers) -> float | None:
    """Give how long the other side asks to wait, where it says so in seconds."""
    said = headers.get("retry-after", "").strip()
    return float(said) if said.isascii() and said.isdigit() and len(said) < 7 else None
