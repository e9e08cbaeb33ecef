"""The SQL of searching: the full-text index, the vectors, and the passages they lead to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from appliance.core.store.database import Connection
from appliance.knowledge.tables import activation, passages, state, vectors
from appliance.knowledge.values import Access, Wanted

EXACT_UP_TO = 5_000
"""Passages up to which vec0 compares every vector, and nothing is kept in memory.

With its filters it takes 1.1 ms for each thousand; the signs take 5 at 10,000, and find .9995 of
the ten nearest.
"""
_EXACT_AGAIN = 4_000
_PART = 500
_EVER = date.min.toordinal(), date.max.toordinal()

_STATE = sa.select(state.c.name, state.c.value)
_SET_STATE = (
    state.update().where(state.c.name == sa.bindparam("name_")).values(value=sa.bindparam("value_"))
)
_ACTIVATION = sa.select(activation.c.name, activation.c.value)
_COUNT = sa.select(sa.func.count()).select_from(passages).where(passages.c.kind == "document")
_ADD_VECTOR = insert(vectors).on_conflict_do_nothing()
_COLUMNS = (
    passages.c.id,
    passages.c.access,
    passages.c.language,
    passages.c.valid_from,
    passages.c.valid_until,
)
_SHELF = sa.select(*_COLUMNS).where(passages.c.kind == "document")
_FACTS = (
    sa.select(*_COLUMNS, vectors.c.vector)
    .join_from(passages, vectors, isouter=True)
    .where(passages.c.kind == "fact")
)
_WORDED = """SELECT p.id AS id, -found.rank AS weight
    FROM {index} AS found JOIN passages AS p ON p.id = found.rowid
    WHERE {index} MATCH :words
        AND p.access IN ('public', :access)
        AND (p.valid_from IS NULL OR p.valid_from <= :day)
        AND (p.valid_until IS NULL OR p.valid_until >= :day)
        AND (:language = '' OR p.language IN ('', :language))
    ORDER BY found.rank, p.id LIMIT :most"""
_WORDED_IN = {
    kind: _WORDED.format(index=name)
    for kind, name in (("fact", "facts_fts"), ("document", "documents_fts"))
}
_PASSAGES = """SELECT id, kind, source, text, document_id, access, language FROM passages
    WHERE id IN ({marks}) AND access IN ('public', ?)
        AND (valid_from IS NULL OR valid_from <= ?) AND (valid_until IS NULL OR valid_until >= ?)"""
_WORDS = "SELECT id, title, text, also, document_id FROM passages WHERE id IN ({marks})"
_HOW_MANY = """SELECT count(*) FROM
    (SELECT 1 FROM documents_fts WHERE documents_fts MATCH ? LIMIT ?)"""
_NEAREST = sa.text(
    """SELECT rowid, distance FROM near WHERE vector MATCH :query AND k = :most
        AND access <= :access AND begins <= :day AND ends >= :day"""
)
_NEAREST_IN = sa.text(
    """SELECT rowid, distance FROM near WHERE vector MATCH :query AND k = :most
        AND access <= :access AND begins <= :day AND ends >= :day
        AND language IN ('', :language)"""
)
_INTO_NEAR = sa.text(
    """INSERT INTO near(rowid, vector, access, language, begins, ends)
        VALUES (:id, :vector, :access, :language, :begins, :ends)"""
)
_WIPE_NEAR = sa.text("UPDATE near SET vector = :nothing WHERE rowid = :id")
_OUT_OF_NEAR = sa.text("DELETE FROM near WHERE rowid = :id")
_RELABEL_NEAR = sa.text(
    """UPDATE near SET access = :access, language = :language, begins = :begins, ends = :ends
        WHERE rowid = :id"""
)


class VectorRow(NamedTuple):
    """A passage's vector, as stored: little-endian float32."""

    id: int
    vector: bytes


class Words(NamedTuple):
    """What finds a passage by its words, `also` being never shown, and whose passage it is."""

    title: str
    text: str
    also: str
    document_id: str | None


class Worded(NamedTuple):
    """A passage with words of the query; a higher weight is better."""

    id: int
    weight: float


