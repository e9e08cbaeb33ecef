"""Who may call: from which addresses, which numbers, and with which password (RFC 8760, RFC 7616).

A phone on the internet is scanned within the hour, so an address that is not named gets no further
than its first packet.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from appliance.connectors.phone.sip.message import Request
from appliance.core.clock import Clock

REALM = "frontdesk"
_NONCE_S = 60
_FIELD = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))')

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Terms:
    """What the config says of callers.

    No numbers: every number is answered. No username: no password is asked for.
    """

    networks: tuple[Network, ...]
    numbers: frozenset[str] = frozenset()
    username: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a call is not taken, in SIP's words and in the operator's."""

    status: int
    reason: str
    says: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True, kw_only=True)
class Door:
    """Judges who calls."""

    terms: Terms
    clock: Clock
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def judge(self, request: Request, host: str) -> Refusal | None:
        """Give the reason to refuse a call from this host, or None. A 401 asks for a password."""
        if not _is_in(host, self.terms.networks):
            says = "the address is not among voice.phone.allowed_addresses"
            return Refusal(403, "Forbidden", says)
        if self.terms.numbers and request.called not in self.terms.numbers:
            says = "the number is not among voice.phone.numbers"
            return Refusal(404, "Not Found", says)
        if not self.terms.username:
            return None
        return self._identify(request)

    def _identify(self, request: Request) -> Refusal | None:
        given = request.first("authorization")
        if not given:
            return self._challenge(request, "no password was given yet")
        kind, _, rest = given.partition(" ")
        said = {name.lower(): quoted or bare for name, quoted, bare in _FIELD.findall(rest)}
        if kind.lower() != "digest" or not self._is_ours(said.get("nonce", ""), request.call_id):
            return self._challenge(request, "the password's challenge is stale")
        expected = digest(said, self.terms.username, self.terms.password, request.method)
        if not hmac.compare_digest(expected.encode(), said.get("response", "").encode()):
            return Refusal(403, "Forbidden", "the user name or the password is wrong")
        return None

    def _challenge(self, request: Request, says: str) -> Refusal:
        nonce = self._nonce(request.call_id, int(self.clock.monotonic()))
        header = f'Digest realm="{REALM}", nonce="{nonce}", algorithm=MD5, qop="auth"'
        return Refusal(401, "Unauthorized", says, (("WWW-Authenticate", header),))

    def _nonce(self, call_id: str, at: int) -> str:
        """Bind a nonce to its call and its minute, so that what is overheard opens nothing else."""
        mark = hmac.new(self._secret, f"{at}|{call_id}".encode(), "sha256").hexdigest()[:32]
        return f"{at:x}.{mark}"

    def _is_ours(self, nonce: str, call_id: str) -> bool:
        at = nonce.partition(".")[0]
        if not re.fullmatch(r"[0-9a-f]{1,12}", at):
            return False
        age = self.clock.monotonic() - int(at, 16)
        known = self._nonce(call_id, int(at, 16))
        return -1 <= age <= _NONCE_S and hmac.compare_digest(nonce.encode(), known.encode())


def digest(said: dict[str, str], username: str, password: str, method: str) -> str:
    """Give the response that proves the password, by what the caller's header says."""
    if said.get("username") != username or said.get("realm") != REALM:
        return secrets.token_hex(16)
    first = _md5(f"{username}:{REALM}:{password}")
    second = _md5(f"{method}:{said.get('uri', '')}")
    middle = [said.get("nonce", "")]
    if said.get("qop"):
        middle += [said.get("nc", ""), said.get("cnonce", ""), said["qop"]]
    return _md5(":".join([first, *middle, second]))


def _md5(text: str) -> str:
    # MD5 is what telephones speak; the password itself never crosses the wire.
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _is_in(host: str, networks: Iterable[Network]) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in networks)
