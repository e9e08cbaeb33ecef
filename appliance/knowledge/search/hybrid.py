"""Words and meaning together: reciprocal rank fusion, facts before documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from appliance.core.clock import Clock
from appliance.core.store.database import Connection
from appliance.knowledge import query as queries
from appliance.knowledge.search import common, records
from appliance.knowledge.search.near import Near
from appliance.knowledge.search.records import Standing, Worded
from appliance.knowledge.search.shelf import Facts
from appliance.knowledge.values import Match, Wanted

Array = npt.NDArray[np.float32]

_CANDIDATES = 40
_RANK_OFFSET = 60  # of reciprocal rank fusion, as in Cormack et al. 2009
_FACT_SURE = 0.4  # a fact at least this near goes before any document
_EVERY_WORD = 0.15  # what having all the query's words adds to its score
_FLOOR = 0.15  # below this, and without a word in common, nothing is near
_WORDS_ALONE = 0.4  # the score of having every word, while no meaning can be had


@dataclass(frozen=True, slots=True)
class Question:
    """A query, and its vector: None while its embedder cannot be reached."""

    text: str
    vector: Array | None
    wanted: Wanted


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

    The score (0..1) is the cosine of query and passage, and a little more where the passage has
    every word of the query. While the embedder cannot be reached, words alone decide.
    """
    standing = records.standing(connection)  # the transaction begins here
    worded, whole = _worded(connection, question, facts)
    meant = _meant(connection, clock, facts, near, question, standing, [w.id for w in worded])
    of_facts = {int(number) for number in facts.ids}
    score = _scores(question, worded, whole, meant)
    by_words = [found.id for found in worded]
    by_meaning = sorted(
        (number for number in meant if score[number] >= _FLOOR),
        key=lambda number: (-score[number], number),
    )[:_CANDIDATES]
    fused = _fused(by_words, by_meaning)

    def rank(number: int) -> tuple[bool, float]:
        sure = number in of_facts and score[number] >= _FACT_SURE
        return (not sure, -score[number] if sure else -fused[number])

    best = sorted(fused, key=rank)[:limit]
    rows = records.get_passages(connection, best, question.wanted)
    weights = {found.id: found.weight for found in worded}
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
            score=float(np.clip(score[row.id], 0, 1)),
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
) -> tuple[list[Worded], set[int]]:
    """Passages with some of the query's words, best first, and those with every one.

    Facts are sought apart, so that no number of documents can crowd them out.
    """
    terms = queries.terms_of(question.text, synonyms=facts.synonyms)
    if not terms:
        return [], set()

    def found(words: str, kind: str) -> list[Worded]:
        return records.worded(connection, words, kind, question.wanted, most=_CANDIDATES)

    wide = [term.wide for term in terms]
    some = found(queries.any_of(wide), "fact")
    some += found(common.bounded(connection, terms), "document")
    every = found(queries.all_of(wide), "fact") + found(queries.all_of(wide), "document")
    best = sorted(some, key=lambda one: (-one.weight, one.id))[:_CANDIDATES]
    return best, {one.id for one in every}


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


def _scores(
    question: Question, worded: Sequence[Worded], whole: set[int], meant: Mapping[int, float]
) -> dict[int, float]:
    if question.vector is None:
        return {found.id: _WORDS_ALONE if found.id in whole else _FLOOR for found in worded}
    return {n: cosine + (_EVERY_WORD if n in whole else 0.0) for n, cosine in meant.items()}


def _cosines(connection: Connection, wanted: Sequence[int], query: Array) -> dict[int, float]:
    found = dict.fromkeys(wanted, 0.0)
    for number, vector in records.get_vectors(connection, wanted):
        made = np.frombuffer(vector, dtype="<f4")
        if len(made) == len(query):
            found[number] = float(made @ query)
    return found


def _fused(*rankings: Sequence[int]) -> Mapping[int, float]:
    """Reciprocal rank fusion: what stands high in either ranking stands high."""
    fused: dict[int, float] = {}
    for ranking in rankings:
        for rank, number in enumerate(ranking):
            fused[number] = fused.get(number, 0.0) + 1 / (_RANK_OFFSET + rank + 1)
    return fused


def _places(ranking: Iterable[int]) -> dict[int, int]:
    return {number: place for place, number in enumerate(ranking, 1)}
