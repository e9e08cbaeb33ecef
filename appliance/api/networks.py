"""Who asks, by address: the proxies we believe, the operators, and what counts as one visitor."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from starlette.datastructures import Headers
from starlette.types import Scope

_PASSED_ON = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")


@dataclass(frozen=True, slots=True)
class Networks:
    """Addresses we treat in a way of their own."""

    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read addresses and networks, divided by commas. Raises ValueError on anything else."""
        parts = (part.strip() for part in text.split(","))
        return cls(tuple(ipaddress.ip_network(part, strict=False) for part in parts if part))

    def __contains__(self, address: str) -> bool:
        parsed = _parsed(address)
        return parsed is not None and any(parsed in network for network in self.networks)


class Operators(Networks):
    """Where the people who run the appliance ask from."""

    def ask(self, peer: str, headers: Headers) -> bool:
        """Say whether a request is an operator's. One that was passed on is from outside."""
        return peer in self and not any(name in headers for name in _PASSED_ON)


class Proxies(Networks):
    """The reverse proxies whose X-Forwarded-For we believe."""

    def client(self, peer: str, forwarded_for: Iterable[str]) -> str:
        """Give the nearest address that is not one of our proxies."""
        hops = [hop.strip() for line in forwarded_for for hop in line.split(",")]
        address = peer
        while address in self and hops:
            nearer = hops.pop()
            if _parsed(nearer) is None:
                break
            address = nearer
        return address


def is_operator(scope: Scope) -> bool:
    """Say whether the outermost layer found a request to be an operator's."""
    return bool(scope.get("operator", False))


def group(address: str, bits: int = 64) -> str:
    """Give what one visitor can hold many of: an IPv4 address, or an IPv6 network."""
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, bits), strict=False))
    return address if parsed is None else str(parsed)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    # A socket for both families shows IPv4 peers as ::ffff:192.0.2.1.
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return mapped or parsed
