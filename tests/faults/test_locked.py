"""Another process holds the database for longer than anybody's patience."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import ledger
from tests.fakes.running import ROOT, wait_for
from tests.fakes.server import Server, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PATIENCE_S = 1.0
# The writer tries again for 2 s beyond its busy timeout.
ANSWERS_WITHIN_S = PATIENCE_S + 2 + 2
HOLDER = """
import sys
from pysqlite3 import dbapi2
held = dbapi2.connect(sys.argv[1], isolation_level=None, timeout=20)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
held.execute("ROLLBACK")
"""


@contextlib.contextmanager
def locked(database: Path) -> Iterator[None]:
    """Hold a database's write lock in a process of its own."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(database)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == b"held\n"
        yield
    finally:
        holder.stdin.close()
        assert holder.wait(60) == 0
        holder.stdout.close()


def test_messages_are_refused_while_the_database_is_locked_and_taken_again_after(tmp_path):
    with serving(Server(tmp_path, busy_timeout_s=PATIENCE_S)) as server:
        visitor = server.visitor()
        before = visitor.say("When are you open?")
        visitor.answer(before)

        took, refusals = [], []
        with locked(server.database):
            for number in range(3):
                began = time.monotonic()
                refusals.append(visitor.post(f"refused-{number}", "Is anybody there?"))
                took.append(time.monotonic() - began)
            up, ready = server.ask("GET", "/up"), server.ask("GET", "/ready")
            told = visitor.history()

        assert [refusal.status for refusal in refusals] == [503] * 3
        assert max(took) < ANSWERS_WITHIN_S
        for refusal in refusals:
            assert refusal.headers["content-type"] == "application/problem+json"
            assert int(refusal.headers["retry-after"]) >= 1
            assert "locked by another process" in refusal.body["detail"]
        assert (up.status, ready.status) == (200, 503)
        assert len(told) == 2  # reading goes on

        server.wait_for("/ready", 200)
        visitor.answer(visitor.say("what is your address?"))
        said = [one["text"] for one in visitor.history() if one["from"] == "visitor"]
        assert said == ["When are you open?", "what is your address?"]
        assert len(ledger.read(tmp_path).inbox) == 2


def test_a_refused_message_is_taken_once_when_it_is_sent_again(tmp_path):
    with serving(Server(tmp_path, busy_timeout_s=PATIENCE_S)) as server:
        visitor = server.visitor()
        with locked(server.database):
            refused = visitor.post("m1", "When are you open?")

        seq = visitor.say("When are you open?")  # its id is m1
        visitor.answer(seq)

        assert refused.status == 503
        assert seq == 1
        assert [one["from"] for one in visitor.history()] == ["visitor", "bot"]


def test_a_message_accepted_before_the_lock_is_answered_after_it(tmp_path):
    with serving(Server(tmp_path, debounce_ms=1500, busy_timeout_s=PATIENCE_S)) as server:
        visitor = server.visitor()

        seq = visitor.say("When are you open?")
        with locked(server.database):
            wait_for(lambda: "a lane had to stop" in server.log, 20, "the turn to give up")
            during = visitor.history(seq)
        answer = visitor.answer(seq)

        assert during == []
        assert "9:00 am" in answer
        kept = ledger.read(tmp_path)
        assert kept.waiting == 0
        assert [turn.state for turn in kept.turns] == ["done"]
        assert set(kept.replies.values()) == {1}
