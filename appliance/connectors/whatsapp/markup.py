"""Turning the Markdown that models like to write into what WhatsApp shows as meant.

WhatsApp has *bold*, _italic_, ~struck~ and ```code```; **bold**, headings and links would be shown
with all their signs. Source: faq.whatsapp.com/539178204879377, read 2026-11-22.
"""

from __future__ import annotations

import re

_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
_BOLD = re.compile(r"(?<![*\w])\*\*(?=[^\s*])([^*\n]*[^\s*])\*\*(?![*\w])")
_HEADING = re.compile(r"^#{1,6}[ \t]+([^\n]+)$", re.MULTILINE)
_LINK = re.compile(r"\[([^\[\]\n]+)\]\((https?://[^\s()]+)\)")


def shown(text: str) -> str:
    """Give the words with WhatsApp's own signs; what stands in code stays as it is."""
    return "".join(
        piece if piece.startswith("`") else _converted(piece) for piece in _CODE.split(text)
    )


def _converted(text: str) -> str:
    text = _HEADING.sub(_heading, text)
    text = _LINK.sub(_link, text)
    return _BOLD.sub(r"*\1*", text)


def _heading(found: re.Match[str]) -> str:
    words = found[1].rstrip(" \t#").strip("* \t")
    return f"*{words}*" if words else found[0]


def _link(found: re.Match[str]) -> str:
    words, url = found[1].strip(), found[2]
    return url if words in {url, url.partition("://")[2]} else f"{words} ({url})"
