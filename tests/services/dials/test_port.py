"""Owing a call: once each, within its limits, and never twice after a death."""

from __future__ import annotations

from datetime import timedelta

import pytest

from appliance.connectors.phone.answers import Answer, of_status
from appliance.core import errors
from appliance.core.effects import State
from appliance.services.dials import port, records
from tests.services.dials.terms import NUMBER, terms

REASON = "Your table is booked for tonight at seven."


@pytest.fixture
def desk(db, keyring, clock):
    return Desk(db, keyring, clock)


class Desk:
    """Owes calls and makes attempts, as the dialler does."""

    def __init__(self, db, keyring, clock):
        self.db, self.keyring, self.clock = db, keyring, clock

    def put(
        self, origin="follow-up 1", number=NUMBER, *, to=None, reason=REASON, by=None, **changes
    ):
        now = self.clock.now()
        return self.db.write_now(
            lambda c: port.put(
                c,
                self.keyring,
                now,
                terms(**changes),
                origin=origin,
                contact_id=to or "contact",
                number=number,
                reason=reason,
                by="test",
                expires_at=now + (by or timedelta(days=5)),
            )
        )

    def begin(self, dial, **changes):
        return self.db.write_now(
            lambda c: port.begin(c, self.keyring, self.clock.now(), dial.id, terms(**changes))
        )

    def end(self, dial, answer, **changes):
        self.db.write_now(lambda c: port.end(c, self.clock.now(), dial, answer, terms(**changes)))

    def see(self, dial):
        return self.db.read(lambda c: port.find(c, self.keyring, dial.id))

    def answers(self, dial):
        return self.db.read(lambda c: records.answers_of(c, dial.id))


def test_one_origin_owes_one_call(desk):
    first, second = desk.put(), desk.put()

    assert first == second
    assert (first.number, first.reason, first.state) == (NUMBER, REASON, State.QUEUED)


def test_nobody_is_owed_a_call_while_calls_are_off(desk):
    with pytest.raises(errors.Refused, match=r"voice\.outbound\.enabled"):
        desk.put(enabled=False)


@pytest.mark.parametrize("reason", ["", "   ", "word " * 200])
def test_a_reason_must_say_something_and_be_short(desk, reason):
    with pytest.raises(errors.Refused, match="A reason is what the bot says"):
        desk.put(reason=reason)


def test_a_call_is_begun_by_one_process_alone(desk):
    dial = desk.put()

    begun = desk.begin(dial)

    assert (begun.state, begun.attempts) == (State.SENDING, 1)
    assert desk.begin(dial) is None


def test_who_answers_is_not_called_again(desk, clock):
    dial = desk.begin(desk.put())

    desk.end(dial, Answer.ANSWERED)

    clock.advance(days=1)
    assert desk.begin(dial) is None
    assert (desk.see(dial).state, desk.see(dial).code) == (State.SENT, "answered")


@pytest.mark.parametrize("answer", [Answer.BUSY, Answer.NO_ANSWER, Answer.DECLINED])
def test_a_call_nobody_takes_is_tried_again_with_distance_and_then_given_up(desk, clock, answer):
    dial, limits = desk.put(), {"attempts": 3, "per_number_per_day": 9, "retry_after_min": 60}

    for attempt in (1, 2, 3):
        begun = desk.begin(dial, **limits)
        assert begun.attempts == attempt
        desk.end(begun, answer, **limits)
        assert desk.begin(dial, **limits) is None  # not at once
        clock.advance(minutes=75)

    seen = desk.see(dial)
    assert (seen.state, seen.code, seen.attempts) == (State.DEAD, str(answer), 3)
    assert desk.answers(dial) == [answer] * 3


def test_a_number_that_does_not_exist_is_dialled_once(desk, clock):
    dial = desk.begin(desk.put())

    desk.end(dial, Answer.NO_SUCH_NUMBER)

    clock.advance(days=1)
    assert desk.begin(dial) is None
    assert desk.see(dial).state is State.DEAD


def test_a_call_left_by_a_dead_process_is_unknown_and_never_dialled_again(desk, clock):
    dial = desk.begin(desk.put())
    clock.advance(minutes=10)

    left = desk.db.write_now(lambda c: port.give_up_left(c, clock.now()))

    assert left == 1
    assert desk.see(dial).state is State.UNKNOWN
    assert desk.answers(dial) == ["unknown"]
    clock.advance(days=1)
    assert desk.begin(dial) is None


def test_an_attempt_that_was_not_made_does_not_count(desk, clock):
    dial = desk.begin(desk.put())

    desk.db.write_now(lambda c: port.put_back(c, clock.now(), dial, "not_ready"))

    seen = desk.see(dial)
    assert (seen.state, seen.attempts, seen.code) == (State.QUEUED, 0, "not_ready")
    assert desk.answers(dial) == []
    clock.advance(minutes=2)
    assert desk.begin(dial).attempts == 1


