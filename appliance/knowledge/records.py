"""The SQL of documents, sites, and the passages and vectors that are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from appliance.core.store.database import Connection
from appliance.knowledge.search import records as index
from appliance.knowledge.tables import (
    activation,
    documents,
    passages,
    sites,
    staged,
    state,
    vectors,
    vectors_next,
)
from appliance.knowledge.values import Access, Asked, Document, Serving, Site, State, Text

_COUNT = (
    sa.select(sa.func.count())
    .where(passages.c.document_id == documents.c.id)
    .correlate(documents)
    .scalar_subquery()
    .label("passages")
)
_DOCUMENTS = sa.select(documents, _COUNT)
_LISTED = _DOCUMENTS.order_by(documents.c.title, documents.c.id)
_BY_ID = _DOCUMENTS.where(documents.c.id == sa.bindparam("id_"))
_BY_ADDRESS = _DOCUMENTS.where(documents.c.address == sa.bindparam("address_"))
_OF_PASSAGE = (
    _DOCUMENTS.join(passages, passages.c.document_id == documents.c.id)
    .where(passages.c.source == sa.bindparam("source_"), passages.c.text == sa.bindparam("text_"))
    .limit(1)
)
_DUE = (
    _DOCUMENTS.where(documents.c.due_at <= sa.bindparam("present", type_=documents.c.due_at.type))
    .order_by(documents.c.due_at, documents.c.id)
    .limit(1)
)
_ANY_DUE = (
    sa.select(sa.func.count())
    .select_from(documents)
    .where(documents.c.due_at <= sa.bindparam("present", type_=documents.c.due_at.type))
)
_ADD_DOCUMENT = documents.insert()
_REMOVE_DOCUMENT = documents.delete().where(documents.c.id == sa.bindparam("id_"))
_OF_SITE = _DOCUMENTS.where(documents.c.site_id == sa.bindparam("site"))
_CHANGE = documents.update().where(documents.c.id == sa.bindparam("id_"))

_SITES = sa.select(sites).order_by(sites.c.address)
_SITE = sa.select(sites).where(sites.c.id == sa.bindparam("id_"))
_SITE_AT = sa.select(sites).where(sites.c.address == sa.bindparam("address_"))
_ADD_SITE = sites.insert()
_CHANGE_SITE = sites.update().where(sites.c.id == sa.bindparam("id_"))
_REMOVE_SITE = sites.delete().where(sites.c.id == sa.bindparam("id_"))

_ADD_PASSAGE = passages.insert()
# Ids are never given twice: what is kept of one elsewhere cannot come to mean another passage.
_LAST_ID = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'passages'")
_PASSAGES = sa.select(passages).where(passages.c.document_id == sa.bindparam("id_"))
_FACTS = sa.select(passages).where(passages.c.kind == "fact")
_REMOVE_PASSAGE = passages.delete().where(passages.c.id == sa.bindparam("id_"))
_CHANGE_PASSAGE = (
    passages.update()
    .where(passages.c.id == sa.bindparam("id_"))
    .values(
        source=sa.bindparam("source_"),
        ordinal=sa.bindparam("ordinal_"),
        valid_from=sa.bindparam("from_"),
        valid_until=sa.bindparam("until_"),
        access=sa.bindparam("access_"),
        language=sa.bindparam("language_"),
    )
)
_KNOWN = (
    sa.select(passages.c.digest, vectors.c.vector)
    .join_from(vectors, passages)
    .where(passages.c.document_id == sa.bindparam("id_"))
)
_KNOWN_FACTS = (
    sa.select(passages.c.digest, vectors.c.vector)
    .join_from(vectors, passages)
    .where(passages.c.kind == "fact")
)
_STAGED = sa.select(staged.c.digest, staged.c.vector).where(
    staged.c.document_id == sa.bindparam("id_"), staged.c.embedder == sa.bindparam("name")
)
_STAGE = insert(staged).on_conflict_do_nothing()
_UNSTAGE = staged.delete().where(staged.c.document_id == sa.bindparam("id_"))
_SET = insert(activation)
_SET_ACTIVATION = _SET.on_conflict_do_update(
    index_elements=["name"], set_={"value": _SET.excluded.value}
)
_COUNT_PASSAGES = (
    sa.select(sa.func.count()).select_from(passages).where(passages.c.kind == sa.bindparam("kind_"))
)
_WITHOUT_NEXT = (
    sa.select(passages.c.id, passages.c.title, passages.c.text)
    .where(~sa.exists().where(vectors_next.c.passage_id == passages.c.id))
    .order_by(passages.c.id)
    .limit(sa.bindparam("most"))
)
_WITHOUT = (
    sa.select(passages.c.id, passages.c.title, passages.c.text)
    .where(~sa.exists().where(vectors.c.passage_id == passages.c.id))
    .order_by(passages.c.id)
    .limit(sa.bindparam("most"))
)
_COUNT_WITHOUT = (
    sa.select(sa.func.count())
    .select_from(passages)
    .where(~sa.exists().where(vectors.c.passage_id == passages.c.id))
)
_ADD_NEXT = insert(vectors_next).on_conflict_do_nothing()
_GENERATION = state.update().where(state.c.name == "generation").values(value=state.c.value + 1)


# -- documents -------------------------------------------------------------------------------------


def list_documents(connection: Connection) -> list[Document]:
    """List the documents by title."""
    return [_document(row) for row in connection.execute(_LISTED)]


def find_document(connection: Connection, document_id: str) -> Document | None:
    """Find a document by its id."""
    row = connection.execute(_BY_ID, {"id_": document_id}).first()
    return _document(row) if row else None


def find_document_at(connection: Connection, address: str) -> Document | None:
    """Find a document by its address."""
    row = connection.execute(_BY_ADDRESS, {"address_": address}).first()
    return _document(row) if row else None


def find_document_of(connection: Connection, *, source: str, text: str) -> Document | None:
    """Find the document that a passage is of, by what is shown of the passage."""
    row = connection.execute(_OF_PASSAGE, {"source_": source, "text_": text}).first()
    return _document(row) if row else None


def next_due(connection: Connection, now: datetime) -> Document | None:
    """Find the document that waits longest to be read."""
    row = connection.execute(_DUE, {"present": now}).first()
    return _document(row) if row else None


def count_due(connection: Connection, now: datetime) -> int:
    """Count the documents that wait to be read."""
    return int(connection.execute(_ANY_DUE, {"present": now}).scalar_one())


def pages_of(connection: Connection, site_id: str) -> list[Document]:
    """List the pages of a website."""
    return [_document(row) for row in connection.execute(_OF_SITE, {"site": site_id})]


def add_document(
    connection: Connection,
    *,
    document_id: str,
    address: str,
    title: str,
    now: datetime,
    asked: Asked,
    site_id: str | None = None,
) -> None:
    """Record a document that waits to be read."""
    connection.execute(
        _ADD_DOCUMENT,
        {
            "id": document_id,
            "address": address,
            "title": title,
            "added_at": now,
            "state": State.WAITING,
            "asked": _asked_wire(asked),
            "site_id": site_id,
            "due_at": now,
        },
    )


def change_document(connection: Connection, document_id: str, **values: Any) -> bool:
    """Change some columns of a document; False where it is gone."""
    if "asked" in values:
        values["asked"] = _asked_wire(values["asked"])
    return bool(connection.execute(_CHANGE.values(**values), {"id_": document_id}).rowcount)


def remove_document(connection: Connection, document_id: str) -> bool:
    """Forget a document and its passages; False where there is none."""
    remove_passages(connection, [row.id for row in _passages(connection, document_id)])
    set_active(connection, {"wipe": True})
    return bool(connection.execute(_REMOVE_DOCUMENT, {"id_": document_id}).rowcount)


# -- sites -----------------------------------------------------------------------------------------


def list_sites(connection: Connection) -> list[Site]:
    """List the websites by address."""
    return [_site(row) for row in connection.execute(_SITES)]


def find_site(connection: Connection, site_id: str) -> Site | None:
    """Find a website by its id."""
    row = connection.execute(_SITE, {"id_": site_id}).first()
    return _site(row) if row else None


def find_site_at(connection: Connection, address: str) -> Site | None:
    """Find a website by its address."""
    row = connection.execute(_SITE_AT, {"address_": address}).first()
    return _site(row) if row else None


def add_site(connection: Connection, site: Site) -> None:
    """Record a website."""
    connection.execute(
        _ADD_SITE,
        {
            "id": site.id,
            "address": site.address,
            "added_at": site.added_at,
            "pages": site.pages,
            "every_s": site.every_s,
            "due_at": site.due_at,
            "asked": _asked_wire(site.asked),
        },
    )


def change_site(connection: Connection, site_id: str, **values: Any) -> None:
    """Change some columns of a website."""
    if "asked" in values:
        values["asked"] = _asked_wire(values["asked"])
    connection.execute(_CHANGE_SITE.values(**values), {"id_": site_id})


def remove_site(connection: Connection, site_id: str) -> bool:
    """Forget a website and its pages; False where there is none."""
    for page in pages_of(connection, site_id):
        remove_document(connection, page.id)
    return bool(connection.execute(_REMOVE_SITE, {"id_": site_id}).rowcount)


# -- passages --------------------------------------------------------------------------------------


def replace_passages(
    connection: Connection,
    texts: Sequence[Text],
    made: Mapping[str, bytes],
    *,
    kind: str,
    document_id: str | None = None,
) -> None:
    """Put texts in place of a document's passages, or of all facts.

    What stays the same stays: a passage with the same words keeps its row and its vector. `made`
    has vectors by digest; a passage without one is found by its words alone.
    """
    rows = _passages(connection, document_id) if document_id else connection.execute(_FACTS).all()
    before: dict[tuple[str, ...], list[Any]] = {}
    for row in rows:
        before.setdefault((row.title, row.text, row.also), []).append(row)
    fresh: list[tuple[int, Text]] = []
    changed: list[dict[str, Any]] = []
    for ordinal, text in enumerate(texts):
        same = before.get((text.title, text.text, text.also))
        if not same:
            fresh.append((ordinal, text))
            continue
        row = same.pop(0)
        now = _changeable(ordinal, text)
        if now != (row.source, row.ordinal, row.valid_from, row.valid_until, row.access,
                   row.language):  # fmt: skip
            names = ("source_", "ordinal_", "from_", "until_", "access_", "language_")
            changed.append({"id_": row.id, **dict(zip(names, now, strict=True))})
    remove_passages(connection, [row.id for left in before.values() for row in left])
    if changed:
        connection.execute(_CHANGE_PASSAGE, changed)
        index.relabel(connection, [each["id_"] for each in changed])
    _add_passages(connection, fresh, made, kind=kind, document_id=document_id)


def _changeable(ordinal: int, text: Text) -> tuple[Any, ...]:
    return (
        text.source, ordinal, text.valid_from, text.valid_until, str(text.access), text.language,
    )  # fmt: skip


def _add_passages(
    connection: Connection,
    fresh: Sequence[tuple[int, Text]],
    made: Mapping[str, bytes],
    *,
    kind: str,
    document_id: str | None,
) -> None:
    if not fresh:
        return
    first = int(connection.execute(_LAST_ID).scalar() or 0) + 1
    values = [
        {
            "id": number,
            "kind": kind,
            "source": text.source,
            "title": text.title,
            "text": text.text,
            "also": text.also,
            "document_id": document_id,
            "ordinal": ordinal,
            "valid_from": text.valid_from,
            "valid_until": text.valid_until,
            "access": text.access,
            "language": text.language,
            "digest": text.digest,
        }
        for number, (ordinal, text) in enumerate(fresh, first)
    ]
    connection.execute(_ADD_PASSAGE, values)
    rows = [
        index.VectorRow(number, made[text.digest])
        for number, (_, text) in enumerate(fresh, first)
        if text.digest in made
    ]
    index.add_vectors(connection, rows)
    if len(rows) < len(fresh):
        set_active(connection, {"lacks_vectors": True})


def remove_passages(connection: Connection, wanted: Sequence[int]) -> None:
    """Forget passages and everything that was made of them."""
    if wanted:
        index.forget(connection, wanted)
        connection.execute(_REMOVE_PASSAGE, [{"id_": number} for number in wanted])


def reaccess(connection: Connection, document_id: str, **values: Any) -> None:
    """Change access, days or source of all passages of a document, as its texts stay."""
    rows = _passages(connection, document_id)
    if rows:
        connection.execute(
            passages.update().where(passages.c.document_id == document_id).values(**values)
        )
        index.relabel(connection, [row.id for row in rows])


def _passages(connection: Connection, document_id: str) -> Sequence[Any]:
    return connection.execute(_PASSAGES, {"id_": document_id}).all()


def count_passages(connection: Connection) -> int:
    """Count facts and passages of documents."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(passages)).scalar_one())


