"""A document that crashes, hangs or eats its reader harms nothing but itself."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from appliance.core import errors
from appliance.knowledge.ingest import blocks
from appliance.knowledge.ingest.kinds import Kind
from appliance.knowledge.ingest.reader import Reader

GOOD = b"Some words."


@pytest.fixture
def reader():
    with Reader(wall_s=60) as made:
        made.read(GOOD, "warm.txt")
        yield made


def pid_of(reader):
    assert reader._process is not None
    return reader._process.pid


def test_one_process_reads_many_documents(reader):
    first = pid_of(reader)

    assert [reader.read(GOOD, "a.txt")[0] for _ in range(3)] == [Kind.TEXT] * 3
    assert pid_of(reader) == first


def test_a_reader_that_dies_is_told_and_the_next_document_is_read(reader):
    os.kill(pid_of(reader), signal.SIGSTOP)
    killer = threading.Timer(0.2, os.kill, [pid_of(reader), signal.SIGKILL])
    killer.start()

    with pytest.raises(errors.Refused, match=r"a\.txt needs more memory"):
        reader.read(GOOD, "a.txt")

    assert reader.read(GOOD, "b.txt")[0] is Kind.TEXT
    killer.join()


def test_a_reader_that_died_between_two_documents_is_replaced(reader):
    os.kill(pid_of(reader), signal.SIGKILL)
    assert reader._process is not None
    reader._process.wait()

    assert reader.read(GOOD, "a.txt")[0] is Kind.TEXT


def test_a_reader_that_hangs_is_ended_at_the_deadline():
    with Reader(wall_s=0.3) as reader:
        process = reader._started()
        os.kill(process.pid, signal.SIGSTOP)

        with pytest.raises(errors.Refused, match="took longer than"):
            reader.read(GOOD, "a.txt")

        assert process.poll() is not None


def test_too_much_processor_time_ends_the_reader_and_is_said(reader):
    threading.Timer(0.2, os.kill, [pid_of(reader), signal.SIGXCPU]).start()
    os.kill(pid_of(reader), signal.SIGSTOP)
    threading.Timer(0.4, os.kill, [pid_of(reader), signal.SIGCONT]).start()

    with pytest.raises(errors.Refused, match="processor time"):
        reader.read(GOOD, "a.txt")


def limits_of(pid):
    with open(f"/proc/{pid}/limits") as file:
        return {line[:26].strip(): line[26:].split()[0] for line in file.readlines()[1:]}


def test_the_reader_has_little_memory_no_files_to_write_and_none_of_our_environment(
    reader, monkeypatch
):
    monkeypatch.setenv("APPLIANCE_SECRET_CANARY", "secret")
    reader.close()
    reader.read(GOOD, "a.txt")
    limits = limits_of(pid_of(reader))
    with open(f"/proc/{pid_of(reader)}/environ", "rb") as file:
        environment = file.read()

    assert limits["Max address space"] == str(1024**3)
    assert limits["Max file size"] == "0"
    assert int(limits["Max cpu time"]) <= 120
    assert b"CANARY" not in environment
    assert b"APPLIANCE" not in environment


def test_the_reader_ends_with_whoever_started_it():
    reader = Reader()
    process = reader._started()
    assert process.stdin is not None

    process.stdin.close()

    ends = time.monotonic() + 60
    while process.poll() is None:
        assert time.monotonic() < ends
        time.sleep(0.02)
    reader._process = None
    assert process.stdout is not None
    process.stdout.close()
    assert process.returncode == 0


def test_more_memory_than_there_is_for_one_document_is_its_own_trouble(reader):
    nested = b"<div>" * 100_000 + b"words"

    with pytest.raises(errors.Refused, match=r"a\.html"):
        reader.read(nested, "a.html")

    assert reader.read(GOOD, "b.txt")[0] is Kind.TEXT


def test_an_answer_that_is_no_document_is_refused(reader):

    whole = {"title": "", "blocks": [], "front": {}, "remarks": [], "links": []}
    assert blocks.from_wire(whole).blocks == []

    wrong: list[object] = [{}, [], None, {**whole, "title": 1}, {**whole, "blocks": [["zz", 1]]}]
    for wire in wrong:
        with pytest.raises(errors.Refused):
            blocks.from_wire(wire)
