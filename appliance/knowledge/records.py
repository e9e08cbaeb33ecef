"""The SQL of knowledge.db."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from appliance.core.store.database import Connection
from appliance.knowledge.tables import activation, documents, passages, state
from appliance.knowledge.values import Document, Text

_REVISION = sa.select(state.c.value).where(state.c.name == "revision")
_VECTORS = sa.select(
    passages.c.id, passages.c.kind, passages.c.valid_from, passages.c.valid_until, passages.c.vector
).where(passages.c.embedder == sa.bindparam("name"))
_MATCHING = sa.text(
    "SELECT rowid FROM passages_fts WHERE passages_fts MATCH :words "
    "ORDER BY bm25(passages_fts, 2.0, 1.0, 1.0) LIMIT :most"
)
_KNOWN = sa.select(passages.c.title, passages.c.text, passages.c.vector).where(
    passages.c.kind == "fact", passages.c.embedder == sa.bindparam("name")
)
_ADD = passages.insert()
_REMOVE_FACTS = passages.delete().where(passages.c.kind == "fact")
_COUNT = (
    sa.select(sa.func.count())
    .where(passages.c.document_id == documents.c.id)
    .correlate(documents)
    .scalar_subquery()
)
_DOCUMENTS = sa.select(
    documents.c.id,
    documents.c.path,
    documents.c.title,
    documents.c.digest,
    documents.c.added_at,
    documents.c.state,
    documents.c.problem,
    _COUNT,
).order_by(documents.c.title, documents.c.id)
_BY_PATH = _DOCUMENTS.where(documents.c.path == sa.bindparam("path_"))
_ADD_DOCUMENT = documents.insert()
_REMOVE_DOCUMENT = documents.delete().where(documents.c.id == sa.bindparam("id_"))
_STALE = sa.select(passages.c.id, passages.c.title, passages.c.text).where(
    passages.c.embedder != sa.bindparam("name")
)
_STALE_OF = (
    sa.select(sa.func.count())
    .select_from(passages)
    .where(
        passages.c.document_id == sa.bindparam("id_"), passages.c.embedder != sa.bindparam("name")
    )
)
_SET_VECTOR = (
    passages.update()
    .where(passages.c.id == sa.bindparam("id_"))
    .values(embedder=sa.bindparam("name"), vector=sa.bindparam("bytes_"))
)
_ACTIVATION = sa.select(activation.c.name, activation.c.value)
_SET = insert(activation)
_SET_ACTIVATION = _SET.on_conflict_do_update(
    index_elements=["name"], set_={"value": _SET.excluded.value}
)
_COUNT_FACTS = sa.select(sa.func.count()).select_from(passages).where(passages.c.kind == "fact")


@dataclass(frozen=True, slots=True)
class VectorRow:
    """A passage's vector, and when the passage holds."""

    id: int
    kind: str
    valid_from: date | None
    valid_until: date | None
    vector: bytes


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage as it is shown."""

    id: int
    kind: str
    source: str
    text: str


def revision(connection: Connection) -> int:
    """Tell which state of the passages this is."""
    return int(connection.execute(_REVISION).scalar_one())


def active(connection: Connection) -> dict[str, Any]:
    """Give what the active config says about searching."""
    return {row.name: row.value for row in connection.execute(_ACTIVATION)}


def set_active(connection: Connection, values: dict[str, Any]) -> None:
    """Record what the active config says about searching."""
    rows = [{"name": name, "value": value} for name, value in values.items()]
    connection.execute(_SET_ACTIVATION, rows)


def vectors(connection: Connection, embedder: str) -> list[VectorRow]:
    """List the vectors this embedder made."""
    return [VectorRow(*row) for row in connection.execute(_VECTORS, {"name": embedder})]


def matching(connection: Connection, words: str, *, most: int) -> list[int]:
    """List the ids of passages that match a full-text query of quoted words, best first."""
    return list(connection.execute(_MATCHING, {"words": words, "most": most}).scalars())


def get_passages(connection: Connection, wanted: Sequence[int]) -> dict[int, PassageRow]:
    """Give passages by id."""
    rows = connection.execute(
        sa.select(passages.c.id, passages.c.kind, passages.c.source, passages.c.text).where(
            passages.c.id.in_(wanted)
        )
    )
    return {row.id: PassageRow(*row) for row in rows}


def known_vectors(connection: Connection, embedder: str) -> dict[str, bytes]:
    """Give the vectors of stored facts by the words they were made of."""
    rows = connection.execute(_KNOWN, {"name": embedder})
    return {f"{title}. {text}": vector for title, text, vector in rows}


def add_passages(
    connection: Connection,
    rows: Iterable[tuple[Text, bytes]],
    *,
    kind: str,
    embedder: str,
    document_id: str | None = None,
) -> None:
    """Record passages in order, each with its vector."""
    values = [
        {
            "kind": kind,
            "source": text.source,
            "title": text.title,
            "text": text.text,
            "also": text.also,
            "document_id": document_id,
            "ordinal": ordinal,
            "valid_from": text.valid_from,
            "valid_until": text.valid_until,
            "embedder": embedder,
            "vector": vector,
        }
        for ordinal, (text, vector) in enumerate(rows)
    ]
    if values:
        connection.execute(_ADD, values)


def remove_facts(connection: Connection) -> None:
    """Forget all facts."""
    connection.execute(_REMOVE_FACTS)


def count_facts(connection: Connection) -> int:
    """Count the facts."""
    return int(connection.execute(_COUNT_FACTS).scalar_one())


def list_documents(connection: Connection) -> list[Document]:
    """List the documents by title."""
    return [Document(*row) for row in connection.execute(_DOCUMENTS)]


def find_document(connection: Connection, path: str) -> Document | None:
    """Find a document by its path."""
    row = connection.execute(_BY_PATH, {"path_": path}).first()
    return Document(*row) if row else None


def add_document(
    connection: Connection,
    *,
    document_id: str,
    path: str,
    title: str,
    digest: str,
    now: datetime,
    problem: str | None,
) -> None:
    """Record a document: ready, or failed with a problem."""
    connection.execute(
        _ADD_DOCUMENT,
        {
            "id": document_id,
            "path": path,
            "title": title,
            "digest": digest,
            "added_at": now,
            "state": "failed" if problem else "ready",
            "problem": problem,
        },
    )


def remove_document(connection: Connection, document_id: str) -> bool:
    """Forget a document and its passages; False where there is none."""
    return bool(connection.execute(_REMOVE_DOCUMENT, {"id_": document_id}).rowcount)


def stale(connection: Connection, embedder: str) -> list[tuple[int, str]]:
    """List the passages whose vectors another embedder made, with the words to embed."""
    rows = connection.execute(_STALE, {"name": embedder})
    return [(row.id, f"{row.title}. {row.text}") for row in rows]


def has_stale(connection: Connection, document_id: str, embedder: str) -> bool:
    """Tell whether a document has passages whose vectors another embedder made."""
    return bool(connection.execute(_STALE_OF, {"id_": document_id, "name": embedder}).scalar_one())


def set_vectors(
    connection: Connection, made: Iterable[tuple[int, bytes]], *, embedder: str
) -> None:
    """Replace vectors."""
    values = [{"id_": number, "bytes_": vector, "name": embedder} for number, vector in made]
    if values:
        connection.execute(_SET_VECTOR, values)
