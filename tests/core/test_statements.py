"""Statements met again go straight to the driver, and give what SQLAlchemy would give."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from appliance.core.store import statements
from appliance.core.store.columns import Instant, Json, Yes
from appliance.core.store.database import Connection, Database

_AT = datetime(2026, 11, 16, 15, 0, 0, 123456, tzinfo=UTC)
_THINGS = sa.Table(
    "things",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, unique=True, nullable=False),
    sa.Column("about", Json),
    sa.Column("at", Instant),
    sa.Column("hidden", Yes),
    sqlite_strict=True,
)
_ADD = _THINGS.insert()
_ALL = sa.select(_THINGS).order_by(_THINGS.c.id)
_NAMED = sa.select(_THINGS.c.id, _THINGS.c.at).where(_THINGS.c.name == sa.bindparam("wanted"))
_VISIBLE = sa.select(_THINGS.c.name).where(_THINGS.c.hidden == sa.literal(0, sa.Integer)).limit(1)
_OF_TWO = sa.select(_THINGS.c.name).where(_THINGS.c.name.in_(("one", "two")))
_RENAME = (
    _THINGS.update().where(_THINGS.c.name == sa.bindparam("old")).values(name=sa.bindparam("new"))
)
_DROP = _THINGS.delete().where(_THINGS.c.name == sa.bindparam("wanted"))
_NEW = insert(_THINGS)
_PUT = _NEW.on_conflict_do_update(
    index_elements=[_THINGS.c.name], set_={"about": _NEW.excluded.about}
)
_BACK = _THINGS.insert().returning(_THINGS.c.id)

_ROW = {"name": "one", "about": {"a": [1, None]}, "at": _AT, "hidden": False}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """A connection in a transaction, on an empty table."""
    db = Database(tmp_path / "things.db")
    db.write_now(_THINGS.create)
    with statements.Connection(db.writing) as opened, opened.begin():
        yield opened
    db.close()


def _is_prepared(statement: sa.Executable) -> bool:
    return any(statements._met.get(statement, {}).values())


def test_the_second_run_gives_what_the_first_gave(connection: Connection) -> None:
    for name in ("one", "two", "three"):
        connection.execute(_ADD, _ROW | {"name": name})

    first, again = (connection.execute(_ALL).all() for _ in range(2))

    assert first == again
    assert _is_prepared(_ALL)
    assert _is_prepared(_ADD)
    row = again[2]
    assert (row.name, row.about, row.at, row.hidden) == ("three", {"a": [1, None]}, _AT, False)
    assert row._mapping[_THINGS.c.name] == "three"


def test_every_way_to_read_a_result_is_there(connection: Connection) -> None:
    for name in ("one", "two"):
        connection.execute(_ADD, _ROW | {"name": name})

    for _ in range(3):
        assert connection.execute(_NAMED, {"wanted": "two"}).one().at == _AT
        assert connection.execute(_NAMED, {"wanted": "two"}).scalar_one() == 2
        assert connection.execute(_NAMED, {"wanted": "none"}).first() is None
        assert connection.execute(_NAMED, {"wanted": "none"}).scalar() is None
        assert list(connection.execute(_ALL).scalars()) == [1, 2]
        assert [row["name"] for row in connection.execute(_ALL).mappings()] == ["one", "two"]
        assert [name for _, name, *_ in connection.execute(_ALL)] == ["one", "two"]
        assert connection.execute(_VISIBLE).scalars().all() == ["one"]
        assert connection.execute(_OF_TWO).scalars().all() == ["one", "two"]


def test_other_parameters_are_another_statement(connection: Connection) -> None:
    for name in ("one", "two", "three"):
        connection.execute(_ADD, _ROW | {"name": name})

    connection.execute(_ADD, {"name": "bare"})
    connection.execute(_ADD, {"hidden": True, "name": "shy"})

    rows = connection.execute(_ALL).all()
    assert [(row.name, row.about, row.hidden) for row in rows[3:]] == [
        ("bare", None, None),
        ("shy", None, True),
    ]


def test_many_rows_at_once_and_how_many_were_touched(connection: Connection) -> None:
    for _ in range(3):
        connection.execute(_ADD, [{"name": "a", "at": _AT}, {"name": "b", "at": None}])

        assert connection.execute(_RENAME, {"old": "a", "new": "c"}).rowcount == 1
        assert connection.execute(_RENAME, {"old": "a", "new": "c"}).rowcount == 0
        assert connection.execute(_NAMED, {"wanted": "c"}).one().at == _AT
        for name in ("b", "c"):
            assert connection.execute(_DROP, {"wanted": name}).rowcount == 1


def test_what_needs_sqlalchemy_keeps_its_way(connection: Connection) -> None:
    ids = [connection.execute(_BACK, {"name": f"n{nth}"}).scalar_one() for nth in range(3)]
    for about in ({"a": 1}, {"a": 2}, {"a": 3}):
        connection.execute(_PUT, {"name": "n1", "about": about})

    assert ids == [1, 2, 3]
    assert not _is_prepared(_BACK)
    assert [row.about for row in connection.execute(_ALL)] == [None, {"a": 3}, None]


def test_an_error_is_sqlalchemys_and_tells_no_values(connection: Connection) -> None:
    connection.execute(_ADD, _ROW)
    connection.execute(_ADD, _ROW | {"name": "two"})

    with pytest.raises(IntegrityError, match="UNIQUE") as repeated:
        connection.execute(_ADD, _ROW | {"about": {"phone": "+15550100"}})
    with pytest.raises(StatementError, match="required for bind parameter"):
        connection.execute(_NAMED, {})
    with pytest.raises(StatementError, match="required for bind parameter"):
        connection.execute(_NAMED, {})

    assert "+15550100" not in str(repeated.value)


def test_a_broken_table_is_an_operational_error(connection: Connection) -> None:
    connection.execute(_ALL)
    connection.execute(_ALL)
    connection.exec_driver_sql("DROP TABLE things")

    with pytest.raises(OperationalError, match="no such table"):
        connection.execute(_ALL)


def test_a_statement_begins_the_transaction_where_none_is(tmp_path: Path) -> None:
    db = Database(tmp_path / "things.db")
    db.write_now(_THINGS.create)
    for _ in range(3):
        with statements.Connection(db.writing) as connection:
            connection.execute(_ADD, {"name": "gone"})
            assert connection.in_transaction()

    assert db.read(lambda c: c.execute(_ALL).all()) == []
    db.close()