@dataclass(frozen=True, slots=True)
class ShelfRow:
    """What a search must know of a passage before reading it."""

    id: int
    access: Access
    language: str
    begins: int
    ends: int
    vector: bytes | None = None


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage as it is shown."""

    id: int
    kind: str
    source: str
    text: str
    document_id: str | None
    access: Access
    language: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Which state of the passages this is. `near` is the size of vec0's vectors, 0 without it."""

    revision: int
    generation: int
    near: int


def standing(connection: Connection) -> Standing:
    """Tell which state of the passages this is."""
    found = {row.name: row.value for row in connection.execute(_STATE)}
    return Standing(found["revision"], found["generation"], found["near"])


def active(connection: Connection) -> dict[str, Any]:
    """Give what the active config says about searching, and who serves."""
    return {row.name: row.value for row in connection.execute(_ACTIVATION)}


# -- by words --------------------------------------------------------------------------------------


def worded(
    connection: Connection, words: str, kind: str, wanted: Wanted, *, most: int
) -> list[Worded]:
    """List passages of a kind that match a full-text query of quoted words, best first."""
    rows = _raw(connection).execute(
        _WORDED_IN[kind],
        {
            "words": words,
            "access": str(Access.INTERNAL if wanted.internal else Access.PUBLIC),
            "day": wanted.on.isoformat(),
            "language": wanted.language or "",
            "most": most,
        },
    )
    return [Worded(*row) for row in rows]


def how_many(connection: Connection, words: str, *, most: int) -> int:
    """Count the passages of documents that match, no further than `most`; ranks nothing."""
    return int(_raw(connection).execute(_HOW_MANY, (words, most)).fetchone()[0])


# -- by meaning ------------------------------------------------------------------------------------


def nearest(
    connection: Connection, query: bytes, wanted: Wanted, *, most: int
) -> list[tuple[int, float]]:
    """List documents' passages by cosine, best first, compared one by one by vec0."""
    rows = connection.execute(
        _NEAREST_IN if wanted.language else _NEAREST,
        {
            "query": query,
            "most": most,
            "access": int(wanted.internal),
            "day": wanted.on.toordinal(),
            "language": wanted.language or "",
        },
    )
    return [(row.rowid, 1 - row.distance) for row in rows]


def get_vectors(connection: Connection, wanted: Sequence[int]) -> Iterator[VectorRow]:
    """Give the stored vectors of passages, in no order."""
    for at in range(0, len(wanted), _PART):
        part = [int(number) for number in wanted[at : at + _PART]]
        marks = ",".join("?" * len(part))
        sql = f"SELECT passage_id, vector FROM vectors WHERE passage_id IN ({marks})"  # noqa: S608
        yield from map(VectorRow._make, _raw(connection).execute(sql, part))


def shelf(connection: Connection) -> list[ShelfRow]:
    """List what is known of every passage of a document, without its text."""
    return [_shelved(*row) for row in connection.execute(_SHELF)]


def facts(connection: Connection) -> list[ShelfRow]:
    """List the facts with their vectors."""
    return [_shelved(*row) for row in connection.execute(_FACTS)]


def get_passages(
    connection: Connection, wanted: Sequence[int], filtered: Wanted
) -> dict[int, PassageRow]:
    """Give passages by id, but none that this search may not find."""
    numbers = [int(number) for number in wanted]
    marks = ",".join("?" * len(numbers))
    access = str(Access.INTERNAL if filtered.internal else Access.PUBLIC)
    day = filtered.on.isoformat()
    rows = _raw(connection).execute(_PASSAGES.format(marks=marks), [*numbers, access, day, day])
    return {
        number: PassageRow(number, kind, source, text, document_id, Access(label), language)
        for number, kind, source, text, document_id, label, language in rows
    }


def get_words(connection: Connection, wanted: Sequence[int]) -> dict[int, Words]:
    """Give what finds passages by their words."""
    numbers = [int(number) for number in wanted]
    rows = _raw(connection).execute(_WORDS.format(marks=",".join("?" * len(numbers))), numbers)
    return {number: Words(*words) for number, *words in rows}


def count(connection: Connection) -> int:
    """Count the passages of documents."""
    return int(connection.execute(_COUNT).scalar_one())


