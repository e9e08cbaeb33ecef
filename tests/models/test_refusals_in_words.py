"""What customers do not want, put off, take up again, or want beside what they have."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from appliance.models.desk_model import refusals
from tests.models.talk import Customer

Make = Callable[..., Customer]
READ_BACK = ("demo friday at 10", "Jane Doe", "jane@example.com")
BOOKED = (
    "schedule_demo",
    {"day": "2026-11-20", "time": "10:00", "name": "Jane Doe", "email": "jane@example.com"},
)
ASKS = "That is a demo on Friday 20 November at 10:00 am for Jane Doe, jane@example.com."
UNKNOWN = "xyzzy frobnicate the wug?"


def names(customer: Customer) -> list[str]:
    return [name for name, _ in customer.calls]


@pytest.mark.parametrize(
    "words",
    [
        "I'll get back to you on monday",
        "I will get back to you tomorrow",
        "I'll ask my wife first",
        "hmm let me think about it",
        "I need to check with my team first",
    ],
)
def test_who_decides_later_books_nothing_and_finds_it_again(customer: Make, words: str) -> None:
    jane = customer()
    jane.talk(*READ_BACK)

    put_off = jane.say(words)
    read_back = jane.say("actually yes, book it")
    jane.say("yes")

    assert put_off.startswith("Of course, take your time.")
    assert read_back.startswith(ASKS)
    assert jane.writes == [BOOKED]


def test_who_is_back_in_a_moment_finds_the_question_as_it_was(customer: Make) -> None:
    jane = customer()

    pause = jane.talk(*READ_BACK, "let me check with my boss, I'll get back to you in a minute")
    jane.say("yes")

    assert pause == "Of course, take your time."
    assert jane.writes == [BOOKED]


@pytest.mark.parametrize(
    "words",
    ["no thanks", "not yet", "nein", "actually no, don't save it", "please don't book anything"],
)
def test_who_declines_at_the_read_back_is_not_asked_what_to_change(
    customer: Make, words: str
) -> None:
    jane = customer()
    jane.talk(*READ_BACK)

    assert jane.say(words).startswith("No problem, I have stopped that")
    assert jane.writes == []


@pytest.mark.parametrize("words", ["ok book it", "I want it again", "yes, book it after all"])
def test_what_was_given_up_is_taken_up_with_all_its_details(customer: Make, words: str) -> None:
    jane = customer()

    assert jane.talk(*READ_BACK, "forget it", words).startswith(ASKS)


@pytest.mark.parametrize("words", ["I want the premium", "send the invoice", "book the training"])
def test_what_was_given_up_is_not_taken_up_for_another_thing(customer: Make, words: str) -> None:
    jane = customer()

    assert ASKS not in jane.talk(*READ_BACK, "forget it", words)


@pytest.mark.parametrize(
    "words",
    [
        "please use another address: jd@example.com",
        "no, my second address is right: jd@example.com",
    ],
)
def test_another_address_to_use_takes_the_place_of_the_first(customer: Make, words: str) -> None:
    jane = customer()

    assert "jd@example.com. Shall I book it?" in jane.talk(*READ_BACK, words)


@pytest.mark.parametrize("words", ["try again", "please try once more", "can you try it again?"])
def test_what_failed_is_tried_again_with_all_its_details(customer: Make, words: str) -> None:
    jane = customer(broken=frozenset({"schedule_demo"}))
    jane.talk(*READ_BACK, "yes")
    jane.broken = frozenset()

    read_back = jane.say(words)
    jane.say("yes")

    assert read_back.startswith(ASKS)
    assert jane.writes == [BOOKED, BOOKED]


def test_what_was_booked_is_not_taken_up_again(customer: Make) -> None:
    jane = customer()
    jane.talk(*READ_BACK, "forget it", "book it", "yes")

    jane.say("do it again")

    assert jane.writes == [BOOKED]


@pytest.mark.parametrize(
    "words",
    [
        "I need a second demo on monday at 2 for Bob Ray, bob@example.com",
        "book another one for Bob Ray, bob@x.org, monday 11",
        "one more demo please",
        "can I have an additional appointment on tuesday?",
    ],
)
def test_a_second_booking_does_not_take_the_place_of_the_first(customer: Make, words: str) -> None:
    jane = customer()

    answer = jane.talk(*READ_BACK, "yes", words)

    assert answer.endswith("Shall I ask a colleague to add another?")
    assert jane.writes == [BOOKED]


def test_a_read_back_that_would_move_a_booking_says_so(customer: Make) -> None:
    jane = customer()

    answer = jane.talk(*READ_BACK, "yes", "book a demo on monday at 2")

    assert answer.startswith("This moves your booking of Friday 20 November at 10:00 am. That is")


def test_a_yes_books_the_first_where_a_second_is_wanted_in_the_same_breath(customer: Make) -> None:
    jane = customer()

    answer = jane.talk(
        *READ_BACK, "yes and another one for my colleague Bob Ray bob@example.com on monday at 2"
    )

    assert answer.endswith('A colleague can add another: just say "person".')
    assert jane.writes == [BOOKED]


def test_a_yes_books_where_a_call_back_is_wanted_in_the_same_breath(customer: Make) -> None:
    jane = customer()

    jane.talk(*READ_BACK, "yes and have someone from sales call me")

    assert names(jane) == ["schedule_demo", "transfer_to_human"]
    assert jane.last("transfer_to_human")["department"] == "sales"


def test_a_call_back_without_a_yes_books_nothing(customer: Make) -> None:
    jane = customer()

    jane.talk(*READ_BACK, "please have someone from sales call me")

    assert names(jane) == ["transfer_to_human"]


@pytest.mark.parametrize("words", ["cc my colleague bob@example.com too", "bob@x.org as well"])
def test_an_address_in_copy_does_not_take_the_place_of_the_customers(
    customer: Make, words: str
) -> None:
    jane = customer()

    jane.talk(*READ_BACK, words, "yes")

    assert jane.writes == [BOOKED]


@pytest.mark.parametrize(
    "words", ["can I reschedule later if needed?", "could I still change it later?"]
)
def test_who_asks_whether_it_can_move_later_keeps_the_time(customer: Make, words: str) -> None:
    jane = customer()

    answer = jane.talk(*READ_BACK, words)

    assert answer.startswith("Yes, you can move it later")
    assert ASKS in answer


@pytest.mark.parametrize("words", ["is it free?", "what does it cost?"])
def test_it_is_what_is_being_booked(customer: Make, words: str) -> None:
    jane = customer()

    answer = jane.talk(*READ_BACK, words)

    assert answer.startswith("A demo is a free 30-minute video call")


def test_a_contract_to_be_cancelled_is_not_taken_for_the_booking(customer: Make) -> None:
    jane = customer()

    answer = jane.talk(*READ_BACK, "no, I want to cancel my subscription")

    assert answer.endswith("Shall I pass your cancellation on to a colleague?")


@pytest.mark.parametrize("words", ["I have no email", "617 555 0100", "I don't have an e-mail"])
def test_who_has_no_address_is_offered_a_person_and_keeps_the_rest(
    customer: Make, words: str
) -> None:
    jane = customer()

    offered = jane.talk("demo friday at 10", "Jane Doe", words)
    read_back = jane.talk("no", "jane@example.com")

    assert offered.endswith("shall I bring one in?")
    assert read_back.startswith(ASKS)


@pytest.mark.parametrize(
    "words",
    [
        "please don't contact me again",
        "take me off your list",
        "I'm not interested, stop mailing me",
        "don't email me",
        "forget my name",
    ],
)
def test_who_wants_to_hear_no_more_is_not_asked_for_a_name(customer: Make, words: str) -> None:
    jane = customer()

    assert jane.say(words).endswith("that you hear no more from us?")
    assert jane.writes == []


@pytest.mark.parametrize(
    "words",
    [
        "I don't want to leave my details",
        "we don't need a demo on friday",
        "I can't do friday, so no demo",
        "do not book anything, but is friday at 3 free?",
        "my name is Jane but please don't save it",
    ],
)
def test_nothing_begins_that_is_refused(customer: Make, words: str) -> None:
    assert customer().say(words).startswith("All right, I do nothing of the kind.")


def test_what_is_asked_beside_a_refusal_is_answered(customer: Make) -> None:
    answer = customer().say("Do not save my details. What does Enterprise include?")

    assert "Acme Flow Enterprise adds" in answer


@pytest.mark.parametrize(
    "words", ["ok thanks", "ok never mind", "thanks anyway", "sure, but not today", "no thank you"]
)
def test_a_polite_no_to_a_colleague_calls_nobody(customer: Make, words: str) -> None:
    jane = customer()

    jane.talk(UNKNOWN, words)

    assert "transfer_to_human" not in names(jane)


@pytest.mark.parametrize("words", ["yes thanks", "yes please", "ok", "sure", "please do"])
def test_a_yes_to_a_colleague_calls_one(customer: Make, words: str) -> None:
    jane = customer()

    jane.talk(UNKNOWN, words)

    assert "transfer_to_human" in names(jane)


@pytest.mark.parametrize(
    "words",
    [
        "let me know by email",
        "I want to ask about parking",
        "let me check the calendar",
        "we want to discuss it with you",
        "I need to talk to someone",
        "please don't call it off",
        "I don't want friday",
        "contact me in january",
        "I want to check the price first",
        "no one told me",
        "do not forget my name",
        "please write to me",
    ],
)
def test_other_words_with_a_not_or_a_later_refuse_nothing(words: str) -> None:
    assert not refusals.opts_out(words)
    assert not refusals.refuses(words)
    assert not refusals.defers(words)
