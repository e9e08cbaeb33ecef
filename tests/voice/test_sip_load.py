"""More callers than lines, and one call after another: nobody in silence, nothing left behind.

The worker is the real one and answers by recordings. `CALLS_IN_A_ROW=200` makes the second story
as long as the promise is.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from tests.fakes.baresip import Telephone, telephone
from tests.fakes.running import wait_for
from tests.voice.exchange import exchange, keypad_text, needs_livekit
from tests.voice.record import Desk, desk_of
from tests.voice.weighing import A_CALL, Holding, programs

pytestmark = [pytest.mark.slow, needs_livekit(), pytest.mark.calls]

LINES, CALLERS = 4, 20
CALLS = int(os.environ.get("CALLS_IN_A_ROW", "6"))
_LOOK_S = 0.3  # a look costs some CPU itself
_WARM = 2  # a program's first calls load what it keeps
# Go lets garbage double before it collects it, and LiveKit's server lets nobody go before a minute
# has passed since they came in (rtc/room.go, v1.13.5): 1.6 MB a call. So it grows over the calls of
# its first minute and no further; after a minute and a half without calls 3 MB of it were left.
_COLLECTED = {"livekit-server", "livekit-sip"}
_POOLED = 5  # connections and threads that LiveKit's programs keep for the next call


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with exchange(
        tmp_path_factory.mktemp("keypad"),
        module="appliance.switchboard",
        text=keypad_text(),
        calls_at_once=LINES,
    ) as opened:
        made = desk_of(opened)
        yield made
        made.office.close()


def is_at_rest(desk: Desk) -> bool:
    """Tell whether no call is left and one process waits for the next.

    Beside it the worker has Python's tracker of resources and the process that forks the others.
    """
    time.sleep(_LOOK_S)
    return len(programs(desk.exchange)[A_CALL]) == 3 and not desk.rooms()


def is_spoken_to(phone: Telephone) -> bool:
    return bool(np.abs(phone.heard()).max(initial=0) > 1000)


def test_twenty_callers_for_four_lines_are_served_or_hear_that_it_is_busy(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    line = desk.exchange
    wait_for(lambda: is_at_rest(desk), 60, "a process for the first call")
    told: dict[int, tuple[str, float]] = {}
    with contextlib.ExitStack() as all_of_them:
        phones = [
            all_of_them.enter_context(
                telephone(tmp_path / str(at), line.host, number=f"+1617555{at:04}")
            )
            for at in range(CALLERS)
        ]
        began = time.monotonic()

        def is_everybody_told() -> bool:
            for at, phone in enumerate(phones):
                if at not in told and (closed := phone.events("CALL_CLOSED")):
                    told[at] = (closed[0]["param"][:3], time.monotonic() - began)
                elif at not in told and is_spoken_to(phone):
                    told[at] = ("spoken to", time.monotonic() - began)
            return len(told) == CALLERS

        for phone in phones:
            phone.dial(line.address)
        wait_for(is_everybody_told, 60, "everybody is served or told")

        served = [at_s for how, at_s in told.values() if how == "spoken to"]
        busy = [at_s for how, at_s in told.values() if how in {"486", "603"}]
        for phone in phones:
            phone.hang_up()
    with capsys.disabled():
        print(f"\n{len(busy)} of {CALLERS} heard that it is busy, at last after {max(busy):.1f} s;")
        print(f"{len(served)} were answered, at last after {max(served):.1f} s")
    assert (len(served), len(busy)) == (LINES, CALLERS - LINES)
    wait_for(lambda: is_at_rest(desk), 60, "the exchange is at rest again")
    assert line.state()["state"] == "ok"


@pytest.mark.timeout(400 + 30 * CALLS)
def test_calls_in_a_row_leave_every_program_as_it_was(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    line = desk.exchange
    wait_for(lambda: is_at_rest(desk), 60, "a process for the first call")
    held: list[dict[str, list[Holding]]] = []
    with telephone(tmp_path / "phone", line.host) as phone:
        for count in range(1, CALLS + _WARM + 1):
            phone.dial(line.address)
            wait_for(lambda: len(phone.sounds()) == count, 60, "an answer")  # noqa: B023
            wait_for(lambda: is_spoken_to(phone), 60, "a voice")
            phone.hang_up()
            wait_for(lambda: is_at_rest(desk), 60, "the end of the call")
            held.append(programs(line))
    held = held[_WARM:]
    few = min(max(len(held) // 2, 1), 10)

    lines = [f"\n{CALLS} calls in a row: a program's MB, files, threads; first {few}, last {few}"]
    grown = []
    for name in sorted(held[0]):
        first, last = (_middle(name, part) for part in (held[:few], held[-few:]))
        lines.append(f"  {name:32} {_worded(first)}   {_worded(last)}")
        if (
            last.memory_mb > first.memory_mb * 1.05 + (40 if name in _COLLECTED else 8)
            or last.files > first.files + _POOLED
            or last.threads > first.threads + _POOLED
        ):
            grown.append(name)
    with capsys.disabled():
        print("\n".join(lines))
    assert grown == []


def _middle(name: str, part: list[dict[str, list[Holding]]]) -> Holding:
    """Give the medians of what a program held, its processes taken together."""
    return Holding(
        median(sum(each.memory_mb for each in once[name]) for once in part),
        round(median(sum(each.files for each in once[name]) for once in part)),
        round(median(sum(each.threads for each in once[name]) for once in part)),
    )


def _worded(held: Holding) -> str:
    return f"{held.memory_mb:7.1f} {held.files:4} {held.threads:3}"