# -- keeping the vectors ---------------------------------------------------------------------------


def add_vectors(connection: Connection, rows: Sequence[VectorRow]) -> None:
    """Record passages' vectors."""
    if not rows:
        return
    connection.execute(_ADD_VECTOR, [{"passage_id": row.id, "vector": row.vector} for row in rows])
    if standing(connection).near:
        _into_near(connection, rows)
    settle(connection)


def relabel(connection: Connection, wanted: Sequence[int]) -> None:
    """Take up changed access, language or days of passages."""
    if standing(connection).near:
        for row in _shelved_of(connection, wanted):
            connection.execute(_RELABEL_NEAR, _near_columns(row))


def forget(connection: Connection, wanted: Sequence[int]) -> None:
    """Take passages out of what was made of them, before they go."""
    size = standing(connection).near
    if size:
        nothing = bytes(4 * size)  # vec0 only marks a deleted vector as gone
        connection.execute(_WIPE_NEAR, [{"id": number, "nothing": nothing} for number in wanted])
        connection.execute(_OUT_OF_NEAR, [{"id": number} for number in wanted])


def settle(connection: Connection) -> None:
    """Have the vec0 table where there are few passages, and none where there are many."""
    size = standing(connection).near
    count = int(connection.execute(_COUNT).scalar_one())
    if size and count > EXACT_UP_TO:
        connection.exec_driver_sql("DROP TABLE near")
        connection.execute(_SET_STATE, {"name_": "near", "value_": 0})
    elif not size and 0 < count <= _EXACT_AGAIN:
        rebuild(connection)


def rebuild(connection: Connection) -> None:
    """Make the vec0 table anew from the vectors, if there are not too many."""
    connection.exec_driver_sql("DROP TABLE IF EXISTS near")
    first = connection.execute(sa.select(vectors.c.vector).limit(1)).scalar()
    count = int(connection.execute(_COUNT).scalar_one())
    size = len(first) // 4 if first is not None and 0 < count <= EXACT_UP_TO else 0
    connection.execute(_SET_STATE, {"name_": "near", "value_": size})
    if not size:
        return
    connection.exec_driver_sql(
        f"""CREATE VIRTUAL TABLE near USING vec0(vector float[{size}] distance_metric=cosine,
            access integer, language text, begins integer, ends integer)"""
    )
    numbers = [row.id for row in shelf(connection)]
    for at in range(0, len(numbers), _PART):
        _into_near(connection, list(get_vectors(connection, numbers[at : at + _PART])))


def _into_near(connection: Connection, rows: Sequence[VectorRow]) -> None:
    """Facts stay out: they are compared apart, and always."""
    made = {row.id: row.vector for row in rows}
    values = [
        {**_near_columns(row), "vector": made[row.id]}
        for row in _shelved_of(connection, list(made))
    ]
    if values:  # a row may be there already, of a vector that was lost since
        connection.execute(_OUT_OF_NEAR, [{"id": value["id"]} for value in values])
        connection.execute(_INTO_NEAR, values)


def _near_columns(row: ShelfRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "access": int(row.access is Access.INTERNAL),
        "language": row.language,
        "begins": row.begins,
        "ends": row.ends,
    }


def _shelved_of(connection: Connection, wanted: Sequence[int]) -> Iterator[ShelfRow]:
    for at in range(0, len(wanted), _PART):
        for row in connection.execute(_SHELF.where(passages.c.id.in_(wanted[at : at + _PART]))):
            yield _shelved(*row)


def _shelved(
    number: int,
    access: str,
    language: str,
    begins: date | None,
    ends: date | None,
    vector: bytes | None = None,
) -> ShelfRow:
    first = begins.toordinal() if begins else _EVER[0]
    last = ends.toordinal() if ends else _EVER[1]
    return ShelfRow(number, Access(access), language, first, last, vector)


def as_bytes(vector: np.typing.ArrayLike) -> bytes:
    """Give a vector as it is stored."""
    return np.asarray(vector, dtype="<f4").tobytes()


def _raw(connection: Connection) -> Any:
    """Give SQLite's own connection: statements asked at every search need no compiling."""
    return connection.connection.driver_connection
