"""The warden, looking at rooms by script: what becomes of calls that no bot holds."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from appliance.assembly.office import open_office
from appliance.config import model
from appliance.connectors.messages import Identity
from appliance.connectors.phone import access
from appliance.connectors.phone.rooms import CallRoom
from appliance.conversation import spoken
from appliance.core import errors
from appliance.core.crypto import Keyring
from appliance.core.settings import Settings
from appliance.core.store.database import Connection
from appliance.services.calls import records
from appliance.services.calls.turned_away import Untaken
from appliance.switchboard import rows
from appliance.switchboard.warden import Warden
from tests.fakes.clock import FakeClock

CALL = CallRoom(
    name="call-1",
    began_at=1,
    caller="sip_1",
    is_telephone=True,
    has_bot=False,
    is_talking=False,
    number="+16175550142",
    called="100",
)


@dataclass
class Rooms:
    """LiveKit's rooms by script."""

    calls: list[CallRoom] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    takes_over: bool = True
    called: list[str] = field(default_factory=list)
    is_away: bool = False

    async def transfer(self, room: str, caller: str, to: str) -> None:
        if not self.takes_over:
            raise errors.Unavailable("LiveKit's server did not do what it was asked.")

    async def all(self) -> list[CallRoom]:
        return self.calls

    async def end(self, room: str) -> None:
        self.ended.append(room)
        self.calls = [call for call in self.calls if call.name != room]

    async def forget_bots(self, room: str) -> None:
        self.called.append("forget")

    async def call_bot(self, room: str, told: dict[str, str]) -> None:
        if self.is_away:
            raise errors.Unavailable("LiveKit's server did not do what it was asked.")
        self.called.append("resume" if "resumed" in told else "call")


