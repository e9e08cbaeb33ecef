"""Making all vectors anew when the config wants another embedder; the old ones serve meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from appliance.core.store.database import Connection
from appliance.knowledge import records, vectors
from appliance.knowledge.library import Library
from appliance.knowledge.values import Serving

_PART = 64


def is_due(library: Library) -> bool:
    """Tell whether there is something to make: another embedder is wanted, or vectors lack."""
    serving = library.db.read(records.serving)
    if serving is None:
        return False
    return serving.name != library.embedder.name or library.db.read(records.lacks_vectors)


def reindex(
    library: Library,
    *,
    progress: vectors.Progress = vectors.no_progress,
    goes_on: Callable[[], bool] = lambda: True,
) -> int:
    """Make what lacks; gives how many vectors were made. Goes on where it was interrupted.

    Raises:
        Unavailable: the wanted embedder does not answer; what was made is kept.
    """
    name, _ = library.serving()
    if name == library.embedder.name:
        return _fill(library, progress, goes_on)
    return _replace(library, progress, goes_on)


def _fill(library: Library, progress: vectors.Progress, goes_on: Callable[[], bool]) -> int:
    """Make the vectors that lack beside those that serve."""
    db, made = library.db, 0
    total = db.read(records.count_without_vector)
    while goes_on() and (part := db.read(lambda c: records.without_vector(c, most=_PART))):
        found = vectors.encode(library.embedder, [words for _, words in part])
        made += _keep(library, records.add_vectors, part, found)
        progress(made, total)
    db.write_now(records.note_lacking)
    return made


def _replace(library: Library, progress: vectors.Progress, goes_on: Callable[[], bool]) -> int:
    db, wanted = library.db, Serving(library.embedder.name, library.spec)

    def begin(connection: Connection) -> int:
        """Forget what was begun for yet another embedder."""
        begun = records.active(connection).get("next")
        if begun is None or begun["name"] != wanted.name:
            records.drop_next(connection)
            records.set_serving(connection, wanted, name="next")
        return records.count_passages(connection)

    total, made = db.write_now(begin), 0
    while goes_on():
        part = db.read(lambda c: records.without_next(c, most=_PART))
        if not part and db.write_now(lambda c: _take_over(c, wanted)):
            break
        found = vectors.encode(library.embedder, [words for _, words in part])
        made += _keep(library, records.add_next, part, found)
        progress(made, total)
    return made


def _keep(
    library: Library,
    record: Callable[[Connection, list[tuple[int, bytes]]], None],
    part: list[tuple[int, str]],
    found: list[bytes],
) -> int:
    rows = list(zip([number for number, _ in part], found, strict=True))
    library.db.write_now(lambda connection: record(connection, rows))
    return len(rows)


def _take_over(connection: Connection, wanted: Serving) -> bool:
    """Let the new vectors serve, unless a passage has come meanwhile that has none."""
    if records.without_next(connection, most=1):
        return False
    records.take_next(connection)
    records.set_serving(connection, wanted)
    return True
