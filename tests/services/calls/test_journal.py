"""`appliance calls`: what is shown of calls, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import typer
from typer.testing import CliRunner

from appliance.connectors.messages import Identity
from appliance.conversation import spoken, tickets
from appliance.core import errors
from appliance.core.crypto import Keyring
from appliance.core.store.database import Connection, Database
from appliance.services.calls import journal, records
from appliance.services.calls.values import Figures, Turn
from tests.fakes.clock import FakeClock


@dataclass
class Shop:
    """A store of calls, and the commands over it."""

    db: Database
    keyring: Keyring
    clock: FakeClock
    closed: int = 0

    def close(self) -> None:
        self.closed += 1

    def call(self, *, handoff: str | None = None, is_lost: bool = False) -> str:
        """Let a call of a minute have been, with one turn."""

        def unit(connection: Connection) -> str:
            now = self.clock.now()
            conversation = spoken.begin(
                connection,
                self.keyring,
                now,
                caller=Identity("phone", "+16175550142"),
                account="100",
                region="US",
            )
            call_id = records.begin(
                connection,
                now,
                conversation_id=conversation.id,
                contact_id=conversation.contact_id,
                kind="sip",
                direction="inbound",
                alive_until=now,
            )
            records.add_turn(connection, call_id, Turn(0, None, 300, 90, 20, 30, 440, True, now))
            ticket = handoff and tickets.open_for(
                connection,
                self.keyring,
                now,
                conversation_id=conversation.id,
                contact_id=conversation.contact_id,
                reason=handoff,
                summary="",
                department=None,
            )
            records.end(
                connection,
                now + timedelta(seconds=60),
                call_id,
                Figures(caller_ms=1000, bot_ms=3000, disclosed_ms=250, sentiment=-1.0),
                outcome="caller_hung_up",
                handoff=ticket.reference if ticket else None,
            )
            if is_lost:
                records.lose(connection, now, call_id)
                records.judge(connection, call_id, why="it is not the hour for it")
            return call_id

        return self.db.write_now(unit)

    def run(self, *words: str) -> str:
        app = typer.Typer()
        journal.add_to_calls(app, lambda: self)
        done = CliRunner().invoke(app, list(words), catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output


@pytest.fixture
def shop(db: Database, keyring: Keyring, clock: FakeClock) -> Iterator[Shop]:
    made = Shop(db, keyring, clock)
    yield made
    assert made.closed


def test_a_call_is_shown_with_every_figure_for_programs(shop: Shop) -> None:
    call_id = shop.call(handoff="explicit_request")

    [told] = json.loads(shop.run("list", "--json"))
    shown = json.loads(shop.run("show", call_id, "--json"))

    assert {
        "id": call_id,
        "seconds": 60.0,
        "direction": "inbound",
        "kind": "sip",
        "state": "ended",
        "outcome": "caller_hung_up",
        "turns": 1,
        "interruptions": 1,
        "response_ms": 440,
        "talk_ratio": 0.75,
        "sentiment": -1.0,
        "disclosed_ms": 250,
        "handoff_reason": "explicit_request",
        "message": None,
    }.items() <= told.items()
    assert shown.items() >= told.items()
    assert shown["turn_rows"][0]["stt_ms"] == 90


def test_why_a_lost_caller_was_not_written_to_is_shown(shop: Shop) -> None:
    call_id = shop.call(is_lost=True)

    [told] = json.loads(shop.run("list", "--json"))
    shown = shop.run("show", call_id)

    assert told["message"] == "not written: it is not the hour for it"
    assert "not written: it is not the hour for it" in shown
    assert "reply 440 ms (spoken over)" in shown
    assert "not written" in shop.run("list")


def test_the_newest_calls_come_first_and_no_more_than_asked_for(shop: Shop) -> None:
    first = shop.call()
    shop.clock.advance(minutes=5)
    second = shop.call()

    told = json.loads(shop.run("list", "--json"))

    assert [each["id"] for each in told] == [second, first]
    assert [each["id"] for each in json.loads(shop.run("list", "--most", "1", "--json"))] == [
        second
    ]


def test_without_calls_it_says_so_and_an_unknown_one_is_named(shop: Shop) -> None:
    assert "no call" in shop.run("list")
    assert json.loads(shop.run("list", "--json")) == []
    with pytest.raises(errors.NotFound, match="calls list"):
        shop.run("show", "nowhere")
