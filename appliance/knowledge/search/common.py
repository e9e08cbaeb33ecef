"""Asking for words without ranking half the library: common words may add weight, not passages.

FTS5 ranks every passage that has any of the words, and a question of eight words is in most of
100,000. Here the rarer words choose the passages, about fifteen hundred at most; the common ones
only weigh in: a tenth of the time. Of the ten best of a full ranking three quarters are still
among the forty that are looked at further; the others have only common words in common, and what
they mean is found by meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.core.store.database import Connection
from appliance.knowledge import query as queries
from appliance.knowledge.query import Term
from appliance.knowledge.search import records

_RANKED = 1500
_WELL_KNOWN = 20
"""Passages that have a word as it is; longer words need not be tried then."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A term with the number of documents' passages that have it, and the words to ask by."""

    count: int
    words: str
    term: Term


def counted(connection: Connection, terms: Sequence[Term]) -> list[Counted]:
    """Count each term's passages, rarest first; no further than is ranked."""
    found = (_counted(connection, term) for term in terms)
    return sorted(found, key=lambda one: (one.count, one.words))


def bounded(found: Sequence[Counted]) -> str:
    """Give the query of documents with any of the terms; with the rarer ones if many match."""
    rare: list[str] = []
    total = 0
    for one in found:
        if rare and total + one.count > _RANKED:
            break
        rare.append(one.words)
        total += one.count
    if len(rare) == len(found):
        return queries.any_of(rare)
    return f"({queries.any_of(rare)}) AND ({queries.any_of([one.words for one in found])})"


def _counted(connection: Connection, term: Term) -> Counted:
    """Count the passages with a word, or, where they are few, with longer words too."""
    exact = records.how_many(connection, term.exact, most=_RANKED + 1)
    if exact >= _WELL_KNOWN:
        return Counted(exact, term.exact, term)
    return Counted(records.how_many(connection, term.wide, most=_RANKED + 1), term.wide, term)
