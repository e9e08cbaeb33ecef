from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from appliance.core.settings import Settings
from appliance.processes import listing, readiness, supervisord, up
from appliance.processes.pump import Pump
from appliance.processes.supervisord import State
from appliance.processes.watch import BUDGET, GAVE_UP, WITHIN_S, Watch
from tests.fakes.running import Running, environment, free_port, running, wait_for

UP = "tests.fakes.up"
SLOW = pytest.mark.slow


def child(runs: Running, name: str) -> psutil.Process:
    """Find a process below `up` by the module it runs."""
    for process in psutil.Process(runs.process.pid).children(recursive=True):
        if f"tests.fakes.{name}" in process.cmdline():
            return process
    raise LookupError(name)


def below(runs: Running) -> list[psutil.Process]:
    return psutil.Process(runs.process.pid).children(recursive=True)


@SLOW
def test_up_says_where_the_chat_is_and_stops_in_order_with_code_0(tmp_path):
    with running(tmp_path, UP, "api", "jobs") as runs:
        wait_for(lambda: "is up" in runs.log.read_text(), 30, "the banner")
        wait_for((tmp_path / "data/slow.began").exists, 10, "the slow job")
        family = below(runs)

        os.kill(runs.process.pid, signal.SIGINT)
        code = runs.process.wait(30)

        said = runs.log.read_text()
        assert code == 0
        assert f"http://127.0.0.1:{runs.port}/" in said
        assert str(tmp_path / "data") in said
        assert "Ctrl-C" in said
        assert said.index("stopped: api") < said.index("stopped: jobs")
        assert (tmp_path / "data/slow.ended").exists(), "the running job was not finished"
        assert len(family) == 3
        assert not any(one.is_running() for one in family)


@SLOW
def test_a_killed_child_is_back_within_two_seconds(tmp_path):
    with running(tmp_path, UP, "api") as runs:
        wait_for(runs.answers, 30, "an answer")
        first = child(runs, "appliance")

        first.kill()

        def replaced() -> bool:
            try:
                return child(runs, "appliance").pid != first.pid
            except (LookupError, psutil.NoSuchProcess):
                return False

        assert wait_for(replaced, 10, "a new process") < 2
        wait_for(runs.answers, 10, "an answer of the new process")


@SLOW
def test_a_killed_up_leaves_nobody_behind(tmp_path):
    with running(tmp_path, UP, "api", "jobs") as runs:
        wait_for(runs.answers, 30, "an answer")
        family = below(runs)
        assert len(family) == 3

        runs.process.kill()

        wait_for(lambda: not any(one.is_running() for one in family), 15, "the end of all")


@SLOW
def test_a_killed_supervisor_takes_everything_down_with_code_70(tmp_path):
    with running(tmp_path, UP, "api") as runs:
        wait_for(runs.answers, 30, "an answer")
        family = below(runs)
        (supervisor,) = psutil.Process(runs.process.pid).children()

        supervisor.kill()

        assert runs.process.wait(90) == GAVE_UP
        wait_for(lambda: not any(one.is_running() for one in family), 15, "the end of all")


@SLOW
def test_a_second_up_on_the_same_data_is_refused(tmp_path):
    with running(tmp_path, UP, "api") as first:
        wait_for(first.answers, 30, "an answer")

        with running(tmp_path, UP, "api") as second:
            code = second.process.wait(90)

        assert code == 78
        assert "already running on the data folder" in second.log.read_text()
        assert first.answers()


@SLOW
def test_a_taken_port_is_refused_before_anything_starts(tmp_path):
    (tmp_path / "other").mkdir()
    with running(tmp_path, UP, "api") as first:
        wait_for(first.answers, 30, "an answer")

        with running(tmp_path / "other", UP, "api", port=first.port) as second:
            code = second.process.wait(90)

        assert code == 78
        assert f"Port {first.port} on 127.0.0.1 is already in use" in second.log.read_text()


