"""The table of faults where LiveKit carries the call: what is killed while somebody talks.

Each line is printed: what is heard of it, after how long, how the call's rows end, how long until
the next caller is answered. A sentence is known by its sound, as it comes out of the telephone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import psutil
import pytest
from livekit.api import AgentDispatch, CreateAgentDispatchRequest, ListParticipantsRequest
from livekit.protocol.models import ParticipantInfo

from appliance.connectors.phone import access
from appliance.connectors.phone.rooms import Rooms
from appliance.contacts import identities
from appliance.services.calls import records
from tests.fakes.baresip import Telephone, telephone
from tests.fakes.running import wait_for
from tests.voice import listening
from tests.voice.exchange import exchange, keypad_text, needs_livekit
from tests.voice.record import Desk, desk_of

pytestmark = [pytest.mark.slow, needs_livekit(), pytest.mark.calls]

CALL = "the call's own process"


@dataclass(frozen=True)
class Fault:
    """A line of the table.

    Attributes:
        killed: A program of the exchange, or the process that holds the call.
        hears: The recording the caller hears next; None: the call cannot be reached any more.
        is_hung_up: The caller's telephone is told that the call is over.
        rows: In which states the call's rows end, the first one being the call that was hit.
    """

    killed: str
    hears: str | None
    rows: tuple[set[str], ...]
    is_hung_up: bool = False


FAULTS = (
    Fault(CALL, "welcome", ({"dropped"}, {"ended"})),  # another process takes the call over
    Fault("livekit-server", None, ({"ended", "dropped"},), is_hung_up=True),
    Fault("redis-server", "menu-again", ({"ended"},)),  # the call does not need it
    Fault("livekit-sip", None, ({"ended", "dropped"},)),
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with exchange(
        tmp_path_factory.mktemp("keypad"), module="appliance.switchboard", text=keypad_text()
    ) as opened:
        made = desk_of(opened)
        yield made
        made.office.close()


def holder_of_the_call(desk: Desk) -> psutil.Process:
    """Find the process that holds the only call: the older one of those the worker has forked."""
    found = [
        process
        for process in psutil.Process(desk.exchange.runs.process.pid).children(recursive=True)
        if "multiprocessing" in " ".join(process.cmdline())
    ]
    pids = {process.pid for process in found}
    forked = [process for process in found if process.ppid() in pids]
    return min(forked, key=lambda process: float(process.create_time()))


def greet(desk: Desk, phone: Telephone) -> None:
    """Dial, again where that is in vain, until the welcome is heard."""

    def is_greeted() -> bool:
        if len(phone.events("CALL_CLOSED")) == len(phone.events("CALL_LOCAL_SDP")):
            phone.dial(desk.exchange.address)
            time.sleep(1)
        time.sleep(0.3)
        return listening.is_heard("welcome", phone.heard()[-8_000 * 10 :])

    wait_for(is_greeted, 60, "the welcome")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.killed.replace(" ", "-"))
def test_whatever_is_killed_in_a_call_the_caller_is_served_or_the_next_one_is(
    desk: Desk, tmp_path: Path, fault: Fault, capsys: pytest.CaptureFixture[str]
):
    line, number = desk.exchange, f"+1617555{FAULTS.index(fault):04}"
    with telephone(tmp_path / "phone", line.host, number=number) as phone:
        greet(desk, phone)
        before = len(phone.heard())
        began = time.monotonic()
        (holder_of_the_call(desk) if fault.killed == CALL else line.program(fault.killed)).kill()

        heard_s = None
        if fault.hears is not None:
            recording = fault.hears
            wait_for(lambda: is_heard(phone, recording, before), 100, f"{recording} is heard")
            heard_s = time.monotonic() - began
        if fault.is_hung_up:
            wait_for(lambda: bool(phone.events("CALL_CLOSED")), 30, "the telephone is told")
            heard_s = time.monotonic() - began
        elif fault.hears is not None:
            assert not phone.events("CALL_CLOSED")
        if fault.hears is None and not fault.is_hung_up:
            time.sleep(2)  # what was on its way
            since = len(phone.heard())
            time.sleep(3)
            assert np.abs(phone.heard()[since:]).max(initial=0) < 500
        if not fault.is_hung_up:
            phone.hang_up()
    wait_for(lambda: line.state()["state"] == "ok", 40, "the phone is whole")
    with telephone(tmp_path / "next", line.host) as another:
        greet(desk, another)
        next_s = time.monotonic() - began
        another.hang_up()

    wait_for(lambda: desk.rooms() == [], 60, "the end of every call")
    states = ended(desk, number)
    with capsys.disabled():
        heard = "hung up" if fault.is_hung_up else repr(fault.hears)
        told = f"{heard_s:.1f} s, {heard}" if heard_s is not None else "nothing any more"
        print(f"\n  {fault.killed}: {told}; rows {states}; next call {next_s:.1f} s", end="")
    assert len(states) == len(fault.rows)
    assert all(state in fits for state, fits in zip(states, fault.rows, strict=True))


def test_a_second_bot_that_is_called_into_a_call_leaves_it_to_the_first(desk: Desk, tmp_path: Path):
    with telephone(tmp_path / "phone", desk.exchange.host, number="+16175550200") as phone:
        greet(desk, phone)
        first = inside(desk)
        assert len(first) == 1

        second = desk.asked(second_bot)

        def has_come() -> bool:
            phone.press("*")  # who is silent is hung up on
            time.sleep(3)
            return desk.asked(lambda rooms: has_joined(rooms, second))

        wait_for(has_come, 30, "the second bot comes")
        wait_for(lambda: len(inside(desk)) == 1, 30, "one of them leaves")
        assert inside(desk)[0].identity == first[0].identity
        before = len(phone.heard())
        phone.press("*")
        wait_for(lambda: is_heard(phone, "menu-again", before), 60, "the first one speaks on")
        phone.hang_up()
    wait_for(lambda: desk.rooms() == [], 60, "the end of every call")


async def second_bot(rooms: Rooms) -> AgentDispatch:
    """Ask for a bot where there is one."""
    (room,) = await rooms.all()
    wanted = CreateAgentDispatchRequest(agent_name=access.AGENT, room=room.name)
    return await rooms.server.agent_dispatch.create_dispatch(wanted)


async def has_joined(rooms: Rooms, bot: AgentDispatch) -> bool:
    """Tell whether a bot that was asked for has been in the room; that it left is never told."""
    found = await rooms.server.agent_dispatch.get_dispatch(bot.id, bot.room)
    return found is not None and any(job.state.status for job in found.state.jobs)


def inside(desk: Desk) -> list[ParticipantInfo]:
    """Give the bots in the only call."""

    async def listed(rooms: Rooms) -> list[ParticipantInfo]:
        (room,) = await rooms.all()
        found = await rooms.server.room.list_participants(ListParticipantsRequest(room=room.name))
        return [who for who in found.participants if who.kind == ParticipantInfo.Kind.AGENT]

    return desk.asked(listed)


def is_heard(phone: Telephone, recording: str, after: int) -> bool:
    time.sleep(0.3)
    return listening.is_heard(recording, phone.heard()[after:])


def ended(desk: Desk, number: str) -> list[str]:
    """Give in which states a caller's rows end, once those whose process died are closed."""
    office = desk.office
    later = office.clock.now() + timedelta(minutes=5)
    office.db.write_now(lambda c: records.drop_dead(c, later))
    contact = office.db.read(
        lambda c: identities.find(c, office.keyring, kind="phone", value=number)
    )
    found = office.db.read(lambda c: records.newest(c, most=50))
    return [call.state for call in reversed(found) if call.contact_id == contact]
