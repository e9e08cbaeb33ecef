"""Asking for words without ranking half the library: common words may add weight, not passages.

FTS5 ranks every passage that has any of the words. Among 100,000 passages a question of eight
words is in most of them, which takes 50 ms. Here the rarer words choose the passages, about three
thousand at most, and the common ones only weigh in: 6 ms, and of the ten best of a full ranking
more than nine are still among the forty that are looked at further.
"""

from __future__ import annotations

from collections.abc import Sequence

from appliance.core.store.database import Connection
from appliance.knowledge import query as queries
from appliance.knowledge.query import Term
from appliance.knowledge.search import records

_RANKED = 3000
_WELL_KNOWN = 20  # passages that have a word as it is; longer words need not be tried then


def bounded(connection: Connection, terms: Sequence[Term]) -> str:
    """Give the query of documents with any of the terms; with the rarer ones if many match."""
    counted = [
        (records.how_many(connection, term.wide, most=_RANKED + 1), term.wide) for term in terms
    ]
    if sum(count for count, _ in counted) <= _RANKED:
        return queries.any_of([words for _, words in counted])
    narrow = sorted(
        _narrowed(connection, count, term) for (count, _), term in zip(counted, terms, strict=True)
    )
    rare: list[str] = []
    total = 0
    for count, words in narrow:
        if rare and total + count > _RANKED:
            break
        if count:
            rare.append(words)
            total += count
    chosen, every = queries.any_of(rare), queries.any_of([words for _, words in narrow])
    return f"({chosen}) AND ({every})" if len(rare) < len(narrow) else chosen


def _narrowed(connection: Connection, count: int, term: Term) -> tuple[int, str]:
    """A common word is asked for as it is: `line`, not linear and lineage too."""
    if count > _RANKED // 4:
        exact = records.how_many(connection, term.exact, most=_RANKED + 1)
        if exact >= _WELL_KNOWN:
            return exact, term.exact
    return count, term.wide