def count_facts(connection: Connection) -> int:
    """Count the facts."""
    return int(connection.execute(_COUNT_PASSAGES, {"kind_": "fact"}).scalar_one())


# -- vectors ---------------------------------------------------------------------------------------


def known_vectors(
    connection: Connection, embedder: str, document_id: str | None
) -> dict[str, bytes]:
    """Give the vectors at hand by digest: of a document and what is staged for it, or of facts."""
    if document_id is None:
        return {row.digest: row.vector for row in connection.execute(_KNOWN_FACTS)}
    held = connection.execute(_STAGED, {"id_": document_id, "name": embedder})
    own = connection.execute(_KNOWN, {"id_": document_id})
    return {row.digest: row.vector for rows in (held, own) for row in rows}


def stage(
    connection: Connection, document_id: str, embedder: str, made: Iterable[tuple[str, bytes]]
) -> None:
    """Keep vectors of a document that is being read."""
    rows = [
        {"document_id": document_id, "embedder": embedder, "digest": digest, "vector": vector}
        for digest, vector in made
    ]
    if rows:
        connection.execute(_STAGE, rows)


def unstage(connection: Connection, document_id: str) -> None:
    """Forget what was kept for a document that was being read."""
    connection.execute(_UNSTAGE, {"id_": document_id})


