"""A customer's words as a full-text query: every one quoted, none ever syntax."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"\w+")
_LONGEST = 2000
_MOST_WORDS = 32
_PREFIX_FROM = 3  # letters from which a word also finds longer ones
# Words without a subject of their own; a query of nothing else keeps them.
_EMPTY = frozenset(
    _WORD.findall("""
    a about am an and any are as at be been but by can could do does for from get had has have how i
    if in is it its me my of on or our please s so some t tell that the their them there they this
    to us was we were what which who why will with would you your
    """)
)


def words_of(text: str) -> list[str]:
    """Give the distinct words of a text that carry its subject, in order, at most 32."""
    plain = unicodedata.normalize("NFKC", text[:_LONGEST]).casefold().replace("_", " ")
    every = list(dict.fromkeys(_WORD.findall(plain)))
    telling = [word for word in every if word not in _EMPTY]
    return (telling or every)[:_MOST_WORDS]


@dataclass(frozen=True, slots=True)
class Term:
    """A word as FTS5 is asked for it: `wide` finds longer words and synonyms, `exact` no longer."""

    wide: str
    exact: str


def terms_of(text: str, *, synonyms: Mapping[str, Sequence[str]]) -> list[Term]:
    """Give a text's words as terms, each or a synonym of it."""
    terms = []
    for word in words_of(text):
        others = [_quoted(other) for other in _others(word, synonyms)]
        wide, exact = ([one, *others] for one in (_widened(word), _quoted(word)))
        terms.append(Term(f"({' OR '.join(wide)})", f"({' OR '.join(exact)})"))
    return terms


def any_of(terms: Sequence[str]) -> str:
    """Give the FTS5 query of texts with any of these."""
    return " OR ".join(terms)


def all_of(terms: Sequence[str]) -> str:
    """Give the FTS5 query of texts with every one of these."""
    return " AND ".join(terms)


def _widened(word: str) -> str:
    return f"{_quoted(word)}*" if len(word) >= _PREFIX_FROM else _quoted(word)


def _quoted(words: str) -> str:
    """A phrase of letters and digits alone, in quotes: no operator, column or bracket survives."""
    return '"' + " ".join(_WORD.findall(words)) + '"'


def _others(word: str, synonyms: Mapping[str, Sequence[str]]) -> list[str]:
    for name, others in synonyms.items():
        group = [name.casefold(), *(other.casefold() for other in others)]
        if word in group:
            return [other for other in group if other != word and _WORD.search(other)]
    return []
