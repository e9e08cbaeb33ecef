"""Many requests at once against a real api process: one of them counts."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from tests.fakes import ledger
from tests.fakes.running import ROOT, wait_for
from tests.fakes.server import Client, Server, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
T = TypeVar("T")


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with serving(Server(tmp_path_factory.mktemp("parallel"), debounce_ms=500)) as made:
        yield made


def at_once(*work: Callable[[], T]) -> list[T]:
    """Do all of it in threads that begin together."""
    line = threading.Barrier(len(work))

    def run(one: Callable[[], T]) -> T:
        line.wait(10)
        return one()

    with ThreadPoolExecutor(len(work)) as pool:
        return [found.result() for found in [pool.submit(run, one) for one in work]]


def ask_for_demo(visitor: Client, when: str, name: str) -> None:
    """Go as far as the question whether to book."""
    visitor.talk(f"book a demo on {when}")
    visitor.talk(f"My name is {name}")
    read_back = visitor.talk(f"{name.split(maxsplit=1)[0].lower()}@example.com")
    assert "Shall I book it?" in read_back


def test_the_same_message_posted_20_times_in_parallel_is_one_turn(server):
    visitor = server.visitor(1)

    answers = at_once(*[lambda: visitor.post("same", "When are you open?")] * 20)
    visitor.answer(answers[0].body["seq"])
    visitor.talk("thanks")  # whatever a doubled row might have started has ended by now

    assert [answer.status for answer in answers] == [202] * 20
    assert sorted(answer.body["repeated"] for answer in answers) == [False] + [True] * 19
    assert len({answer.body["message_id"] for answer in answers}) == 1
    assert [said["from"] for said in visitor.history()] == ["visitor", "bot", "visitor", "bot"]
    assert len(ledger.read(server.folder).turns_of(visitor.id)) == 2


def test_three_quick_messages_get_one_answer_and_stay_in_order(server):
    visitor = server.visitor(2)

    seqs = [visitor.say(text) for text in ("Hello", "one question please", "When are you open?")]
    answer = visitor.answer(seqs[-1])
    visitor.talk("thanks")

    said = visitor.history()
    assert seqs == [1, 2, 3]
    assert [one["from"] for one in said[:4]] == ["visitor"] * 3 + ["bot"]
    assert [one["client_id"] for one in said[:3]] == ["m1", "m2", "m3"]
    assert "9:00 am" in answer
    first, second = ledger.read(server.folder).turns_of(visitor.id)
    assert len(first.messages) == 3
    assert len(second.messages) == 1


def test_two_visitors_who_confirm_one_time_at_once_get_one_booking(server):
    ada, bob = server.visitor(3), server.visitor(4)
    ask_for_demo(ada, "Thursday at 3 pm", "Ada Byron")
    ask_for_demo(bob, "Thursday at 3 pm", "Bob Gray")

    answers = at_once(lambda: ada.talk("yes"), lambda: bob.talk("yes"))

    booked = [answer for answer in answers if "Your demo is booked" in answer]
    offered = [answer for answer in answers if "no longer free. I could offer you" in answer]
    assert (len(booked), len(offered)) == (1, 1)
    kept = ledger.read(server.folder)
    assert len(kept.bookings_of(ada.id) + kept.bookings_of(bob.id)) == 1


def test_a_browser_and_a_terminal_in_two_processes_race_for_one_time(server):
    ada = server.visitor(5)
    ask_for_demo(ada, "Friday at 3 pm", "Ada Byron")
    terminal = subprocess.Popen(
        [sys.executable, "-m", "appliance", "chat", "--name", "bob"],
        cwd=ROOT,
        env=server.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert terminal.stdin is not None
    asked = b"book a demo on Friday at 3 pm\nMy name is Bob Gray\nbob@example.com\n"
    terminal.stdin.write(asked)
    terminal.stdin.flush()
    wait_for(
        lambda: len(ledger.read(server.folder).turns_of("terminal-bob")) == 3,
        60,
        "the terminal's read-back",
    )

    def confirm() -> str:
        return terminal.communicate(b"yes\n", timeout=60)[0].decode()

    answers = at_once(lambda: ada.talk("yes"), confirm)

    assert terminal.returncode == 0
    assert sum("Your demo is booked" in answer for answer in answers) == 1
    assert sum("no longer free" in answer for answer in answers) == 1
    kept = ledger.read(server.folder)
    assert len(kept.bookings_of(ada.id) + kept.bookings_of("terminal-bob")) == 1
