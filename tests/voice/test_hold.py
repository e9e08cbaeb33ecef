"""Who holds a call, with real processes."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.core import locks
from appliance.voice import hold

HOLDS = """
import sys, time
from pathlib import Path
from appliance.voice import hold
with hold.alone(Path(sys.argv[1]), "call-1") as is_ours:
    print(is_ours, flush=True)
    time.sleep(60)
"""


def is_free(folder: Path, room: str = "call-1") -> bool:
    with hold.alone(folder, room) as is_ours:
        return is_ours


def test_a_call_is_held_once_and_free_again_when_it_is_over(tmp_path: Path) -> None:
    with hold.alone(tmp_path, "call-1") as is_ours:
        assert is_ours
        assert not is_free(tmp_path)
        assert is_free(tmp_path, "call-2")

    assert is_free(tmp_path)


def test_a_killed_process_holds_its_call_no_longer(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDS, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "True"
        assert not is_free(tmp_path)

        other.kill()
        other.wait()

        assert is_free(tmp_path)


def test_who_opened_the_file_that_the_last_holder_removed_takes_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, flock = tmp_path / "call-1", fcntl.flock
    removed: list[Path] = []

    def late(descriptor: int, operation: int) -> None:
        if not removed:  # the last holder ends between our opening and our locking
            path.unlink()
            removed.append(path)
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)

    with locks.held(path) as first, locks.held(path) as second:
        assert (first, second) == (True, False)


def test_what_killed_processes_left_is_cleared_away(tmp_path: Path) -> None:
    with hold.alone(tmp_path, "call-1"):
        hold.forget_all(tmp_path)

    assert list(tmp_path.iterdir()) == []
    hold.forget_all(tmp_path)
