"""Forgetting documents and websites, so that nothing of them is left in any file of ours."""

from __future__ import annotations

from collections.abc import Sequence

from appliance.core import errors
from appliance.core.safe_text import one_line
from appliance.core.store.database import Connection, Database
from appliance.knowledge import records


def remove(db: Database, wanted: Sequence[str]) -> None:
    """Forget documents, or websites with all their pages, by their ids; all of them or none.

    Passages, the words of the index, vectors and what was kept of a document being read go in one
    transaction; then the file is written anew and its log emptied. If that cannot be done now, it
    is noted, and the jobs do it.

    Raises:
        NotFound: one of the ids is nobody's; nothing was removed.
        Unavailable: it is removed, but the file is in use and cannot be written anew now.
    """

    def unit(connection: Connection) -> None:
        for one in wanted:
            if not (
                records.remove_document(connection, one) or records.remove_site(connection, one)
            ):
                raise errors.NotFound(
                    f"There is no document {one_line(one)}. `knowledge list` shows them."
                )

    db.write_now(unit)
    db.compact()
    db.write_now(records.wiped)