def test_a_call_that_rings_still_is_left_alone(desk, clock):
    dial = desk.begin(desk.put(), ring_s=30)
    clock.advance(seconds=40)

    assert desk.db.write_now(lambda c: port.give_up_left(c, clock.now())) == 0
    assert desk.see(dial).state is State.SENDING


def test_whoever_holds_the_call_knows_better_than_a_lost_answer(desk):
    dial = desk.begin(desk.put())
    desk.end(dial, Answer.UNKNOWN)

    desk.db.write_now(lambda c: port.answered(c, desk.clock.now(), dial.id))
    desk.db.write_now(lambda c: port.told(c, dial.id))

    assert desk.see(dial).state is State.DELIVERED


def test_a_late_answer_does_not_undo_what_was_told(desk):
    dial = desk.begin(desk.put())
    desk.db.write_now(lambda c: port.answered(c, desk.clock.now(), dial.id))
    desk.db.write_now(lambda c: port.told(c, dial.id))

    desk.end(dial, Answer.ANSWERED)

    assert desk.see(dial).state is State.DELIVERED


def test_in_quiet_hours_the_call_waits_for_the_morning(desk, clock):
    clock.advance(hours=10)  # 20:00
    dial = desk.put()

    assert desk.begin(dial) is None

    seen = desk.see(dial)
    assert (seen.state, seen.code) == (State.QUEUED, "quiet_hours")
    clock.advance(seconds=(seen.next_attempt_at - clock.now()).total_seconds())
    assert desk.begin(dial) is not None


@pytest.mark.parametrize(
    ("limits", "other", "code"),
    [
        ({"per_day": 1}, "+16175550143", "per_day"),
        ({"per_number_per_day": 1}, NUMBER, "per_number_per_day"),
    ],
)
def test_beyond_a_days_calls_the_next_waits_for_tomorrow(desk, clock, limits, other, code):
    desk.begin(desk.put(), **limits)
    second = desk.put("follow-up 2", other)

    assert desk.begin(second, **limits) is None

    assert desk.see(second).code == code
    clock.advance(days=1)
    assert desk.begin(second, **limits) is not None


def test_one_numbers_calls_do_not_count_for_another(desk):
    desk.begin(desk.put(), per_number_per_day=1)

    assert desk.begin(desk.put("follow-up 2", "+16175550143"), per_number_per_day=1) is not None


def test_what_is_of_no_use_any_more_is_not_dialled(desk, clock):
    dial = desk.put(by=timedelta(hours=1))
    clock.advance(hours=2)

    assert desk.begin(dial) is None
    assert (desk.see(dial).state, desk.see(dial).code) == (State.DEAD, "expired")


def test_a_country_that_is_forbidden_meanwhile_is_not_called(desk):
    dial = desk.put(number="+4930123456", countries=["DE"])

    assert desk.begin(dial, countries=["US"]) is None
    assert desk.see(dial).code == "number_refused"


def test_who_forbids_calls_is_not_called(desk, clock):
    dial = desk.put()
    desk.db.write_now(
        lambda c: records.save_wish(c, clock.now(), "contact", may_call=False, said_by="contact")
    )

    assert desk.begin(dial) is None
    assert (desk.see(dial).state, desk.see(dial).code) == (State.DEAD, "forbidden")


def test_a_call_that_waits_can_be_cancelled_but_not_one_that_rings(desk):
    waits, rings = desk.put("a"), desk.begin(desk.put("b"))

    cancelled = [desk.db.write_now(lambda c, o=o: port.cancel(c, o, "moved")) for o in ("a", "b")]

    assert cancelled == [True, False]
    assert (desk.see(waits).state, desk.see(waits).code) == (State.DEAD, "moved")
    assert desk.see(rings).state is State.SENDING


def test_neither_number_nor_reason_lies_open_in_the_store(desk):
    dial = desk.put()

    row = desk.db.read(lambda c: records.find(c, dial.id))

    assert NUMBER[2:].encode() not in row.number + row.reason + row.number_blind
    assert b"table" not in row.reason


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (486, Answer.BUSY),
        (600, Answer.BUSY),
        (603, Answer.DECLINED),
        (480, Answer.NO_ANSWER),
        (404, Answer.NO_SUCH_NUMBER),
        (403, Answer.TRUNK_REFUSES),
        (503, Answer.UNREACHABLE),
    ],
)
def test_a_final_sip_status_is_read_as_what_the_person_did(status, answer):
    assert of_status(status) is answer
