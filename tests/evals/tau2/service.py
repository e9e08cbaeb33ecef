"""The shop, or the airline, that our tools speak to: its rows in SQLite, its rules the data set's.

It stands outside our transactions, as a client's own order system would: what it was told to do is
done when the call comes back.
"""

from __future__ import annotations

import copy
import json
import re
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.evals.tau2 import collection
from tests.evals.tau2.collection import Rows
from tests.evals.tau2.domains import Domain, domain


class Unknown(Exception):  # noqa: N818 - an answer, not an error
    """There is no such customer, order or product, or the rules forbid it."""


class _Touched(dict[str, Any]):
    """One kind of rows. Remembers which were asked for one by one: only these can be changed."""

    def __init__(self, rows: Mapping[str, Any]) -> None:
        super().__init__(rows)
        self.touched: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.touched.add(key)
        return super().__getitem__(key)

    def __setitem__(self, key: str, value: Any) -> None:
        self.touched.add(key)
        super().__setitem__(key, value)


class Service:
    """One domain's rows and who has been identified in which conversation."""

    def __init__(self, of: Domain, path: Path) -> None:
        self.domain, self.path = of, path
        self.done: list[tuple[str, dict[str, Any]]] = []
        self._customers: dict[str, str] = {}
        self._lock = threading.Lock()
        self._kit = of.fresh()
        self._kinds = {
            kind: _Touched(getattr(self._kit.db, kind)) for kind in collection.KINDS[of.name]
        }
        for kind, rows in self._kinds.items():
            setattr(self._kit.db, kind, rows)
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._file.execute("PRAGMA synchronous = OFF")
        self._file.execute("CREATE TABLE held (kind, id, body, first, PRIMARY KEY (kind, id))")
        self._file.execute("BEGIN")
        for kind, rows in self._kinds.items():
            bodies = ((kind, row_id, *[row.model_dump_json()] * 2) for row_id, row in rows.items())
            self._file.executemany("INSERT INTO held VALUES (?, ?, ?, ?)", bodies)
        self._file.execute("COMMIT")

    # -- what tools ask for ------------------------------------------------------------------------

    def act(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Do it by the domain's own rules: everything of a call is kept, or nothing.

        Raises:
            Unknown: the domain's rules forbid it.
        """
        with self._lock:
            self._forget_touched()
            try:
                value = getattr(self._kit, name)(**arguments)
            except ValueError as cause:
                self._restore(self._touched())
                raise Unknown(str(cause)) from None
            if self._keep() or self.domain.effect(name) == "write":
                self.done.append((name, dict(arguments)))
            return copy.deepcopy(value)

    def owner(self, kind: str, row_id: str) -> str | None:
        """Say whose order or reservation it is."""
        row = self._kinds[kind].get(row_id) if kind in self._kinds else None
        return str(row.user_id) if row else None

    def row(self, kind: str, row_id: str) -> Any:
        """Find a row to look at."""
        return self._kinds[kind].get(row_id)

    def is_customer(self, user_id: str) -> bool:
        """Tell whether there is such a customer."""
        return user_id in self._kinds["users"]

    def meant(self, words: str) -> list[str]:
        """Find the customers whose e-mail address, or whose whole name and zip code, is told."""
        told = words.casefold()
        parts = set(re.findall(r"\w+", told))
        return [
            user_id
            for user_id, user in self._kinds["users"].items()
            if user.email.casefold() in told
            or {user.name.first_name.casefold(), user.name.last_name.casefold(), user.address.zip}
            <= parts
        ]

    def email_of(self, user_id: str) -> str:
        """Give a customer's e-mail address."""
        return str(self._kinds["users"][user_id].email)

    def customer(self, conversation_id: str) -> str | None:
        """Say who was identified in a conversation."""
        return self._customers.get(conversation_id)

    def identify(self, conversation_id: str, user_id: str) -> bool:
        """Remember who a conversation is with; False where it is with somebody else."""
        return self._customers.setdefault(conversation_id, user_id) == user_id

    # -- what the judge asks for -------------------------------------------------------------------

    def changed(self) -> Rows:
        """Give the rows that differ from what they were at first, as the file holds them."""
        query = "SELECT kind, id, body FROM held WHERE body IS NOT first"
        return {(kind, row_id): json.loads(body) for kind, row_id, body in self._rows(query)}

    def hash(self) -> str:
        """Hash the whole database as the file holds it, by the data set's own code."""
        held: dict[str, dict[str, Any]] = {kind: {} for kind in self._kinds}
        for kind, row_id, body in self._rows("SELECT kind, id, body FROM held ORDER BY rowid"):
            held[kind][row_id] = json.loads(body)
        database = self.domain.database.model_validate(held)
        return str(self.domain.toolkit(database).get_db_hash())

    def reset(self) -> None:
        """Make everything what it was at first."""
        with self._lock:
            self._file.execute("DELETE FROM held WHERE first IS NULL")
            again = [
                (kind, row_id)
                for kind, row_id in self._rows("SELECT kind, id FROM held WHERE body IS NOT first")
            ]
            self._file.execute("UPDATE held SET body = first WHERE body IS NOT first")
            self._restore(again)
            for kind, rows in self._kinds.items():
                for row_id in set(rows) - self._ids(kind):
                    del rows[row_id]
            self.done.clear()
            self._customers.clear()

    def close(self) -> None:
        """Close the file; nothing can be asked any more."""
        self._file.close()
        at.cache_clear()

    # -- rows --------------------------------------------------------------------------------------

    def _keep(self) -> bool:
        """Write what was changed, in one transaction; tells whether anything was."""
        fresh = []
        for kind, row_id in self._touched():
            row = self._kinds[kind].get(row_id)
            body = row.model_dump_json() if row else None
            if body is not None and body != self._body(kind, row_id):
                fresh.append((kind, row_id, body))
        self._file.execute("BEGIN")
        self._file.executemany(
            "INSERT INTO held (kind, id, body) VALUES (?, ?, ?) "
            "ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
            fresh,
        )
        self._file.execute("COMMIT")
        return bool(fresh)

    def _restore(self, places: list[tuple[str, str]]) -> None:
        for kind, row_id in places:
            body = self._body(kind, row_id)
            rows = self._kinds[kind]
            if body is None:
                rows.pop(row_id, None)
            else:
                model = type(next(iter(rows.values())))
                rows[row_id] = model.model_validate_json(body)

    def _touched(self) -> list[tuple[str, str]]:
        return [(kind, row_id) for kind, rows in self._kinds.items() for row_id in rows.touched]

    def _forget_touched(self) -> None:
        for rows in self._kinds.values():
            rows.touched.clear()

    def _body(self, kind: str, row_id: str) -> str | None:
        query = "SELECT body FROM held WHERE kind = ? AND id = ?"
        return next((body for (body,) in self._rows(query, kind, row_id)), None)

    def _ids(self, kind: str) -> set[str]:
        return {row_id for (row_id,) in self._rows("SELECT id FROM held WHERE kind = ?", kind)}

    def _rows(self, query: str, *values: str) -> Iterator[tuple[Any, ...]]:
        yield from self._file.execute(query, values).fetchall()


@cache
def at(path: str) -> Service:
    """Give the service whose file is at a path named after its domain, opening it once."""
    return Service(domain(Path(path).stem), Path(path))
