from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from pathlib import Path

import pytest

from appliance.core import errors, logs
from appliance.core.queue import Job, Queue
from appliance.core.settings import Settings
from appliance.jobs import schedule
from tests.fakes.running import running, wait_for


def job(name: str, run) -> Job:
    return Job(name, 60, run, "For the test.")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.db"


def test_a_job_that_waits_is_not_put_twice(path):
    queue = Queue(path, [job("look", lambda: None)])

    assert queue.put("look")
    assert not queue.put("look")


def test_a_job_that_could_not_be_put_can_be_put_again(path):
    queue = Queue(path, [job("look", lambda: None)])
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("DROP TABLE task")  # or whatever makes the file refuse it

        with pytest.raises(sqlite3.OperationalError):
            queue.put("look")
    Queue(path, [])

    assert queue.put("look")


def test_what_was_put_is_run_and_can_be_put_again(path):
    ran = threading.Semaphore(0)
    queue = Queue(path, [job("look", ran.release)])
    queue.put("look")

    queue.start()
    assert ran.acquire(timeout=5)
    assert queue.put("look")
    assert ran.acquire(timeout=5)
    queue.stop()


def test_a_fault_in_one_job_leaves_the_others_alone(path, capsys):
    logs.configure(Settings(), process="test")
    ran = threading.Event()

    def fails() -> None:
        raise RuntimeError("the private words of a customer")

    def waits() -> None:
        raise errors.Unavailable("The store is locked.")

    queue = Queue(path, [job("fails", fails), job("waits", waits), job("works", ran.set)])
    for name in ("fails", "waits", "works"):
        queue.put(name)
    queue.start()
    assert ran.wait(5)
    queue.stop()

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    told = {line["job"]: line for line in lines if "job" in line}
    assert told["fails"]["level"] == "error"
    assert told["waits"]["sentence"] == "The store is locked."
    assert "private" not in json.dumps(lines)


def test_the_file_holds_json_and_no_pickle(path):
    queue = Queue(path, [job("look", lambda: None)])
    queue.put("look")

    with sqlite3.connect(path) as connection:
        ((message,),) = connection.execute("SELECT data FROM task").fetchall()
    connection.close()

    assert "look" in json.loads(message)[1]


def test_a_job_of_an_older_version_in_the_file_does_no_harm(path):
    Queue(path, [job("gone", lambda: None)]).put("gone")
    ran = threading.Event()
    queue = Queue(path, [job("here", ran.set)])

    queue.put("here")
    queue.start()

    assert ran.wait(5)
    queue.stop()


def test_every_job_has_a_name_of_its_own_and_says_what_it_does(tmp_path):
    from tests.fakes import appliance

    made = appliance.build(Settings(data_dir=tmp_path))

    listed = schedule.recurring(made.db, made.clock, [])

    assert len({one.name for one in listed}) == len(listed)
    assert all(one.doc.endswith(".") and one.every_s >= 1 for one in listed)
    made.db.close()


@pytest.mark.slow
def test_a_stop_waits_for_the_running_job_and_leaves_with_code_0(tmp_path):
    with running(tmp_path, "tests.fakes.jobs") as process:
        wait_for((tmp_path / "data/slow.began").exists, 20, "the slow job")

        process.process.terminate()

        assert process.process.wait(60) == 0
        assert (tmp_path / "data/slow.ended").exists()
