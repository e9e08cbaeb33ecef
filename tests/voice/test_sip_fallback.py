"""Calls that no bot answers: they go where a person is, or the caller hangs up; each has a row."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.services.calls import records
from appliance.services.calls.turned_away import Untaken
from tests.fakes.baresip import Telephone, telephone
from tests.fakes.running import free_port, wait_for
from tests.voice.exchange import exchange, needs_livekit, own_address
from tests.voice.record import Desk, desk_of

pytestmark = [pytest.mark.slow, needs_livekit(), pytest.mark.calls]


@pytest.fixture(scope="module")
def person_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, person_port: int) -> Iterator[Desk]:
    """An exchange whose worker takes no calls."""
    folder = tmp_path_factory.mktemp("exchange")
    extra = f"    ring_s: 6\n    fallback: sip:200@{own_address()}:{person_port}\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PHONE_WORKER", "idle_worker")
        with exchange(folder, extra) as opened:
            made = desk_of(opened)
            yield made
            made.office.close()


@pytest.fixture
def caller(desk: Desk, tmp_path: Path) -> Iterator[Telephone]:
    with telephone(tmp_path / "caller", desk.exchange.host) as made:
        yield made


def test_a_call_no_worker_answers_within_two_rings_goes_to_the_fallback(
    desk: Desk, caller: Telephone, tmp_path: Path, person_port: int
):
    host = desk.exchange.host
    with telephone(
        tmp_path / "person", host, number="200", answers=True, sip=person_port
    ) as person:
        caller.dial(desk.exchange.address)

        person.wait("CALL_ESTABLISHED", 60)
        assert f"sip:200@{host}:{person_port}" in caller.wait("TRANSFER")["param"]
        wait_for(lambda: Untaken.FORWARDED in outcomes(desk), 15, "its row")


def test_a_caller_who_hangs_up_before_anybody_answers_leaves_a_row(desk: Desk, caller: Telephone):
    caller.dial(desk.exchange.address)
    caller.wait("CALL_RINGING")
    wait_for(lambda: any(call.caller for call in desk.rooms()), 15, "the caller is waiting")
    time.sleep(2)  # the warden looks twice a second

    caller.hang_up()

    wait_for(lambda: Untaken.LEFT in outcomes(desk), 15, "its row")


def outcomes(desk: Desk) -> list[str | None]:
    return [each.outcome for each in desk.office.db.read(lambda c: records.newest(c, most=9))]