@SLOW
def test_a_process_that_needs_a_person_ends_it_with_code_78(tmp_path):
    with running(tmp_path, UP, "api", "refuses") as runs:
        code = runs.process.wait(30)

    said = runs.log.read_text()
    assert code == 78
    assert "appliance: The key file does not fit the data." in said
    assert "The refuses process cannot start" in said


@SLOW
def test_a_process_that_never_stays_up_ends_it_with_code_70(tmp_path):
    with running(tmp_path, UP, "dies") as runs:
        code = runs.process.wait(60)

    assert code == GAVE_UP
    assert "The dies process does not stay up" in runs.log.read_text()


@SLOW
def test_a_log_that_nobody_reads_stops_nobody(tmp_path):
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", UP, "api", "talks"],
        env=environment(tmp_path, port),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        runs = Running(process, port, tmp_path / "none")
        wait_for(runs.answers, 30, "an answer")
        wait_for((tmp_path / "data/talked").exists, 30, "much more than a pipe holds")

        assert runs.answers()
        process.terminate()
        assert process.wait(30) == 0


def test_what_a_pump_cannot_write_is_dropped_and_counted():
    reading, writing = os.pipe()
    pump = Pump(most=10)
    for number in range(100):
        pump.put(writing, b"%04d %s\n" % (number, b"x" * 10_000))
    assert not pump.drain(0.2)

    with open(reading, "rb") as pipe:
        head = pipe.read(50_000)
        threading.Timer(0.5, os.close, (writing,)).start()
        text = (head + pipe.read()).decode()

    assert "log lines were dropped here" in text
    assert text.splitlines()[-1].startswith("0099")


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()

    with running(tmp_path, UP, "api", data_dir=tmp_path / "file" / "data") as runs:
        code = runs.process.wait(90)

    assert code == 78
    assert f"{tmp_path}/file/data" in runs.log.read_text()
    assert "APPLIANCE_DATA_DIR" in runs.log.read_text()


def test_the_budget_ends_a_process_that_keeps_dying_late():
    watch = Watch()

    verdicts = [watch.look([State("api", "RUNNING", pid, 0)], pid * 10) for pid in range(1, 14)]

    assert verdicts[: BUDGET + 1] == [None] * (BUDGET + 1)
    last = verdicts[BUDGET + 1]
    assert last is not None
    assert last.exit_code == GAVE_UP


def test_deaths_far_apart_are_forgiven():
    watch = Watch()

    verdicts = [
        watch.look([State("api", "RUNNING", pid, 0)], pid * WITHIN_S / BUDGET * 1.1)
        for pid in range(1, 100)
    ]

    assert verdicts == [None] * 99


def test_the_banner_says_why_it_is_in_safe_mode_and_hides_nothing_dangerous():
    told = {
        "mode": "safe",
        "version": "1",
        "checks": [
            {"name": "config", "state": "fail", "says": "bot_config.yaml:3:1: \x1b[2J unknown key"},
            {"name": "disk", "state": "ok", "says": "much"},
        ],
    }

    said = readiness.banner(Settings(), told)

    assert "SAFE MODE" in said
    assert "bot_config.yaml:3:1" in said
    assert "\x1b" not in said
    assert "much" not in said


def test_paths_with_spaces_and_percent_signs_survive_the_configuration():
    text = supervisord.configuration(listing.PROCESSES, Path("/a b/100%/c"), {"A": "1%"})

    assert "file=/a b/100%%/c/supervisor.sock" in text
    assert 'environment=A="1%%"' in text


def test_the_processes_can_stop_within_the_time_promised():
    assert sum(process.stop_s for process in listing.PROCESSES) < up.STOP_S - 2


def test_every_listed_process_can_be_run():
    root = Path(__file__).parents[1]
    for process in listing.PROCESSES:
        place = root.joinpath(*process.module.split("."))
        assert (place / "__main__.py").exists() or place.with_suffix(".py").exists()
