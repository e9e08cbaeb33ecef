"""Warm transfers by telephone: a person hears who is on the line, and takes the call by key."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from appliance.conversation.values import Role
from appliance.voice import wording
from tests.fakes.baresip import Telephone, busy_telephone, telephone, write_wav
from tests.fakes.phone_worker import loudest
from tests.fakes.running import free_port, wait_for
from tests.voice.calls import config_text
from tests.voice.exchange import exchange, needs_livekit, own_address
from tests.voice.record import MONDAY, Desk, desk_of, narrow

pytestmark = [pytest.mark.slow, needs_livekit(), pytest.mark.calls]

NUMBERS = (f"+1617555012{digit}" for digit in itertools.count())
ASKED = "i would like to talk to a person"


@pytest.fixture(scope="module")
def persons_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def exchanged(tmp_path_factory: pytest.TempPathFactory, persons_port: int) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("warm")
    (folder / "script.txt").write_text("")
    phone = f"""  phone:
    allowed_addresses: [{own_address()}]
    ring_s: 60
    transfer: warm
    transfer_to: sip:200@{own_address()}:{persons_port}
    transfer_ring_s: 6
  manners:"""
    text = config_text(folder).replace("  manners:", phone)
    with exchange(
        folder, module="appliance.switchboard", text=text, clock_start=MONDAY.isoformat()
    ) as opened:
        made = desk_of(opened)
        yield made
        made.office.close()


@pytest.fixture
def desk(exchanged: Desk) -> Desk:
    """The record of a caller nobody has heard of yet, and an empty script."""
    (exchanged.exchange.folder / "script.txt").write_text("")
    return replace(exchanged, number=next(NUMBERS))


@contextlib.contextmanager
def person(
    folder: Path, port: int, *, answers: bool = True, source: str | None = None
) -> Iterator[Telephone]:
    with telephone(
        folder, own_address(), number="200", answers=answers, sip=port, source=source
    ) as made:
        yield made


@pytest.fixture
def caller(tmp_path: Path, desk: Desk) -> Iterator[Telephone]:
    """A caller who has asked for a person."""
    with telephone(tmp_path / "caller", own_address(), number=desk.number) as made:
        made.dial(desk.exchange.address)
        made.wait("CALL_ESTABLISHED", 60)
        wait_for(lambda: len(desk.said(Role.BOT)) == 2, 40, "disclosure and greeting")
        wait_for(lambda: quiet(made), 40, "the end of the greeting")
        (desk.exchange.folder / "script.txt").write_text(f"{ASKED}\n")
        made.say(narrow("person", tmp_path))
        wait_for(lambda: ASKED in desk.said(Role.CONTACT), 40, "heard")
        yield made


def quiet(phone: Telephone) -> bool:
    """Tell whether something was said and a second of silence has come after it."""
    heard = phone.heard()
    return len(heard) > 8000 and np.abs(heard).max() > 1000 and np.abs(heard[-8000:]).max() < 500


def hears(phone: Telephone, pitch: float) -> bool:
    return abs(loudest(phone.heard()[-1600:], 8000) - pitch) < 15


def tone(folder: Path, name: str, pitch: float) -> Path:
    wave = np.sin(2 * np.pi * pitch * np.arange(8000 * 300) / 8000) * 8000
    return write_wav(folder / f"{name}.wav", wave)


def test_a_person_who_presses_1_talks_with_the_caller_and_the_bot_is_gone(
    desk: Desk, caller: Telephone, persons_port: int, tmp_path: Path
):
    source = f"aufile,{tone(tmp_path, 'persons', 600)}"
    with person(tmp_path / "person", persons_port, source=source) as taker:
        wait_for(lambda: wording.HOLD in desk.said(Role.BOT), 40, "hold the line")
        taker.wait("CALL_ESTABLISHED", 40)
        caller.say(tone(tmp_path, "callers", 1000))
        wait_for(lambda: len(taker.heard()) > 8000, 30, "the announcement")
        before = caller.heard()
        assert not hears(taker, 1000)

        taker.press("1")

        wait_for(lambda: hears(taker, 1000), 40, "the caller")
        wait_for(lambda: hears(caller, 600), 40, "the person")
        assert abs(loudest(before[-1600:], 8000) - 600) > 15
        wait_for(lambda: '"how": "transferred"' in desk.exchange.log(), 40, "the bot has left")
        taker.hang_up()
        caller.wait("CALL_CLOSED", 40)
    assert wording.NOBODY_TOOK not in desk.said(Role.BOT)


def test_a_person_who_presses_2_sends_the_caller_back_to_the_bot(
    desk: Desk, caller: Telephone, persons_port: int, tmp_path: Path
):
    with person(tmp_path / "person", persons_port) as taker:
        taker.wait("CALL_ESTABLISHED", 40)
        wait_for(lambda: len(taker.heard()) > 8000, 30, "the announcement")

        taker.press("2")

        taker.wait("CALL_CLOSED", 40)
    wait_for(lambda: wording.NOBODY_TOOK in desk.said(Role.BOT), 40, "nobody took the call")
    with (desk.exchange.folder / "script.txt").open("a") as script:
        script.write("when are you open\n")
    wait_for(lambda: quiet(caller), 40, "the end of that sentence")
    caller.say(narrow("hours", tmp_path))
    wait_for(lambda: "9:00" in desk.said(Role.BOT)[-1], 40, "the bot answers again")
    caller.hang_up()


def test_a_person_who_presses_nothing_does_not_get_the_caller(
    desk: Desk, caller: Telephone, persons_port: int, tmp_path: Path
):
    with person(tmp_path / "person", persons_port) as taker:
        taker.wait("CALL_ESTABLISHED", 40)
        wait_for(lambda: wording.NOBODY_TOOK in desk.said(Role.BOT), 60, "nobody took the call")
        taker.wait("CALL_CLOSED", 20)
    assert not caller.events("CALL_CLOSED")
    caller.hang_up()


def test_a_caller_whose_person_is_busy_is_told_so(
    desk: Desk, persons_port: int, request: pytest.FixtureRequest
):
    with busy_telephone(own_address(), persons_port):
        caller: Telephone = request.getfixturevalue("caller")
        wait_for(lambda: wording.NOBODY_TOOK in desk.said(Role.BOT), 60, "nobody took the call")

    assert not caller.events("CALL_CLOSED")
    caller.hang_up()


def test_a_person_who_does_not_answer_stops_being_called(
    desk: Desk, caller: Telephone, persons_port: int, tmp_path: Path
):
    with person(tmp_path / "person", persons_port, answers=False) as taker:
        taker.wait("CALL_INCOMING", 40)
        wait_for(lambda: wording.NOBODY_TOOK in desk.said(Role.BOT), 60, "nobody took the call")
        taker.wait("CALL_CLOSED", 20)
    caller.hang_up()


def test_a_bot_that_dies_while_it_asks_is_followed_by_one_that_hears_the_caller(
    desk: Desk, caller: Telephone, persons_port: int, tmp_path: Path
):
    with person(tmp_path / "person", persons_port) as taker:
        taker.wait("CALL_ESTABLISHED", 40)
        wait_for(lambda: len(taker.heard()) > 8000, 30, "the announcement")

        holder = desk.exchange.holder()
        holder.kill()

        taker.wait("CALL_CLOSED", 40)
    before = len(desk.said(Role.BOT))
    wait_for(lambda: len(desk.said(Role.BOT)) >= before + 2, 60, "another bot greets")
    (desk.exchange.folder / "script.txt").write_text("when are you open\n")
    wait_for(lambda: quiet(caller), 40, "the end of the greeting")
    caller.say(narrow("hours", tmp_path))
    wait_for(lambda: "9:00" in desk.said(Role.BOT)[-1], 40, "it hears the caller")
    caller.hang_up()


def test_a_caller_who_hangs_up_stops_the_persons_telephone(
    desk: Desk, caller: Telephone, persons_port: int, tmp_path: Path
):
    with person(tmp_path / "person", persons_port) as taker:
        taker.wait("CALL_ESTABLISHED", 40)

        caller.hang_up()

        taker.wait("CALL_CLOSED", 40)
