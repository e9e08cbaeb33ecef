"""Fetching pages: one request a second to a host, by its rules, only what has changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from appliance.core import errors
from appliance.core.clock import Clock
from appliance.knowledge.web import addresses, robots
from appliance.knowledge.web.fetching import PAGE_BYTES, Fetch, Fetched
from appliance.knowledge.web.robots import Robots

PACE_S = 1.0
_RULES_S = 3600.0
_MOST_SITEMAPS = 20


class Gone(errors.Refused):
    """The page is not there any more (404 or 410)."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was read; `content` is None where it has not changed."""

    url: str
    content: bytes | None
    media_type: str
    etag: str
    modified: str


@dataclass(slots=True)
class Crawler:
    """Reads pages of hosts, politely. For one thread."""

    fetch: Fetch
    clock: Clock
    pace_s: float = PACE_S
    sleep: Callable[[float], None] = time.sleep
    _rules: dict[str, tuple[float, Robots]] = field(default_factory=dict)
    _next_at: dict[str, float] = field(default_factory=dict)

    def page(self, address: str, *, etag: str = "", modified: str = "") -> Page:
        """Get a page, if it has changed since.

        Raises:
            Refused: the host's robots.txt says no, or it answers that it will not give it.
            Gone: it is not there any more.
            Unavailable: not now.
        """
        if not self._robots(address).allows(address):
            raise errors.Refused(
                f"{address} may not be read: the site's robots.txt says so. Allow the robot "
                f"{robots.AGENT} there, or add the page as a file."
            )
        known = {"if-none-match": etag, "if-modified-since": modified}
        found = self._get(address, {n: v for n, v in known.items() if v}, PAGE_BYTES)
        if found.status in {404, 410}:
            raise Gone(f"{address} is not there any more (the site answers {found.status}).")
        if found.status == 304:
            return Page(found.url, None, "", etag, modified)
        if found.status != 200:
            raise errors.Refused(f"{address} is not given away: the site answers {found.status}.")
        media_type = found.headers.get("content-type", "").partition(";")[0].strip().casefold()
        new = found.headers.get("etag", "")[:500], found.headers.get("last-modified", "")[:100]
        return Page(found.url, found.content, media_type, *new)

    def pages_of(self, site: str) -> Iterator[str]:
        """List the pages a site names in its sitemaps, within its bounds; its first page first.

        Raises:
            Unavailable: the host cannot be reached now.
        """
        yield site
        rules = self._robots(site)
        host = addresses.host_of(site)
        waiting = [*rules.sitemaps] or [f"{host}/sitemap.xml"]
        for read in range(_MOST_SITEMAPS):
            if read >= len(waiting):
                return
            listed, are_sitemaps = self._sitemap(waiting[read], host)
            if are_sitemaps:
                waiting += listed[:_MOST_SITEMAPS]
                continue
            for link in listed:
                page = addresses.within(site, link, site)
                if page is not None:
                    yield page

    def _sitemap(self, address: str, host: str) -> tuple[list[str], bool]:
        try:
            own = addresses.normal(address)
            if addresses.host_of(own) != host:
                return [], False
            found = self._get(own, {}, robots.SITEMAP_BYTES)
        except errors.Error:
            return [], False  # a help, no must
        return robots.listed(found.content) if found.status == 200 else ([], False)

    def _robots(self, address: str) -> Robots:
        host = addresses.host_of(address)
        read_at, rules = self._rules.get(host, (0.0, None))
        now = self.clock.monotonic()
        if rules is None or now - read_at > _RULES_S:
            rules = self._read_robots(host)
            self._rules[host] = (now, rules)
        return rules

    def _read_robots(self, host: str) -> Robots:
        # A host that cannot say now is asked again later, before any of its pages (RFC 9309).
        found = self._get(f"{host}/robots.txt", {}, robots.ROBOTS_BYTES)
        if found.status == 200:
            return robots.rules_of(found.content.decode("utf-8", "replace"))
        return robots.everything()

    def _get(self, address: str, headers: dict[str, str], most_bytes: int) -> Fetched:
        host = addresses.host_of(address)
        wait = self._next_at.get(host, 0.0) - self.clock.monotonic()
        if wait > 0:
            self.sleep(wait)
        slow = self._rules.get(host)
        pace = max(self.pace_s, slow[1].pace_s if slow else 0.0)
        try:
            return self.fetch(
                address, headers={"user-agent": robots.AGENT, **headers}, most_bytes=most_bytes
            )
        finally:
            self._next_at[host] = self.clock.monotonic() + pace
