"""Words and meaning together, facts before documents.

A passage's rank is its cosine, what share of the query's words it has (each weighed as it is rare),
and a little of its BM25 weight. Chosen on 88 questions of tests/corpus/development.yaml: the right
document was first for 80 of them, by reciprocal ranks for 70, by the cosine alone for 69. Of the
first ones the rarest word that each has not counts against it: of 207 questions 180 right, before
178 (in six-fold cross-validation 179.5). What else was tried is in tests/corpus/README.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from appliance.core.clock import Clock
from appliance.core.store.database import Connection
from appliance.knowledge import query as queries
from appliance.knowledge.search import common, records
from appliance.knowledge.search.coverage import Coverage, OfWords, Said
from appliance.knowledge.search.expected import expected
from appliance.knowledge.search.near import Near
from appliance.knowledge.search.records import Standing, Worded
from appliance.knowledge.search.shelf import Facts
from appliance.knowledge.values import Match, Wanted

Array = npt.NDArray[np.float32]

_CANDIDATES = 40
_COVERED, _WEIGHED = 0.7, 0.1  # beside the cosine: the share of words, and the BM25 weight
_LOOKED_INTO, _GAPPED = 6, 0.2  # of the first ones by these, less the rarest word they have not
_FACT_SURE = 0.4  # a fact at least this near goes before documents
_PARTICULAR = 0.25  # but not before one that has so much more of the query, and is as near
_EVERY_WORD = 0.15  # what having all the query's words adds to a fact's score
_FLOOR = 0.15  # below this, and without a word in common, nothing is near
_WORDS_ALONE = 0.4  # the score of having every word, while no meaning can be had
_ANSWERS = 0.84  # a document's passage that scores as much is an answer
_FACT_ANSWERS = 0.42  # and a fact's
_WHOLE = 0.9999  # the share of a passage that has every word
_STRANGE = 0.5  # a fact with a larger gap is no more than a passage: "when does the cinema open?"
# How likely a document's passage is the answer: the cosine, how much of the query's rarest word is
# not in it, how much of the query is said without what an answer must hold, and how far it leads
# the best passage of any other document, which counts no further than `_LEADS`. By logistic
# regression on the first passages of 213 questions with an answer and 195 without (development.yaml
# and fitting.yaml in tests/corpus; none is held out); `_BASE` is 1.5 above what it gave, for
# customers ask fewer near misses. In eight-fold cross-validation the line above passes 126 of 181
# right ones, 7 of 32 wrong ones and 39 of the 195; by the cosine and the gap it was 135, 14 and 52.
_NEARNESS, _GAP, _LACK, _LEAD, _BASE = 6.5, -1.6, -2.0, 5.4, -2.1
_LEADS = 0.3


@dataclass(frozen=True, slots=True)
class Question:
    """A query, its vector (None while its embedder cannot be reached), and what knows words."""

    text: str
    vector: Array | None
    wanted: Wanted
    of_words: OfWords


def find(
    connection: Connection,
    clock: Clock,
    facts: Facts,
    near: Near,
    question: Question,
    *,
    limit: int,
) -> list[Match]:
    """Find the best passages, best first, as the library stands at one moment.

    The score (0..1) of a document tells how likely it answers; of a fact it is its cosine, and a
    little more where it has every word. While the embedder cannot be reached, words alone decide,
    and nothing is sure.
    """
    standing = records.standing(connection)  # the transaction begins here
    worded, whole_facts, coverage = _worded(connection, question, facts)
    meant = _meant(connection, clock, facts, near, question, standing, [w.id for w in worded])
    of_facts = {int(number) for number in facts.ids}
    by_words = [found.id for found in worded]
    by_meaning = sorted(
        (number for number, cosine in meant.items() if cosine >= _FLOOR),
        key=lambda number: (-meant[number], number),
    )[:_CANDIDATES]
    candidates = list(dict.fromkeys([*by_words, *by_meaning]))
    words = records.get_words(connection, candidates)
    said = {number: Said.of(*texts[:3]) for number, texts in words.items()}
    shares = {number: coverage.share(one) for number, one in said.items()}
    whole = whole_facts.union(
        number for number, share in shares.items() if share >= _WHOLE and number not in of_facts
    )
    weights = {found.id: found.weight for found in worded}
    heaviest = max(weights.values(), default=0.0) or 1.0

    gaps: dict[int, float] = {}

    def measure(numbers: Iterable[int]) -> None:
        fresh = [number for number in dict.fromkeys(numbers) if number not in gaps]
        found = coverage.gaps(question.of_words, [said[number] for number in fresh])
        gaps.update(zip(fresh, found, strict=True))

    def strength(number: int) -> float:
        weighed = _WEIGHED * weights.get(number, 0.0) / heaviest
        return meant.get(number, 0.0) + _COVERED * shares[number] + weighed

    strengths = {number: strength(number) for number in shares}
    first = sorted(strengths, key=lambda number: (-strengths[number], number))[:_LOOKED_INTO]
    known_facts = [number for number in shares if number in of_facts]
    measure([*known_facts, *first])
    typed = {number for number in known_facts if gaps[number] < _STRANGE}
    missing = {number: _GAPPED * gaps[number] for number in first}
    expects = expected(question.text)

    def lead(number: int) -> float:
        """Give how far a passage stands before the best one of any other document.

        A fact is a document of its own. Where there is no other, nothing tells.
        """
        own = words[number].document_id
        others = [
            strengths[other]
            for other, found in words.items()
            if other != number and (own is None or found.document_id != own)
        ]
        if not others:
            return _LEADS / 2
        return min(max(strengths[number] - max(others), 0.0), _LEADS)

    def scored(number: int) -> float:
        cosine = meant.get(number, 0.0)
        if question.vector is None:
            return _WORDS_ALONE if number in whole else _FLOOR
        if number in typed:
            return cosine + (_EVERY_WORD if number in whole else 0.0)
        lack = coverage.lack(expects, *words[number][:2])
        likely = _NEARNESS * cosine + _GAP * gaps[number] + _LACK * lack + _LEAD * lead(number)
        return 1 / (1 + math.exp(-(likely + _BASE)))

    facts_sure = [number for number in typed if scored(number) >= _FACT_SURE]
    surest = max(facts_sure, key=scored, default=None)

    def goes_before(number: int) -> bool:
        """Tell whether a document speaks of what is asked more particularly than any fact."""
        if surest is None or number in typed or question.vector is None:
            return False
        more = shares[number] - shares[surest]
        return more >= _PARTICULAR and strengths[number] > scored(surest) + _COVERED

    def rank(number: int) -> tuple[int, float, int]:
        if number in facts_sure:
            return (1, -scored(number), number)
        remains = strengths[number] - missing.get(number, _GAPPED)
        return (0 if goes_before(number) else 2, -remains, number)

    best = sorted(shares, key=rank)[:limit]
    measure(best)
    scores = {number: min(max(scored(number), 0.0), 1.0) for number in best}
    rows = records.get_passages(connection, best, question.wanted)
    places_meant, places_worded = _places(by_meaning), _places(by_words)
    return [
        Match(
            id=row.id,
            document_id=row.document_id,
            is_fact=row.id in of_facts,
            text=row.text,
            source=row.source,
            access=row.access,
            language=row.language,
            score=scores[row.id],
            sure=scores[row.id] >= (_FACT_ANSWERS if row.id in typed else _ANSWERS),
            meaning=meant.get(row.id, 0.0),
            meaning_rank=places_meant.get(row.id, 0),
            words=weights.get(row.id, 0.0),
            words_rank=places_worded.get(row.id, 0),
            every_word=row.id in whole,
        )
        for row in (rows[number] for number in best if number in rows)
    ]


def _worded(
    connection: Connection, question: Question, facts: Facts
) -> tuple[list[Worded], set[int], Coverage]:
    """Passages with some of the query's words, best first, facts with every one, and the measure.

    Facts are sought apart, so that no number of documents can crowd them out.
    """
    terms = queries.terms_of(question.text, synonyms=facts.synonyms)
    if not terms:
        return [], set(), Coverage()

    def found(words: str, kind: str) -> list[Worded]:
        return records.worded(connection, words, kind, question.wanted, most=_CANDIDATES)

    wide = [term.wide for term in terms]
    some = found(queries.any_of(wide), "fact")
    counted = common.counted(connection, terms)
    some += found(common.bounded(counted), "document")
    every = found(queries.all_of(wide), "fact")
    best = sorted(some, key=lambda one: (-one.weight, one.id))[:_CANDIDATES]
    among = facts.documents + len(facts.ids)
    coverage = Coverage.of(((one.term, one.count) for one in counted), among)
    return best, {one.id for one in every}, coverage


def _meant(
    connection: Connection,
    clock: Clock,
    facts: Facts,
    near: Near,
    question: Question,
    standing: Standing,
    worded: Sequence[int],
) -> dict[int, float]:
    """Give the cosines of all facts, of the nearest passages, and of those found by words."""
    query, wanted = question.vector, question.wanted
    if query is None:
        return {}
    meant = facts.near(query, wanted.on)
    meant.update(near.search(connection, clock, query, wanted, most=_CANDIDATES, standing=standing))
    others = [number for number in worded if number not in meant]
    return {**meant, **_cosines(connection, others, query)}


def _cosines(connection: Connection, wanted: Sequence[int], query: Array) -> dict[int, float]:
    found = dict.fromkeys(wanted, 0.0)
    for number, vector in records.get_vectors(connection, wanted):
        made = np.frombuffer(vector, dtype="<f4")
        if len(made) == len(query):
            found[number] = float(made @ query)
    return found


def _places(ranking: Iterable[int]) -> dict[int, int]:
    return {number: place for place, number in enumerate(ranking, 1)}
