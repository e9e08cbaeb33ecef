"""Leases, events and the audit."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from appliance.core import audit, errors
from appliance.core.store import events, leases
from appliance.core.store.database import Database, Unit
from appliance.core.store.events import Event, Follower
from appliance.core.store.tables import audit as audit_table
from tests.fakes.clock import FakeClock


def test_one_holder_at_a_time_has_a_lease(db: Database, clock: FakeClock) -> None:
    def take(holder: str) -> str | None:
        return db.write_now(lambda c: leases.take(c, clock.now(), "lane", holder=holder, for_s=10))

    first = take("a")
    assert first
    assert take("b") is None

    clock.advance(seconds=11)
    second = take("b")
    assert second
    assert not db.write_now(lambda c: leases.renew(c, clock.now(), "lane", first, for_s=10))
    assert db.read(lambda c: leases.holds(c, "lane", second))
    db.write_now(lambda c: leases.release(c, "lane", first))
    assert db.read(lambda c: leases.holds(c, "lane", second))


def test_a_renewed_lease_is_kept(db: Database, clock: FakeClock) -> None:
    token = db.write_now(lambda c: leases.take(c, clock.now(), "lane", holder="a", for_s=10))
    assert token
    clock.advance(seconds=9)
    assert db.write_now(lambda c: leases.renew(c, clock.now(), "lane", token, for_s=10))
    clock.advance(seconds=9)

    other = db.write_now(lambda c: leases.take(c, clock.now(), "lane", holder="b", for_s=10))

    assert other is None


async def test_a_follower_hears_of_every_commit_in_order(db: Database, clock: FakeClock) -> None:
    heard: list[Event] = []

    async def hear(found: list[Event]) -> None:
        heard.extend(found)

    db.write_now(lambda c: events.record(c, clock.now(), "before"))
    follower = Follower(db, hear, every_s=0.01)
    task = asyncio.create_task(follower.run())
    await asyncio.sleep(0.05)
    for number in range(20):
        await db.write(partial(events.record, now=clock.now(), kind="thing", n=number))
    while len(heard) < 20:
        await asyncio.sleep(0.01)
    task.cancel()

    assert [event.about["n"] for event in heard] == list(range(20))


def test_old_events_are_pruned(db: Database, clock: FakeClock) -> None:
    db.write_now(lambda c: events.record(c, clock.now(), "old"))
    clock.advance(days=8)
    db.write_now(lambda c: events.record(c, clock.now(), "new"))

    assert db.write_now(lambda c: events.prune(c, clock.now())) == 1
    assert [event.kind for event in db.read(lambda c: events.after(c, 0))] == ["new"]


def test_a_changed_audit_row_is_found(db: Database, clock: FakeClock) -> None:
    for number in range(5):
        db.write_now(partial(audit.record, now=clock.now(), who="ann", what="did", n=number))
    assert db.read(audit.verify) is None

    where = audit_table.c.id == 3
    db.write_now(lambda c: c.execute(audit_table.update().where(where).values(who="bob")))

    assert db.read(audit.verify) == 3


@pytest.mark.parametrize("change", ["UPDATE audit SET who = 'x'", "DELETE FROM audit"])
def test_the_migrated_audit_refuses_changes(
    migrated: Database, clock: FakeClock, change: str
) -> None:
    migrated.write_now(lambda c: audit.record(c, clock.now(), "ann", "did"))

    with pytest.raises(sa.exc.IntegrityError, match="append-only"):
        migrated.write_now(lambda c: c.exec_driver_sql(change))


async def test_a_follower_goes_on_after_a_listener_failed(db: Database, clock: FakeClock) -> None:
    heard: list[str] = []

    async def hear(found: list[Event]) -> None:
        heard.extend(event.kind for event in found)
        if "bad" in heard[-1]:
            raise ValueError("cannot bear this")

    follower = Follower(db, hear, every_s=0.01)
    task = asyncio.create_task(follower.run())
    for kind in ("good", "bad", "better"):
        await db.write(partial(events.record, now=clock.now(), kind=kind))
        while kind not in heard:
            await asyncio.sleep(0.01)
    task.cancel()

    assert heard == ["good", "bad", "better"]


async def test_what_could_not_be_read_just_now_is_heard_all_the_same(
    db: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    refusals = [errors.Unavailable("The database core.db is locked.")] * 3
    read = db.read

    def locked(query: Unit[Any]) -> Any:
        if refusals:
            raise refusals.pop()
        return read(query)

    async def hear(found: list[Event]) -> None:
        heard.extend(event.kind for event in found)

    follower = Follower(db, hear, every_s=0.01)
    await db.write(lambda c: events.record(c, clock.now(), "thing"))
    monkeypatch.setattr(db, "read", locked)
    task = asyncio.create_task(follower.run())
    async with asyncio.timeout(10):
        while not heard:
            await asyncio.sleep(0.01)
    task.cancel()

    assert heard == ["thing"]


async def test_a_follower_goes_on_after_its_own_look_failed(db: Database, clock: FakeClock) -> None:
    heard: list[str] = []
    trouble: list[str] = []

    async def hear(found: list[Event]) -> None:
        heard.extend(event.kind for event in found)

    with db.reading.connect() as kept:  # the one a follower gets, as the pool holds no other
        raw = kept.connection.driver_connection
        assert raw is not None
        raw.set_progress_handler(lambda: len(trouble) and bool(trouble.pop()), 1)
    follower = Follower(db, hear, every_s=0.01)
    task = asyncio.create_task(follower.run())
    await db.write(lambda c: events.record(c, clock.now(), "before"))
    async with asyncio.timeout(10):
        while not heard:
            await asyncio.sleep(0.01)
        trouble += ["interrupted"] * 3
        while trouble:
            await asyncio.sleep(0.01)
        await db.write(lambda c: events.record(c, clock.now(), "after"))
        while len(heard) < 2:
            await asyncio.sleep(0.01)
    task.cancel()

    assert heard == ["before", "after"]


def test_a_lease_from_a_clock_that_was_ahead_does_not_bind(db: Database, clock: FakeClock) -> None:
    ahead = clock.now() + timedelta(hours=1)
    db.write_now(lambda c: leases.take(c, ahead, "lane", holder="dead", for_s=10))

    assert db.write_now(lambda c: leases.take(c, clock.now(), "lane", holder="b", for_s=10))
