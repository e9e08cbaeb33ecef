"""What a host lets robots read, and where its pages are listed.

Source: RFC 9309 (robots), https://www.sitemaps.org/protocol.html; read 2026-11.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from urllib.robotparser import RobotFileParser

AGENT = "Frontdesk"
ROBOTS_BYTES = 500 * 1024
SITEMAP_BYTES = 10 * 1024 * 1024
SLOWEST_S = 30.0

_LOC = re.compile(r"<(?:\w+:)?loc>\s*(?:<!\[CDATA\[)?\s*([^<\]\s]{1,2000})", re.I)
_INDEX = re.compile(r"<(?:\w+:)?sitemapindex\b", re.I)
_MOST = 50_000


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one host."""

    _rules: RobotFileParser = field(default_factory=RobotFileParser)
    sitemaps: Sequence[str] = ()
    pace_s: float = 0.0

    def allows(self, address: str) -> bool:
        """Tell whether we may read an address."""
        return self._rules.can_fetch(AGENT, address)


def everything() -> Robots:
    """Give the rules of a host without robots.txt."""
    return rules_of("")


def rules_of(text: str) -> Robots:
    """Read a robots.txt."""
    rules = RobotFileParser()
    rules.parse(text[:ROBOTS_BYTES].splitlines())
    rules.modified()
    delay = rules.crawl_delay(AGENT)
    return Robots(
        _rules=rules,
        sitemaps=tuple((rules.site_maps() or [])[:10]),
        pace_s=min(float(delay), SLOWEST_S) if delay else 0.0,
    )


def listed(content: bytes) -> tuple[list[str], bool]:
    """Give the addresses a sitemap lists, and whether they are sitemaps in their turn.

    It is searched, not parsed: no entity, no nesting and no wrong tag can do any harm.
    """
    if content.startswith(b"\x1f\x8b"):
        content = _unpacked(content)
    text = content[:SITEMAP_BYTES].decode("utf-8", "replace")
    found = [unescape(one) for one in _LOC.findall(text)[:_MOST]]
    if not found and "<" not in text[:200]:  # a list of lines is allowed too
        found = [line.strip() for line in text.splitlines() if line.startswith("http")][:_MOST]
    return found, bool(_INDEX.search(text[:2000]))


def _unpacked(content: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        return unpacker.decompress(content, SITEMAP_BYTES)
    except zlib.error:
        return b""
