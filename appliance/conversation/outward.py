"""An answer is plain text: what a screen, a terminal or a browser would act on does not leave.

Links lead to where the company or a source of this conversation leads, else they are taken out: a
picture's or a link's address can carry what was said to whoever has planted it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_ESCAPE = re.compile(
    "\x1b(?:\\[[0-?]{0,40}[ -/]{0,8}[@-~]?|\\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\\\)?|[@-Z\\\\^_])"
)
_TAG = re.compile(
    r"<!--.{0,2000}?(?:-->|$)|<(script|style)\b[^>]{0,500}>.{0,2000}?</\1\s*>|<[/!?]?[a-z][^<>]{0,2000}>"
    r"|</?(?:a|applet|audio|base|embed|form|iframe|img|input|link|math|meta|object|script|source|"
    r"style|svg|video)\b[^<>]{0,2000}$",
    re.IGNORECASE | re.DOTALL,
)
_PICTURE = re.compile(r"!\[([^\]]{0,500})\](?:\([^)]{0,4000}\)?|\[[^\]]{0,200}\])?")
_NAMED = re.compile(r"\[([^\]]{1,500})\]\(\s*<?([^)\s>]{1,4000})[^)]{0,500}\)?")
_DEFINED = re.compile(r"^\s{0,3}\[[^\]]{1,200}\]:\s*\S+.*$", re.MULTILINE)
_ADDRESS = re.compile(
    r"(?:(?:\b[a-z][a-z0-9+.-]{1,20}:)?//|\bwww\.)[^\s<>\"')\]]{2,4000}"
    r"|\b(?:javascript|data|vbscript|file|blob|about|intent):[^\s<>\"')\]]{1,4000}"
    r"|(?<![@\w.-])(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?::\d{1,5})?/[^\s<>\"')\]]{1,4000}",
    re.IGNORECASE,
)
_ENDS = ".,;:!?…'\"*_)"
_ACTS = re.compile(r"[\x00-\x08\x0b-\x1f<\[\x7f-\uffff\U00010000-\U0010ffff]|//|www\.|:|\.[^\s.]+/")


def plain(sentence: str, *, leads: Callable[[str], bool], gone: str) -> str:
    """Give a sentence as plain text.

    Args:
        sentence: One sentence of an answer.
        leads: Tells whether an address may be shown.
        gone: What stands where an address was taken out.
    """
    if not _ACTS.search(sentence):
        return sentence
    text = _UNSEEN.sub("", _ESCAPE.sub("", sentence))
    text = _DEFINED.sub("", _TAG.sub("", text))
    text = _PICTURE.sub(lambda found: found[1], text)
    text = _NAMED.sub(lambda found: _named(found[1], found[2], leads), text)
    return _ADDRESS.sub(lambda found: _shown(found[0], leads, gone), text)


def _named(words: str, address: str, leads: Callable[[str], bool]) -> str:
    """Show a link's words, and its address where it may be shown and says more."""
    return f"{words} ({address})" if address not in words and leads(address) else words


def _shown(found: str, leads: Callable[[str], bool], gone: str) -> str:
    address = found.rstrip(_ENDS)
    return (address if leads(address) else gone) + found[len(address) :]