def without_vector(connection: Connection, *, most: int) -> list[tuple[int, str]]:
    """List passages without a vector, with the words to embed."""
    rows = connection.execute(_WITHOUT, {"most": most})
    return [(row.id, f"{row.title}. {row.text}") for row in rows]


def count_without_vector(connection: Connection) -> int:
    """Count the passages without a vector."""
    return int(connection.execute(_COUNT_WITHOUT).scalar_one())


def lacks_vectors(connection: Connection) -> bool:
    """Tell whether passages were stored without a vector; counting would read every one."""
    return bool(active(connection).get("lacks_vectors"))


def note_lacking(connection: Connection) -> None:
    """Record whether passages lack their vector."""
    set_active(connection, {"lacks_vectors": bool(without_vector(connection, most=1))})


def without_next(connection: Connection, *, most: int) -> list[tuple[int, str]]:
    """List passages for which the next embedder has made no vector yet."""
    rows = connection.execute(_WITHOUT_NEXT, {"most": most})
    return [(row.id, f"{row.title}. {row.text}") for row in rows]


def add_next(connection: Connection, made: Iterable[tuple[int, bytes]]) -> None:
    """Record vectors of the next embedder; a passage that is gone meanwhile is left out."""
    rows = [
        {"passage_id": number, "vector": vector} for number, vector in _present(connection, made)
    ]
    if rows:
        connection.execute(_ADD_NEXT, rows)


