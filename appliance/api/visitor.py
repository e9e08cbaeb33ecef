"""Visitor tokens: who is chatting, proved without a row, a cookie or a login.

A token is `v1.VISITOR.ISSUED.MAC`; the MAC also covers the place it was issued for, so that a
token taken from one site is worth nothing on another. File links are signed with a key of their
own.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from starlette.requests import HTTPConnection

from appliance.api import chat_wording as wording
from appliance.core import clock, crypto, errors, ids

LIFETIME = timedelta(days=180)
_VERSION = "v1"
_TOKEN = re.compile(r"v1\.([0-9a-z]{26})\.([0-9]{1,12})\.([A-Za-z0-9_-]{43})", re.ASCII)
_LEEWAY = timedelta(minutes=5)


class NoToken(errors.NotAllowed):
    """The caller must get a token first; the widget does so by itself."""

    status = 401


@dataclass(frozen=True, slots=True)
class Tokens:
    """Issues and checks tokens and file keys. Knows the keyring's derived keys, nothing else."""

    clock: clock.Clock
    token_key: bytes = field(repr=False)
    file_key: bytes = field(repr=False)

    def issue(self, *, place: str) -> tuple[str, str]:
        """Make a new visitor for a place (`self` or an origin); gives token and visitor id."""
        visitor = ids.new_id()
        issued = str(int(self.clock.now().timestamp()))
        return f"{_VERSION}.{visitor}.{issued}.{self._mac(visitor, issued, place)}", visitor

    def visitor_of(self, token: str, *, place: str) -> str | None:
        """Find the visitor a token proves in this place; None if it proves nothing."""
        parts = _TOKEN.fullmatch(token)
        if not parts:
            return None
        visitor, issued, mac = parts.groups()
        if not hmac.compare_digest(mac, self._mac(visitor, issued, place)):
            return None
        age = self.clock.now() - datetime.fromtimestamp(int(issued), UTC)
        return visitor if -_LEEWAY <= age < LIFETIME else None

    def proved(self, request: HTTPConnection, *, place: str) -> str:
        """Give the visitor whose token a request carries.

        Raises:
            NoToken: it carries none, or one that proves nothing here.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NoToken(wording.NAMELESS)
        found = self.visitor_of(token.strip(), place=place)
        if found is None:
            raise NoToken(wording.UNPROVED)
        return found

    def sign_file(self, file_id: str) -> str:
        """Give the key that opens a file's link."""
        return _text(hmac.digest(self.file_key, file_id.encode("utf-8", "replace"), "sha256"))

    def opens_file(self, file_id: str, key: str) -> bool:
        """Say whether a link's key is right."""
        return hmac.compare_digest(self.sign_file(file_id).encode(), key.encode("utf-8", "replace"))

    def _mac(self, visitor: str, issued: str, place: str) -> str:
        signed = "\n".join((_VERSION, visitor, issued, place))
        return _text(hmac.digest(self.token_key, signed.encode("utf-8", "replace"), "sha256"))


def tokens(keyring: crypto.Keyring, clock: clock.Clock) -> Tokens:
    """Make the tokens of this install."""
    return Tokens(
        clock=clock,
        token_key=keyring.derive("web chat visitor"),
        file_key=keyring.derive("web chat file"),
    )


def _text(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
