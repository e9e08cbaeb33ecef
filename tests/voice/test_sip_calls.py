"""Real calls: baresip (and sipp) over SIP and G.711, through livekit-sip and livekit-server."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from appliance.connectors.phone import refusals
from appliance.services.calls import records
from appliance.services.calls.turned_away import Untaken
from appliance.services.calls.values import Call
from tests.fakes.baresip import Telephone, busy_telephone, telephone, write_wav
from tests.fakes.phone_worker import loudest
from tests.fakes.running import wait_for
from tests.voice.exchange import Exchange, exchange, needs_livekit
from tests.voice.record import Desk, desk_of

pytestmark = [pytest.mark.slow, needs_livekit(), pytest.mark.calls]


@pytest.fixture(scope="module")
def open_exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with exchange(
        tmp_path_factory.mktemp("exchange"),
        "    ring_s: 40\n    numbers: ['100']\n",
        calls_at_once=2,
    ) as made:
        yield made


@pytest.fixture
def phone(tmp_path: Path, open_exchange: Exchange) -> Iterator[Telephone]:
    tone = np.sin(2 * np.pi * 1000 * np.arange(8000 * 60) / 8000) * 8000
    source = f"aufile,{write_wav(tmp_path / 'tone.wav', tone)}"
    with telephone(tmp_path / "phone", open_exchange.host, source=source) as made:
        yield made


def counted(exchange: Exchange, what: str) -> int:
    return len(exchange.diary(what))


def test_both_sides_of_a_call_hear_each_other_and_keys_arrive(open_exchange, phone):
    joined, heard = counted(open_exchange, "joined"), counted(open_exchange, "heard")

    phone.dial(open_exchange.address)
    phone.wait("CALL_ESTABLISHED", 40)

    told = open_exchange.wait("joined", count=joined + 1)["attributes"]
    assert told["sip.phoneNumber"] == "caller"
    assert told["sip.trunkPhoneNumber"] == "100"
    open_exchange.wait("heard", count=heard + 1)
    wait_for(lambda: abs(loudest(phone.heard()[-1600:], 8000) - 440) < 15, 15, "the bot's tone")
    pressed = counted(open_exchange, "pressed")
    phone.press("5")
    assert open_exchange.wait("pressed", count=pressed + 1)["key"] == "5"
    over = counted(open_exchange, "over")
    phone.hang_up()
    open_exchange.wait("over", count=over + 1)


def test_the_bot_can_end_a_call(open_exchange, phone):
    phone.dial(open_exchange.address)
    phone.wait("CALL_ESTABLISHED", 40)

    phone.press("0")

    phone.wait("CALL_CLOSED")


def test_the_bot_can_send_the_caller_to_a_person(open_exchange, phone, tmp_path):
    moved = counted(open_exchange, "transferred")
    with telephone(tmp_path / "person", open_exchange.host, number="200", answers=True) as person:
        address = f"sip:200@{open_exchange.host}:{person.sip}"
        (open_exchange.folder / "data/person").write_text(address)
        phone.dial(open_exchange.address)
        phone.wait("CALL_ESTABLISHED", 40)

        phone.press("9")

        assert address in phone.wait("TRANSFER")["param"]
        person.wait("CALL_ESTABLISHED")
        open_exchange.wait("transferred", count=moved + 1)


def test_a_caller_whom_no_person_takes_stays_with_the_bot(open_exchange, phone):
    kept = counted(open_exchange, "not transferred")
    with busy_telephone(open_exchange.host) as port:
        address = f"sip:200@{open_exchange.host}:{port}"
        (open_exchange.folder / "data/person").write_text(address)
        phone.dial(open_exchange.address)
        phone.wait("CALL_ESTABLISHED", 40)

        phone.press("9")

        open_exchange.wait("not transferred", count=kept + 1)
        wait_for(lambda: abs(loudest(phone.heard()[-1600:], 8000) - 440) < 15, 15, "the bot's tone")
        phone.hang_up()


def test_a_bot_that_dies_in_a_call_is_followed_by_another(open_exchange, phone):
    joined = counted(open_exchange, "joined")
    phone.dial(open_exchange.address)
    phone.wait("CALL_ESTABLISHED", 40)
    open_exchange.wait("joined", count=joined + 1)

    phone.press("7")

    again = open_exchange.wait("joined", 40, count=joined + 2)
    assert again["metadata"] == '{"kind": "sip", "resumed": "yes"}'
    assert not phone.events("CALL_CLOSED")
    assert "the bot was lost in a call" in open_exchange.log()
    phone.hang_up()


def test_beyond_the_last_line_a_caller_hears_that_it_is_busy(open_exchange, phone, tmp_path):
    desk = desk_of(open_exchange)
    wait_for(lambda: desk.rooms() == [], 60, "the end of the calls before")
    with (
        contextlib.closing(desk.office),
        telephone(tmp_path / "second", open_exchange.host) as second,
        telephone(tmp_path / "third", open_exchange.host) as third,
    ):
        for one in (phone, second):
            one.dial(open_exchange.address)
        wait_for(lambda: bool(phone.events("CALL_RINGING")), 20, "it rings")
        wait_for(lambda: bool(second.events("CALL_RINGING")), 20, "it rings")

        third.dial(open_exchange.address)

        assert "486" in third.wait("CALL_CLOSED")["param"]
        wait_for(lambda: bool(busy(desk)), 15, "its row")
        (call,) = busy(desk)
        lost = desk.office.db.read(lambda c: records.find_lost(c, call.id))
    assert (call.kind, call.state) == ("sip", "ended")
    assert lost is not None


def busy(desk: Desk) -> list[Call]:
    found = desk.office.db.read(lambda c: records.newest(c, most=10))
    return [call for call in found if call.outcome == Untaken.BUSY]


def test_a_call_to_a_number_that_is_not_ours_is_refused_at_once_and_logged(open_exchange, phone):
    phone.dial(open_exchange.address.replace("100@", "999@"))

    assert "400" in phone.wait("CALL_CLOSED", 5)["param"]
    wait_for(lambda: refusals.NUMBER in open_exchange.log(), 15, "the reason")
    assert not phone.events("CALL_ESTABLISHED")


@pytest.mark.parametrize("name", ["livekit-sip", "livekit-server", "redis-server"])
def test_a_killed_program_comes_back_and_the_next_call_is_answered(open_exchange, phone, name):
    killed = open_exchange.program(name)

    killed.kill()

    wait_for(lambda: is_back(open_exchange, name, killed.pid), 30, f"a new {name}")
    wait_for(lambda: open_exchange.state()["state"] == "ok", 40, "the phone is whole")
    wait_for(lambda: is_answered(phone, open_exchange), 60, "an answered call")
    phone.hang_up()


def is_back(exchange: Exchange, name: str, before: int) -> bool:
    try:
        return exchange.program(name).pid != before
    except LookupError:
        return False


def is_answered(phone: Telephone, exchange: Exchange) -> bool:
    """Dial until a call is answered: the trunk is set up anew, the worker comes back."""
    dialled = len(phone.events("CALL_LOCAL_SDP"))
    if len(phone.events("CALL_CLOSED")) == dialled:
        phone.dial(exchange.address)
        wait_for(lambda: len(phone.events("CALL_LOCAL_SDP")) > dialled, 5, "it dials")
    return bool(phone.events("CALL_ESTABLISHED"))