def _present(connection: Connection, made: Iterable[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    rows = list(made)
    wanted = sa.select(passages.c.id).where(passages.c.id.in_([number for number, _ in rows]))
    present = set(connection.execute(wanted).scalars())
    return [row for row in rows if row[0] in present]


def drop_next(connection: Connection) -> None:
    """Forget the vectors of an embedder that will not be used after all."""
    connection.execute(vectors_next.delete())


def add_vectors(connection: Connection, made: Iterable[tuple[int, bytes]]) -> None:
    """Record vectors that lacked; a passage that is gone meanwhile is left out."""
    index.add_vectors(connection, [index.VectorRow(*one) for one in _present(connection, made)])


def take_next(connection: Connection) -> None:
    """Let the next vectors take the place of those that were searched."""
    connection.exec_driver_sql("ALTER TABLE vectors RENAME TO vectors_old")
    connection.exec_driver_sql("ALTER TABLE vectors_next RENAME TO vectors")
    connection.exec_driver_sql("DROP TABLE vectors_old")
    vectors_next.create(connection)
    connection.execute(_GENERATION)
    index.rebuild(connection)


# -- what is active --------------------------------------------------------------------------------


def active(connection: Connection) -> dict[str, Any]:
    """Give what the active config says about searching, and who serves."""
    return index.active(connection)


def set_active(connection: Connection, values: Mapping[str, Any]) -> None:
    """Record what the active config says about searching."""
    rows = [{"name": name, "value": value} for name, value in values.items()]
    connection.execute(_SET_ACTIVATION, rows)


def serving(connection: Connection) -> Serving | None:
    """Give whose vectors are searched; None before the first."""
    held = active(connection).get("serving")
    return Serving(held["name"], held["spec"]) if held else None


def serves(connection: Connection, name: str) -> bool:
    """Tell whether this embedder's vectors are the ones that are searched."""
    held = serving(connection)
    return held is not None and held.name == name


def set_serving(connection: Connection, chosen: Serving, *, name: str = "serving") -> None:
    """Record whose vectors are searched, or, as `next`, whose are being made."""
    set_active(connection, {name: {"name": chosen.name, "spec": dict(chosen.spec)}})


def must_wipe(connection: Connection) -> bool:
    """Tell whether something was removed of which traces may be left in the file."""
    return bool(active(connection).get("wipe"))


def wiped(connection: Connection) -> None:
    """Record that the file holds no trace of what was removed."""
    set_active(connection, {"wipe": False})


# -- rows as values --------------------------------------------------------------------------------


def _document(row: Any) -> Document:
    values = dict(row._mapping)
    values["state"] = State(values["state"])
    values["access"] = Access(values["access"])
    values["asked"] = _asked(values["asked"])
    return Document(**values)


def _site(row: Any) -> Site:
    values = dict(row._mapping)
    values["asked"] = _asked(values["asked"])
    return Site(**values)


def _asked_wire(asked: Asked) -> dict[str, str]:
    said = {
        "access": asked.access,
        "valid_from": asked.valid_from and asked.valid_from.isoformat(),
        "valid_until": asked.valid_until and asked.valid_until.isoformat(),
    }
    return {name: str(value) for name, value in said.items() if value}


def _asked(wire: Mapping[str, str]) -> Asked:
    def day(name: str) -> date | None:
        return date.fromisoformat(wire[name]) if name in wire else None

    return Asked(
        access=Access(wire["access"]) if "access" in wire else None,
        valid_from=day("valid_from"),
        valid_until=day("valid_until"),
    )
