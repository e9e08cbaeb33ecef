"""A customer's words as a full-text query: every one quoted, none ever syntax."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appliance.knowledge import synonyms as known

_WORD = re.compile(r"\w+")
_LONGEST = 2000
_MOST_WORDS = 32
_PREFIX_FROM = 3  # letters from which a word also finds longer ones
# Words without a subject of their own, and what is left of "don't"; a query of nothing else keeps
# them.
_EMPTY = frozenset(
    _WORD.findall("""
    a able about after all allowed also am an and any anybody anyone anything are aren as at be been
    before but by can come could couldn d did didn do does doesn doing don done down each ever every
    find for from get give go got had hadn has hasn have haven here how i if in into is isn it its
    just kind know let ll long look m many may me might more most much must my need new no not now
    of often on one only or our out over please possible re really s see shall should shouldn so
    some somebody someone something soon sort still t take tell than that the their them then there
    they thing things this to too up us use ve very want was wasn way we were weren what when where
    which who whom whose why will with would wouldn yes you your
    """)
)
_MONTH = re.compile(
    r"\b(?:in|of|from|until|since|during|by|before|after|early|late|mid|next|last)[\s-]+may\b"
    r"(?! (?:i|we|you|they|he|she|it)\b)|\d(?:st|nd|rd|th)? may\b|\bmay \d+(?:st|nd|rd|th)?\W*$",
    re.I,
)


def tokens(text: str) -> list[str]:
    """Give the words of a text, letter case aside."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold().replace("_", " "))


def words_of(text: str) -> list[str]:
    """Give the distinct words of a text that carry its subject, in order, at most 32."""
    text = text[:_LONGEST]
    empty = _EMPTY - {"may"} if _MONTH.search(text) else _EMPTY
    every = list(dict.fromkeys(tokens(text)))
    telling = [word for word in every if word not in empty]
    return (telling or every)[:_MOST_WORDS]


@dataclass(frozen=True, slots=True)
class Term:
    """A word as FTS5 is asked for it: `wide` finds longer words and synonyms, `exact` no longer.

    `words` are the word itself and its synonyms.
    """

    wide: str
    exact: str
    words: tuple[str, ...]


def terms_of(text: str, *, synonyms: Mapping[str, Sequence[str]]) -> list[Term]:
    """Give a text's words as terms, each or a synonym of it."""
    terms = []
    for word in words_of(text):
        others = _others(word, synonyms)
        same = [_quoted(other) for other in others]
        wide, exact = ([one, *same] for one in (_widened(word), _quoted(word)))
        terms.append(Term(f"({' OR '.join(wide)})", f"({' OR '.join(exact)})", (word, *others)))
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
    """Give a word's synonyms: the config's, then those every English speaker has."""
    own = (
        other
        for group in ([name, *others] for name, others in synonyms.items())
        if word in map(str.casefold, group)
        for other in map(str.casefold, group)
        if other != word and _WORD.search(other)
    )
    return list(dict.fromkeys([*own, *known.others(word)]))
