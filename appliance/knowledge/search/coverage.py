"""How much of what a query asks about a passage speaks of: each word weighs as it is rare.

A cosine alone cannot tell "what does a crown cost" from "what does a tooth gem cost": a word that
no passage near it has, and few have at all, is what the question was about.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from appliance.knowledge.passages import sentences
from appliance.knowledge.query import Term, tokens
from appliance.knowledge.synonyms import stem

OfWords = Callable[[Sequence[str]], npt.NDArray[np.float32]]
"""Unit vectors of words alone, as an embedder gives them; (n, 0) where it has none."""


@dataclass(frozen=True, slots=True)
class _Group:
    """One word of a query with its synonyms, as they stand and as stems, and its weight."""

    words: tuple[str, ...]
    stems: tuple[frozenset[str], ...]
    weight: float

    def is_in(self, said: frozenset[str]) -> bool:
        return any(stems and stems <= said for stems in self.stems)


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a passage, as they stand and as stems."""

    words: frozenset[str]
    stems: frozenset[str]

    @classmethod
    def of(cls, *texts: str) -> Said:
        """Read the words of texts that belong together."""
        words = frozenset(tokens("\n".join(texts)))
        return cls(words, frozenset(map(stem, words)))


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a query asks about, word by word."""

    groups: tuple[_Group, ...] = ()
    heaviest: float = 1.0

    @classmethod
    def of(cls, counted: Iterable[tuple[Term, int]], passages: int) -> Coverage:
        """Weigh terms, each with the number of passages that have it, among so many passages."""
        return cls(
            heaviest=_weight(0, passages),
            groups=tuple(
                _Group(
                    words=term.words,
                    stems=tuple(frozenset(map(stem, tokens(words))) for words in term.words),
                    weight=_weight(count, passages),
                )
                for term, count in counted
            ),
        )

    def share(self, said: Said) -> float:
        """Give the share (0..1) of the query's weight that one passage speaks of."""
        total = sum(group.weight for group in self.groups)
        if total <= 0:
            return 0.0
        return sum(group.weight for group in self.groups if group.is_in(said.stems)) / total

    def lack(self, expected: re.Pattern[str] | None, title: str, text: str) -> float:
        """Give how much less of the query stands in a sentence with what an answer must hold.

        0 where the sentence that has most of the query, under its title, has that too; the share
        of that sentence where none of the passage has it.
        """
        if expected is None:
            return 0.0
        shares = [
            (self.share(Said.of(title, one)), bool(expected.search(one))) for one in sentences(text)
        ]
        best = max((share for share, _ in shares), default=0.0)
        return best - max((share for share, holds in shares if holds), default=0.0)

    def gaps(self, of_words: OfWords, passages: Sequence[Said]) -> list[float]:
        """Give, for each passage, the weight (0..1) of the word that it speaks least of.

        0 where it has them all, 1 where it has nothing like a word that no passage has. What it has
        not weighs the less the more it is like what it has: "cat" is nearly said in "dogs are
        welcome", "jacuzzi" is not in "every room has a bath".
        """
        missing = [[one for one in self.groups if not one.is_in(said.stems)] for said in passages]
        asked = dict.fromkeys(word for own in missing for one in own for word in one.words)
        if not asked:
            return [0.0] * len(passages)
        known = dict.fromkeys(word for said in passages for word in sorted(said.words))
        vectors = of_words([*asked, *known])
        alike = vectors[: len(asked)] @ vectors[len(asked) :].T
        columns = {word: column for column, word in enumerate(known)}

        def gap(said: Said, lacking: Sequence[_Group]) -> float:
            nearest = alike[:, [columns[word] for word in said.words]].max(axis=1, initial=0.0)
            likeness = dict(zip(asked, nearest.tolist(), strict=True))
            unsaid = (
                one.weight * (1 - max(likeness[word] for word in one.words)) for one in lacking
            )
            return max(unsaid, default=0.0) / self.heaviest

        return [gap(said, lacking) for said, lacking in zip(passages, missing, strict=True)]


def _weight(count: int, passages: int) -> float:
    """Weigh a word by how many of so many passages have it."""
    return math.log((passages + 1) / (min(count, passages) + 0.5))