@dataclass
class Watch:
    """A warden, and what it has kept."""

    clock: FakeClock
    keyring: Keyring
    rooms: Rooms = field(default_factory=Rooms)
    recorded: list[tuple[str, Untaken]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    is_locked: bool = False
    warden: Warden = field(init=False)

    def __post_init__(self) -> None:
        rooms: Any = self.rooms
        self.warden = Warden(
            access=access.of(self.keyring, 1),
            clock=self.clock,
            rooms=rooms,
            most_calls=1,
            record=self.record,
            keep_row=self.keep_row,
            phone=model.Phone(ring_s=20),
        )

    async def record(self, call: CallRoom, why: Untaken) -> None:
        if self.is_locked:
            raise errors.Unavailable("The database is locked.")
        self.recorded.append((call.name, why))

    async def keep_row(self, call: CallRoom) -> None:
        self.kept.append(call.name)

    async def look(self, *calls: CallRoom) -> None:
        self.rooms.calls = list(calls)
        await self.warden.look()

    async def all_served(self) -> None:
        """Wait for what the warden does beside its looks."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others)


@pytest.fixture
def watch(clock: FakeClock, keyring: Keyring) -> Watch:
    return Watch(clock, keyring)


async def test_a_call_beyond_the_last_line_is_ended_and_leaves_its_row(watch: Watch) -> None:
    await watch.look(replace(CALL, name="call-0", has_bot=True), CALL)

    assert watch.rooms.ended == ["call-1"]
    assert watch.recorded == [("call-1", Untaken.BUSY)]


async def test_a_telephone_that_no_worker_answers_leaves_its_row(watch: Watch) -> None:
    await watch.look(CALL)
    watch.clock.advance(seconds=21)
    await watch.look(CALL)

    assert watch.rooms.ended == ["call-1"]
    assert watch.recorded == [("call-1", Untaken.UNANSWERED)]


async def test_a_caller_who_hangs_up_before_the_bot_comes_leaves_a_row(watch: Watch) -> None:
    await watch.look(CALL)
    await watch.look(replace(CALL, caller=None))
    await watch.look()
    await watch.look()

    assert watch.recorded == [("call-1", Untaken.LEFT)]


@pytest.mark.parametrize(
    "ring",
    [
        replace(CALL, is_disguised=True),
        replace(CALL, name=access.outward_room("01k9", 1)),
        replace(CALL, caller=None),
    ],
)
async def test_who_is_no_caller_of_ours_leaves_none(watch: Watch, ring: CallRoom) -> None:
    await watch.look(ring)
    await watch.look()
    await watch.look()

    assert watch.recorded == []


async def test_a_caller_who_had_a_bot_leaves_no_second_row(watch: Watch) -> None:
    await watch.look(CALL)
    await watch.look(replace(CALL, has_bot=True))
    await watch.look(CALL)
    await watch.look()
    await watch.look()

    assert watch.recorded == []


@pytest.mark.parametrize(
    ("is_taken", "why"), [(True, Untaken.FORWARDED), (False, Untaken.UNANSWERED)]
)
async def test_who_is_sent_on_leaves_a_row_that_says_so(
    watch: Watch, is_taken: bool, why: Untaken
) -> None:
    watch.rooms.takes_over = is_taken
    watch.warden.phone = model.Phone(ring_s=20, fallback="sip:200@pbx.example")

    await watch.look(CALL)
    watch.clock.advance(seconds=21)
    await watch.look(CALL)
    await watch.all_served()
    await watch.look()
    await watch.look()

    assert watch.recorded == [("call-1", why)]


async def test_a_bot_that_was_lost_is_replaced_once_and_its_replacement_is_left_to_come(
    watch: Watch,
) -> None:
    async def wait(seconds: float) -> None:
        watch.clock.advance(seconds=seconds)
        await watch.look(CALL)
        await watch.all_served()

    await watch.look(CALL)
    for _ in range(2):
        await wait(7)
    assert watch.rooms.called == ["call", "call"]  # one that has not come yet may be on its way

    watch.rooms.called = []
    await watch.look(replace(CALL, has_bot=True))
    await watch.look(CALL)
    for seconds in (2, 6, 6):
        await wait(seconds)

    assert watch.rooms.called == ["forget", "resume", "resume", "forget", "resume"]


async def test_a_lost_bot_whose_server_was_away_as_it_was_asked_for_is_replaced_after(
    watch: Watch,
) -> None:
    await watch.look(replace(CALL, has_bot=True))
    await watch.look(CALL)
    watch.clock.advance(seconds=2)
    watch.rooms.is_away = True
    with pytest.raises(errors.Unavailable):
        await watch.look(CALL)
    await watch.all_served()

    watch.rooms.is_away = False
    other = replace(CALL, name="call-2")
    watch.warden.most_calls = 2
    await watch.look(CALL, other)
    watch.clock.advance(seconds=6)
    await watch.look(CALL, other)

    assert watch.rooms.called == ["forget", "resume", "call"]


async def test_a_call_of_ours_has_a_row_of_its_own(watch: Watch) -> None:
    ours = replace(CALL, name=access.outward_room("01k9", 1))

    await watch.look(ours)
    watch.clock.advance(seconds=21)
    await watch.look(ours)

    assert watch.rooms.ended == [ours.name]
    assert watch.recorded == []


async def test_while_a_caller_waits_for_another_bot_their_call_is_not_lost(watch: Watch) -> None:
    await watch.look(CALL)
    await watch.look(replace(CALL, has_bot=True))
    before = list(watch.kept)
    await watch.look(CALL)
    await watch.look(CALL)
    await watch.look(replace(CALL, has_bot=True))

    assert before == []  # a call that only begins has no row yet
    assert watch.kept == ["call-1", "call-1"]


async def test_a_store_that_is_locked_keeps_nobody_on_the_line(watch: Watch) -> None:
    watch.is_locked = True

    await watch.look(replace(CALL, name="call-0", has_bot=True), CALL)

    assert watch.rooms.ended == ["call-1"]


async def test_rows_are_those_of_the_caller_whom_the_worker_knows(tmp_path: Path) -> None:
    office = open_office(Settings(data_dir=tmp_path / "data", keys_dir=tmp_path / "keys"))
    now = office.clock.now()

    def begin(connection: Connection) -> str:
        conversation = spoken.begin(
            connection,
            office.keyring,
            now,
            caller=Identity("phone", "+16175550142"),
            account="100",
            region="US",
        )
        return records.begin(
            connection,
            now,
            conversation_id=conversation.id,
            contact_id=conversation.contact_id,
            kind="sip",
            direction="inbound",
            alive_until=now,
        )

    held = office.db.write_now(begin)
    await rows.keep(office, CALL)
    await rows.record(office, CALL, Untaken.BUSY)
    await rows.record(office, CALL, Untaken.LEFT)  # it was taken, between two looks
    await rows.record(office, replace(CALL, number=None), Untaken.LEFT)

    with contextlib.closing(office):
        later = office.clock.now()
        is_dead = office.db.read(lambda c: records.any_dead(c, later))
        found = {call.outcome: call for call in office.db.read(lambda c: records.newest(c, most=9))}
    assert not is_dead
    assert found[None].id == held
    assert found["busy"].contact_id == found[None].contact_id
    assert found["left"].contact_id != found[None].contact_id
