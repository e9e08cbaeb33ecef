"""The known name a person probably meant."""

from __future__ import annotations

from collections.abc import Collection
from itertools import takewhile

from rapidfuzz import fuzz, process, utils

_CLOSE_ENOUGH = 66
_LISTED = 12


def nearest(name: str, known: Collection[str]) -> str | None:
    """Find the known name most like `name`, or None where nothing is close."""
    matches = process.extract(
        name[:200],
        sorted(known),
        scorer=fuzz.ratio,
        processor=utils.default_process,
        score_cutoff=_CLOSE_ENOUGH,
    )
    best = max(matches, key=lambda found: (found[1], _same_start(name, found[0])), default=None)
    return best[0] if best else None


def _same_start(one: str, other: str) -> int:
    pairs = zip(one.casefold(), other.casefold(), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def advice(name: str, known: Collection[str], *, none: str = "remove it") -> str:
    """Say what to write instead of `name`: the nearest known name, or all that are known.

    `none` is said where there is nothing to choose from.
    """
    if not known:
        return none
    match = nearest(name, known)
    if match is not None:
        return f'did you mean "{match}"?'
    names = sorted(known)
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"known here: {', '.join(names[:_LISTED])}{more}"
