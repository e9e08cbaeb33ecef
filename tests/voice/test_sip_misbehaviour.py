"""Telephones that misbehave: what they send may fail; the next call is answered all the same."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.baresip import telephone
from tests.fakes.running import wait_for
from tests.voice.exchange import Exchange, exchange, needs_livekit
from tests.voice.record import Desk, desk_of

pytestmark = [pytest.mark.slow, needs_livekit(), pytest.mark.calls]

SCENARIOS = Path(__file__).parent / "sipp"
PATIENCE_S = 90


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with exchange(tmp_path_factory.mktemp("exchange"), "    ring_s: 40\n") as opened:
        made = desk_of(opened)
        yield made
        made.office.close()


@pytest.fixture
def living(desk: Desk, tmp_path: Path) -> Iterator[Exchange]:
    """The exchange; afterwards nothing of it has died, no call is left, and one is answered."""
    line = desk.exchange
    programs = ("livekit-sip", "livekit-server", "redis-server", "appliance.switchboard.warden")
    before = {name: line.program(name).pid for name in programs}
    yield line
    wait_for(lambda: desk.rooms() == [], 60, "the end of every call")
    joined = len(line.diary("joined"))
    with telephone(tmp_path / "phone", line.host) as phone:
        phone.dial(line.address)
        phone.wait("CALL_ESTABLISHED", 40)
        line.wait("joined", count=joined + 1)
        phone.hang_up()
    assert {name: line.program(name).pid for name in programs} == before
    assert line.state()["state"] == "ok"


def sipp(line: Exchange, scenario: str, folder: Path) -> None:
    """Play a scenario; every answer in it is the one it names, or sipp fails."""
    done = subprocess.run(
        [
            "sipp",
            f"{line.host}:{line.sip}",
            *("-sf", str(SCENARIOS / f"{scenario}.xml"), "-s", "100", "-m", "1"),
            *("-i", line.host),  # its ports it finds by itself
            *("-trace_err", "-error_file", str(folder / "errors"), "-nostdin"),
            *("-timeout", str(PATIENCE_S), "-timeout_error"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    told = folder / "errors"
    assert done.returncode == 0, told.read_text(errors="replace") if told.exists() else done.stderr


@pytest.mark.parametrize(
    "scenario",
    [
        "no-sdp",  # refused
        "cancel",  # at once
        "reinvite",  # answered; keys by SIP INFO are not taken, and the call goes on
        "bye-twice",  # the second is answered as well
    ],
)
def test_a_caller_out_of_the_ordinary_gets_the_answers_of_the_book(
    living: Exchange, tmp_path: Path, scenario: str
):
    sipp(living, scenario, tmp_path)


def half_an_invite(line: Exchange) -> None:
    """Hang up in the middle of a line, over TCP, as a cut cable does."""
    with socket.create_connection((line.host, line.sip), timeout=10) as wire:
        wire.sendall(f"INVITE {line.address} SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.9;bra".encode())
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def less_than_it_says(line: Exchange) -> None:
    """Send an INVITE whose offer ends before its length does."""
    head = (
        f"INVITE {line.address} SIP/2.0",
        f"Via: SIP/2.0/UDP {line.host}:9;branch=z9hG4bK-short",
        f"From: <sip:short@{line.host}>;tag=1",
        f"To: <{line.address}>",
        "Call-ID: short",
        "CSeq: 1 INVITE",
        "Content-Type: application/sdp",
        "Content-Length: 4000",
    )
    datagrams(line, ["\r\n".join([*head, "", "v=0\r\no=short 1"]).encode()])


def garbage(line: Exchange) -> None:
    """Send what is no SIP at all, over UDP and TCP."""
    chance = random.Random(20261126)
    lengths = (0, 1, 3, 20, 400, 1400, 60_000)
    noise = [chance.randbytes(length) for length in lengths]
    endless = b"INVITE " + b"a" * 8_000 + b"\r\n"
    datagrams(
        line, [*noise, endless, b"SIP/2.0 200 OK\r\n\r\n", b"\r\n\r\n", b"INVITE\0\0\r\n\r\n"]
    )
    with (
        contextlib.suppress(OSError),
        socket.create_connection((line.host, line.sip), timeout=10) as wire,
    ):
        for each in noise:
            wire.sendall(each)


def datagrams(line: Exchange, sent: list[bytes]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        for each in sent:
            wire.sendto(each, (line.host, line.sip))


@pytest.mark.parametrize("does", [half_an_invite, less_than_it_says, garbage])
def test_what_is_no_call_disturbs_none(living: Exchange, does: Callable[[Exchange], None]):
    for _ in range(5):
        does(living)
