"""Which addresses of the internet a fetch may reach: public ones, whatever they are dressed as."""

from __future__ import annotations

import ipaddress
import re

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_TUNNELS = (ipaddress.IPv6Network("2001::/32"), ipaddress.IPv4Network("192.88.99.0/24"))
# A resolver reads 2130706433, 0x7f.1, 0177.0.0.1 and 127.1 as addresses; so do we, as a refusal.
_NUMERIC = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\.?", re.IGNORECASE)


def is_public(address: Address) -> bool:
    """Tell whether an address belongs to the public internet.

    Private, loopback, link-local, shared (CGNAT), multicast, reserved and documentation addresses
    do not, nor does an IPv6 address that carries one of them (IPv4-mapped, 6to4, NAT64), nor any
    Teredo or 6to4-relay address.
    """
    if any(address in network for network in _TUNNELS):
        return False
    if isinstance(address, ipaddress.IPv6Address):
        carried = _carried(address)
        if carried is not None:
            return is_public(carried)
        if address not in _GLOBAL_UNICAST or address.scope_id is not None:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def literal(host: str) -> Address | None:
    """Give the address a host name plainly is, or None; a name in disguise is none."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def is_disguised(host: str) -> bool:
    """Tell whether a host is a number that only a lenient resolver takes for an address."""
    last = host.removesuffix(".").rpartition(".")[2]
    return literal(host) is None and _NUMERIC.fullmatch(last) is not None


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None
