"""Front matter: what a text says of itself in `name: value` lines between two `---`."""

from __future__ import annotations

import re

NAMES = frozenset({"title", "access", "valid_from", "valid_until", "language"})

_FENCE = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.M | re.S)
_LINE = re.compile(r"^([A-Za-z][\w -]*?)[ \t]*:[ \t]*(.*?)[ \t]*$")


def split_front(text: str) -> tuple[dict[str, str], str]:
    """Give the front matter's lines we know, and the text after it. Other lines are ignored.

    It is read line by line, not as YAML: a stranger's document gets no parser it could play with.
    """
    found = _FENCE.match(text)
    if found is None:
        return {}, text
    lines = [_LINE.match(line) for line in found[1].splitlines()]
    if not any(lines):
        return {}, text
    front = {
        line[1].strip().casefold().replace(" ", "_").replace("-", "_"): line[2].strip("\"'")
        for line in lines
        if line
    }
    return {name: value for name, value in front.items() if name in NAMES and value}, text[
        found.end() :
    ]
