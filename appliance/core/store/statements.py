"""Statements that run again and again, compiled once.

Through SQLAlchemy a statement costs 35 to 40 us, of which SQLite needs 4 to 6: the rest looks up
what it compiles to, anew at each call. Here a statement object that is met again (the constants of
a room's `records.py`) keeps its SQL, its parameters in order and its rows' shape, and goes straight
to the driver. What is built in place is met once and takes SQLAlchemy's own way, and so does
whatever is no plain select, insert, update or delete.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

_Convert = Callable[[Any], Any]
_Keys = tuple[str, ...]
_NO_ROWS = SimpleResultMetaData(())

# By statement object, then by the names of its parameters; None where only SQLAlchemy can run it.
_met: WeakKeyDictionary[Any, dict[_Keys, Prepared | None]] = WeakKeyDictionary()


class Connection(sa.Connection):
    """A connection on which a statement met again runs without being compiled again."""

    def execute(self, statement: Any, parameters: Any = None, **options: Any) -> Any:
        """Run a statement; as `sqlalchemy.Connection.execute`, and as lazily."""
        prepared = None if options else _find(statement, parameters, self.dialect)
        if prepared is None or (bound := prepared.bind(parameters)) is None:
            return super().execute(statement, parameters, **options)
        if not self.in_transaction():
            self.begin()
        return prepared.run(self, bound, many=isinstance(parameters, list))


class Rows(IteratorResult[*tuple[Any, ...]]):
    """What a prepared statement gives: a result like any other, and how many rows it touched."""

    def __init__(self, shape: SimpleResultMetaData, rows: Iterable[Any], rowcount: int) -> None:
        super().__init__(shape, iter(rows))
        self.rowcount = rowcount


@dataclass(frozen=True, slots=True)
class _Slot:
    """One parameter in its place: the caller's by name, or a value of the statement itself."""

    name: str
    is_given: bool
    value: Any
    convert: _Convert | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement as the driver takes it."""

    sql: str
    slots: tuple[_Slot, ...]
    shape: SimpleResultMetaData | None
    convert: _Convert | None

    def bind(self, parameters: Any) -> Sequence[Any] | None:
        """Give the driver's parameters; None where one is missing, which SQLAlchemy words best."""
        try:
            if isinstance(parameters, list):
                return [self._row(each) for each in parameters]
            return self._row(parameters or {})
        except KeyError:
            return None

    def run(self, connection: sa.Connection, bound: Sequence[Any], *, many: bool) -> Rows:
        """Run it; the cursor lives as long as its rows are read, and in this thread."""
        raw: Any = connection.connection.driver_connection
        try:
            cursor = (raw.executemany if many else raw.execute)(self.sql, bound)
        except sqlite3.Error as cause:
            # Values may be somebody's words: they do not go into an error's text.
            raise DBAPIError.instance(
                self.sql, None, cause, sqlite3.Error, hide_parameters=True,
                dialect=connection.dialect, ismulti=many,
            ) from cause  # fmt: skip
        if self.shape is None:
            return Rows(_NO_ROWS, (), cursor.rowcount)
        rows = map(self.convert, cursor) if self.convert else cursor
        return Rows(self.shape, rows, -1)

    def _row(self, given: Mapping[str, Any]) -> list[Any]:
        row = []
        for slot in self.slots:
            value = given[slot.name] if slot.is_given else slot.value
            row.append(slot.convert(value) if slot.convert else value)
        return row


def _find(statement: Any, parameters: Any, dialect: Dialect) -> Prepared | None:
    kept = _met.get(statement)
    if kept is None:
        _met[statement] = {}
        return None
    first = parameters[0] if isinstance(parameters, list) and parameters else parameters
    keys = tuple(first) if first else ()
    try:
        return kept[keys]
    except KeyError:
        kept[keys] = made = _prepare(statement, keys, dialect)
        return made


def _prepare(statement: Any, keys: _Keys, dialect: Dialect) -> Prepared | None:
    if not isinstance(statement, sa.Select | sa.Insert | sa.Update | sa.Delete):
        return None
    compiled = statement.compile(dialect=dialect, column_keys=sorted(keys))
    assert isinstance(compiled, SQLCompiler)
    if _is_special(compiled):
        return None
    slots = tuple(_slot(compiled, name, keys, dialect) for name in compiled.positiontup or ())
    if not isinstance(statement, sa.Select):
        return Prepared(str(compiled), slots, None, None)
    columns = statement.selected_columns
    names = list(columns.keys())
    if len(set(names)) < len(names) or len(names) != len(list(columns)):
        return None
    shape = SimpleResultMetaData(names, [(column,) for column in columns])
    converts = [each.type.dialect_impl(dialect).result_processor(dialect, None) for each in columns]
    return Prepared(str(compiled), slots, shape, _row_converter(converts))


def _is_special(compiled: SQLCompiler) -> bool:
    """Whether its SQL or its values depend on more than the parameters' names."""
    return bool(
        compiled.post_compile_params
        or compiled.literal_execute_params
        or compiled.insert_prefetch
        or compiled.update_prefetch
        or compiled.effective_returning
    )


def _slot(compiled: SQLCompiler, name: str, keys: _Keys, dialect: Dialect) -> _Slot:
    bind = compiled.binds[name]
    convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
    # A value of the statement's own is what every call gets, unless the caller names it.
    is_given = name in keys or bind.required
    return _Slot(name, is_given, None if is_given else bind.effective_value, convert)


def _row_converter(converts: Sequence[_Convert | None]) -> _Convert | None:
    busy = [(place, convert) for place, convert in enumerate(converts) if convert]
    if not busy:
        return None

    def convert_row(row: Sequence[Any]) -> tuple[Any, ...]:
        values = list(row)
        for place, convert in busy:
            values[place] = convert(values[place])
        return tuple(values)

    return convert_row
