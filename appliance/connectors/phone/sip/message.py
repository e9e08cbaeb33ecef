"""SIP messages: read from a datagram, written to one. What does not fit the grammar is Malformed.

Source: RFC 3261, sections 7 and 20; compact names from section 7.3.3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LARGEST_BYTES = 16_384
_MOST_HEADERS = 100
_COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "l": "content-length",
    "c": "content-type",
    "r": "refer-to",
    "k": "supported",
    "o": "event",
}
_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")
_REQUEST = re.compile(r"([A-Z]{1,20}) (\S{1,512}) SIP/2\.0")
_RESPONSE = re.compile(r"SIP/2\.0 ([1-6][0-9]{2}) ?(.{0,200})")
_URI = re.compile(r"<([^<>]{1,512})>|^([^<>;,\s]{1,512})")
_USER = re.compile(r"(?:sips?|tel):([^@;?>\s]{1,128})", re.I)
_NEEDED = ("via", "from", "to", "call-id", "cseq")

Headers = tuple[tuple[str, str], ...]


class Malformed(ValueError):  # noqa: N818 - a verdict
    """The datagram is no SIP message."""


@dataclass(frozen=True, slots=True)
class Message:
    """What requests and responses share. Header names are lower case and never compact."""

    headers: Headers
    body: str

    def all(self, name: str) -> list[str]:
        """List a header's values in order."""
        return [value for known, value in self.headers if known == name]

    def first(self, name: str, default: str = "") -> str:
        """Give a header's first value."""
        return next((value for known, value in self.headers if known == name), default)

    @property
    def call_id(self) -> str:
        """The call's identifier."""
        return self.first("call-id")

    @property
    def cseq(self) -> tuple[int, str]:
        """The sequence number and the method it counts."""
        number, _, method = self.first("cseq").partition(" ")
        return int(number), method.strip()


@dataclass(frozen=True, slots=True)
class Request(Message):
    """A request."""

    method: str
    uri: str

    @property
    def called(self) -> str:
        """The user part of the request's address, e.g. the number that was dialled."""
        return user_of(self.uri)

    @property
    def caller(self) -> str:
        """The user part of the From address; empty where the caller hides it."""
        user = user_of(address_of(self.first("from")))
        return "" if user.lower() in {"anonymous", "unknown", "unavailable"} else user


@dataclass(frozen=True, slots=True)
class Response(Message):
    """A response."""

    status: int
    reason: str


def read(datagram: bytes) -> Request | Response:
    """Read one message.

    Raises:
        Malformed: it is none.
    """
    if len(datagram) > LARGEST_BYTES:
        raise Malformed("too long")
    head, separator, rest = datagram.partition(b"\r\n\r\n")
    if not separator:
        raise Malformed("no end of headers")
    try:
        lines = re.sub(r"\r\n[ \t]+", " ", head.decode()).split("\r\n")
        body = rest.decode()
    except UnicodeDecodeError as cause:
        raise Malformed("not UTF-8") from cause
    headers = _headers(lines[1:])
    if length := dict(headers).get("content-length"):
        if not length.isascii() or not length.isdigit() or int(length) > len(rest):
            raise Malformed("a body of another length")
        body = rest[: int(length)].decode(errors="replace")
    _check(headers)
    if found := _REQUEST.fullmatch(lines[0]):
        return Request(headers, body, method=found[1], uri=found[2])
    if found := _RESPONSE.fullmatch(lines[0]):
        return Response(headers, body, status=int(found[1]), reason=found[2])
    raise Malformed("neither request nor response")


def _headers(lines: list[str]) -> Headers:
    if len(lines) > _MOST_HEADERS:
        raise Malformed("too many headers")
    found = []
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon or not _TOKEN.fullmatch(name) or not _is_clean(value):
            raise Malformed("a header without a name")
        found.append((_COMPACT.get(name, name), value.strip()))
    return tuple(found)


def _is_clean(value: str) -> bool:
    return all(character >= " " or character == "\t" for character in value)


def _check(headers: Headers) -> None:
    names = {name for name, value in headers if value}
    if missing := [name for name in _NEEDED if name not in names]:
        raise Malformed(f"without {missing[0]}")
    cseq = next(value for name, value in headers if name == "cseq")
    if not re.fullmatch(r"[0-9]{1,10}[ \t]+[A-Z]{1,20}", cseq):
        raise Malformed("no cseq")


def write(first_line: str, headers: list[tuple[str, str]], body: str = "") -> bytes:
    """Write a message; its length is added."""
    lines = [first_line, *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, f"Content-Length: {len(body.encode())}", "", body]).encode()


def address_of(value: str) -> str:
    """Give the address in a From, To, Contact or Refer-To value; empty where there is none."""
    found = _URI.search(value.strip())
    return (found[1] or found[2]) if found else ""


def user_of(uri: str) -> str:
    """Give the user part of a SIP or tel address; empty where it has none."""
    if uri.lower().startswith(("sip:", "sips:")) and "@" not in uri:
        return ""
    found = _USER.match(uri)
    return found[1] if found else ""


def tag_of(value: str) -> str:
    """Give the tag of a From or To value; empty where it has none."""
    found = re.search(r";\s*tag=([^;\s]+)", value)
    return found[1] if found else ""


def parameter(value: str, name: str) -> str | None:
    """Find a parameter of a header value; empty where it stands without a value."""
    found = re.search(rf";\s*{re.escape(name)}(?:=([^;,\s]*))?(?=[;,\s]|$)", value, re.I)
    return (found[1] or "") if found else None
