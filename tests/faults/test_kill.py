"""The api is killed, and stopped, while people talk to it: nothing is lost and nothing doubled."""

from __future__ import annotations

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.fakes import ledger
from tests.fakes.running import wait_for
from tests.fakes.server import Client, Server, serving, slow_tool

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

VISITORS, KILLS, SEED = 20, 10, 7
DAYS = ("November 18", "November 19", "November 20", "November 23", "November 24")
TIMES = ("10 am", "11 am", "1 pm", "3 pm")
# Every visitor has a time to himself but the last two, who want one and the same.
WISHES = [f"{day} at {time}" for time in TIMES for day in DAYS][: VISITORS - 1]
WISHES.append(WISHES[-1])


def words(number: int) -> list[str]:
    """What visitor `number` says: ten messages, a booking among them."""
    name = f"{chr(65 + number)}da"
    return [
        "When are you open?",
        f"book a demo on {WISHES[number]}",
        f"My name is {name} Byron",
        f"{name.lower()}@example.com",
        "yes",
        "what is your address?",
        "which departments do you have?",
        "When are you open?",
        "what's your phone number?",
        "thanks",
    ]


class Killer:
    """Kills the server each time a given number of messages has been answered, and restarts it."""

    def __init__(self, server: Server, chance: random.Random) -> None:
        self._server = server
        self._chance = chance
        self._answered = 0
        self._more = threading.Condition()

    def answered(self) -> None:
        """Note that a visitor has got an answer."""
        with self._more:
            self._answered += 1
            self._more.notify_all()

    def run(self) -> None:
        """Kill at random moments, spread over all the turns."""
        apart = VISITORS * 10 // (KILLS + 1)
        for kill in range(1, KILLS + 1):
            goal = kill * apart - self._chance.randrange(apart // 2)
            with self._more:
                assert self._more.wait_for(lambda: self._answered >= goal, 90)  # noqa: B023
                self._more.wait(self._chance.random() * 0.08)
            self._server.kill()
            self._server.start()


@pytest.mark.timeout(1200)
def test_kills_at_random_moments_lose_nothing_and_double_nothing(tmp_path):
    with serving(Server(tmp_path)) as server:
        visitors = [server.visitor(number) for number in range(VISITORS)]
        killer = Killer(server, random.Random(SEED))

        def talk(number: int) -> None:
            for text in words(number):
                visitors[number].talk(text)
                killer.answered()

        with ThreadPoolExecutor(VISITORS + 1) as pool:
            running = [pool.submit(killer.run)]
            running += [pool.submit(talk, number) for number in range(VISITORS)]
            for one in running:
                one.result()
        wait_for(lambda: ledger.read(tmp_path).waiting == 0, 30, "everything answered")
        seen = [visitor.history() for visitor in visitors]
        assert server.stop() == 0

        kept = ledger.read(tmp_path)
        for visitor, history in zip(visitors, seen, strict=True):
            assert_nothing_lost(visitor, history)
            assert len(kept.bookings_of(visitor.id)) <= 1
        assert_each_message_was_answered_once(kept)
        assert_no_booking_was_doubled(kept)
        assert_everybody_got_a_booking(kept, visitors)


def assert_nothing_lost(visitor: Client, history: list[dict[str, Any]]) -> None:
    theirs = [said for said in history if said["from"] == "visitor"]
    assert [said["client_id"] for said in theirs] == visitor.sent
    assert [said["text"] for said in theirs] == words(int(visitor.address.rpartition(".")[2]))
    by_turn = Counter(said["turn"] for said in history if said["from"] == "bot")
    assert set(by_turn.values()) == {1}
    assert len({said["seq"] for said in history}) == len(history)


def assert_each_message_was_answered_once(kept: ledger.Ledger) -> None:
    answered = Counter(message for turn in kept.turns for message in turn.messages)
    assert set(answered.values()) == {1}
    assert set(answered) == {row.message_id for row in kept.inbox}
    assert len(kept.inbox) == VISITORS * 10
    assert {turn.state for turn in kept.turns} <= {"done", "failed"}
    assert kept.replies == Counter(turn.id for turn in kept.turns)


def assert_no_booking_was_doubled(kept: ledger.Ledger) -> None:
    cells = Counter((row.kind, row.seat, row.cell_at) for row in kept.cells)
    assert set(cells.values()) == {1}
    assert {row.booking_id for row in kept.cells} == {row.id for row in kept.booked}
    assert len({row.starts_at for row in kept.booked}) == len(kept.booked)


def assert_everybody_got_a_booking(kept: ledger.Ledger, visitors: list[Client]) -> None:
    """A turn that was killed too often hands over to a person; every other visitor is served."""
    *alone, last, other = visitors
    for visitor in alone:
        gave_up = any(turn.state == "failed" for turn in kept.turns_of(visitor.id))
        assert gave_up or len(kept.bookings_of(visitor.id)) == 1
    assert len(kept.bookings_of(last.id) + kept.bookings_of(other.id)) <= 1
    assert len(kept.booked) > VISITORS / 2


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_kill_beside_the_booking_leaves_one_booking_and_one_answer(tmp_path, before):
    tools = slow_tool(tmp_path, "schedule_demo", before=before)
    with serving(Server(tmp_path, tools_dir=tools)) as server:
        visitor = server.visitor()
        ask_for_demo(visitor)
        seq = visitor.say("yes")
        wait_for((tools / "began").exists, 10, "the booking under way")
        # after: the booking and its receipt are on the disk, the answer is not
        assert len(ledger.read(tmp_path).booked) == (0 if before else 1)

        server.kill()
        (tools / "go").touch()
        server.start()
        answer = visitor.answer(seq)
        assert server.stop() == 0

        kept = ledger.read(tmp_path)
        assert "Your demo is booked for Thursday, November 19 at 3:00 PM" in answer
        assert len(kept.booked) == 1
        assert kept.booked[0].reference in answer
        assert set(kept.replies.values()) == {1}


def test_a_message_after_the_kill_does_not_undo_what_the_killed_turn_has_booked(tmp_path):
    tools = slow_tool(tmp_path, "schedule_demo", before=False)
    with serving(Server(tmp_path, tools_dir=tools)) as server:
        visitor = server.visitor()
        ask_for_demo(visitor)
        first = visitor.say("yes")
        wait_for((tools / "began").exists, 10, "the booking under way")

        visitor.say("what is your address?")
        server.kill()
        (tools / "go").touch()
        server.start()
        wait_for(lambda: ledger.read(tmp_path).waiting == 0, 30, "both answers")

        said = [one for one in visitor.history(first) if one["from"] == "bot"]
        assert len(said) == 2
        assert "Your demo is booked" in said[0]["text"]
        assert "200 Market Street" in said[1]["text"]
        kept = ledger.read(tmp_path)
        assert len(kept.booked) == 1
        assert [len(turn.messages) for turn in kept.turns_of(visitor.id)[-2:]] == [1, 1]


def test_a_stop_lets_the_turn_that_runs_end_and_exits_with_0(tmp_path):
    tools = slow_tool(tmp_path, "schedule_demo", before=True)
    with serving(Server(tmp_path, tools_dir=tools)) as server:
        visitor = server.visitor()
        ask_for_demo(visitor)
        seq = visitor.say("yes")
        wait_for((tools / "began").exists, 10, "the booking under way")
        stopping = threading.Thread(target=server.stop)

        stopping.start()
        wait_for(lambda: '"stopping"' in server.log, 10, "the stop")
        (tools / "go").touch()
        stopping.join(90)

        assert server.process is not None
        assert server.process.returncode == 0
        kept = ledger.read(tmp_path)
        assert (kept.waiting, len(kept.booked)) == (0, 1)
        server.start()
        assert "Your demo is booked" in visitor.answer(seq)
        assert ledger.read(tmp_path).replies == kept.replies


def test_a_stop_while_a_tool_hangs_is_over_in_time_and_the_turn_is_answered(tmp_path):
    tools = slow_tool(tmp_path, "schedule_demo", before=True)
    with serving(Server(tmp_path, tools_dir=tools)) as server:
        visitor = server.visitor()
        ask_for_demo(visitor)
        seq = visitor.say("yes")
        wait_for((tools / "began").exists, 10, "the booking under way")

        code = server.stop(within_s=90)

        assert code == 0
        kept = ledger.read(tmp_path)
        assert (kept.waiting, len(kept.booked)) == (0, 0)
        assert set(kept.replies.values()) == {1}
        server.start()
        assert "booked" not in visitor.answer(seq)


def ask_for_demo(visitor: Client) -> None:
    """Go as far as the question whether to book."""
    visitor.talk("book a demo on Thursday at 3 pm")
    visitor.talk("My name is Ada Byron")
    assert "Shall I book it?" in visitor.talk("ada@example.com")
