"""How much of what a query asks about a passage speaks of: each word weighs as it is rare.

A cosine alone cannot tell "what does a crown cost" from "what does a tooth gem cost": a word that
no passage near it has, and few have at all, is what the question was about.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appliance.knowledge.query import Term, tokens
from appliance.knowledge.synonyms import stem


@dataclass(frozen=True, slots=True)
class Coverage:
    """The stems of a query's words and of their synonyms, each group with its weight."""

    groups: tuple[tuple[tuple[frozenset[str], ...], float], ...]

    @classmethod
    def of(cls, counted: Iterable[tuple[Term, int]], passages: int) -> Coverage:
        """Weigh terms, each with the number of passages that have it, among so many passages."""
        return cls(
            tuple(
                (
                    tuple(frozenset(map(stem, tokens(words))) for words in term.words),
                    math.log((passages + 1) / (min(count, passages) + 0.5)),
                )
                for term, count in counted
            )
        )

    def share(self, *texts: str) -> float:
        """Give the share (0..1) of the query's weight that is in the texts of one passage."""
        total = sum(weight for _, weight in self.groups)
        if total <= 0:
            return 0.0
        said = {stem(word) for text in texts for word in tokens(text)}
        return sum(weight for words, weight in self.groups if _is_said(words, said)) / total


def _is_said(words: Sequence[frozenset[str]], said: set[str]) -> bool:
    return any(group and group <= said for group in words)
