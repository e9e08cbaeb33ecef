"""Web addresses in one spelling, and which of them belong to a site."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from appliance.core import errors
from appliance.core.safe_text import one_line

_LONGEST = 2000
_TRACKING = re.compile(r"(?:^|&)(?:utm_[a-z]+|gclid|fbclid|mc_[ce]id|msclkid)=[^&]*", re.I)
_NO_PAGE = re.compile(
    r"\.(?:png|jpe?g|gif|svg|webp|avif|ico|css|js|mjs|json|xml|rss|atom|zip|gz|tgz|7z|rar|exe|dmg"
    r"|mp[34]|m4[av]|webm|ogg|wav|avi|mov|woff2?|ttf|eot|ics|apk)$",
    re.I,
)


def normal(address: str) -> str:
    """Give an address in one spelling, without fragment and without tracking parameters.

    Raises:
        Refused: it is no address of the web.
    """
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
        port = parts.port
    except (ValueError, UnicodeError):
        host, port = "", None
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not host or len(address) > _LONGEST:
        raise errors.Refused(
            f"{one_line(address, limit=200)} is no web address. Write it like "
            "https://acme.example/help."
        )
    if parts.username or parts.password:
        raise errors.Refused("A web address with a name or password in it is refused.")
    usual = {"http": 80, "https": 443}[parts.scheme]
    where = host if port in {None, usual} else f"{host}:{port}"
    path = quote(unquote(parts.path or "/"), safe="/%:@!$&'()*+,;=~-._")
    query = _TRACKING.sub("", parts.query).lstrip("&")
    return urlunsplit((parts.scheme, where, path, query, ""))


def within(base: str, link: str, site: str) -> str | None:
    """Give where a link on `base` leads, if that is a page of `site`; else None.

    A site is the part of a host below the address that was named: https://acme.example/help stands
    for /help and /help/..., https://acme.example/ for everything.
    """
    if link.startswith(("#", "mailto:", "tel:", "javascript:", "data:")):
        return None
    try:
        found = normal(urljoin(base, link))
    except (errors.Refused, ValueError):
        return None
    return found if belongs(found, site) and not _NO_PAGE.search(urlsplit(found).path) else None


def belongs(address: str, site: str) -> bool:
    """Tell whether an address lies in a site."""
    one, top = urlsplit(address), urlsplit(site)
    if (one.scheme, one.netloc) != (top.scheme, top.netloc):
        return False
    below = top.path.rstrip("/")
    if re.search(r"/[^/]+\.[a-z]{2,5}$", below, re.I):  # a file: its folder is meant
        below = below.rpartition("/")[0]
    return one.path == below or one.path.startswith(f"{below}/")


def host_of(address: str) -> str:
    """Give scheme, host and port: what robots.txt and the pace hold for."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
