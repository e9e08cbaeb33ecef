"""What customers say while a booking waits for them: small talk, "you choose", "what is free?"."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.models.talk import Customer

Make = Callable[..., Customer]
READ_BACK = ("demo friday at 10", "Jane Doe", "jane@example.com")
ASKS = "That is a demo on Friday 20 November at 10:00 am for Jane Doe, jane@example.com."


@pytest.mark.parametrize(
    "words",
    ["you choose", "asap", "whenever", "any day is fine", "what's the earliest?", "I don't mind"],
)
def test_who_leaves_the_choice_gets_the_first_day_and_time(customer: Make, words: str) -> None:
    jane = customer()

    jane.talk("I want to book a demo", words, words, "Jane Doe", "jane@example.com", "yes")

    booked = jane.last("schedule_demo")
    assert (booked["day"], booked["time"]) == ("2026-11-16", "11:00")


@pytest.mark.parametrize(
    "words",
    ["what times are free?", "when do you have time?", "what else is free tomorrow?"],
)
def test_who_asks_what_is_free_is_told_what_to_choose_from(customer: Make, words: str) -> None:
    jane = customer()

    answer = jane.talk("demo tomorrow", words)

    assert answer.startswith("What time would suit you? For example 9:00 am, ")
    assert jane.quick_replies[0] == "9:00 am"


def test_hours_are_told_where_hours_are_asked_for(customer: Make) -> None:
    assert "we are open" in customer().talk("demo tomorrow", "what are your hours tomorrow?")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("hello?", "Hello!"),
        ("are you still there", "Yes, I'm here."),
        ("how are you?", "All is well here"),
        ("what's your name?", "I'm Acme Corporation's automated assistant"),
        ("thanks", ASKS),
    ],
)
def test_small_talk_is_answered_and_the_question_put_again(
    customer: Make, words: str, told: str
) -> None:
    jane = customer()

    answer = jane.talk(*READ_BACK, words)

    assert answer.startswith(told)
    assert ASKS in answer
    assert jane.writes == []


def test_a_goodbye_leaves_a_booking_open(customer: Make) -> None:
    jane = customer()

    left = jane.talk(*READ_BACK, "bye")

    assert left.startswith("Of course, take your time. Nothing is done yet")
    assert jane.writes == []


@pytest.mark.parametrize("words", ["wait, not friday", "yes but not on friday"])
def test_a_day_that_is_refused_is_asked_for_anew(customer: Make, words: str) -> None:
    jane = customer()

    assert jane.talk(*READ_BACK, words) == "Which day would suit you for the demo?"


def test_a_time_that_is_refused_is_asked_for_anew(customer: Make) -> None:
    assert customer().talk(*READ_BACK, "not at 10") == "What time would suit you?"


def test_a_note_beside_the_yes_is_not_promised(customer: Make) -> None:
    answer = customer().talk(*READ_BACK, "yes, and please note I am in a wheelchair")

    assert "I cannot add a note to it." in answer


@pytest.mark.parametrize("begun", ["put me on your mailing list", "demo friday at 10"])
def test_a_number_told_while_the_survey_waits_is_no_answer_to_it(
    customer: Make, begun: str
) -> None:
    jane = customer(survey_done=False)
    jane.talk(begun, "Jane Doe", "jane@example.com", "yes")

    read_back = jane.say("and my phone is 617 555 0199")

    assert "+16175550199" in read_back
    assert "answer" not in jane.last("ask_survey")


def test_a_lead_is_completed_by_a_number_told_later(customer: Make) -> None:
    jane = customer(survey_done=False)

    jane.talk("put me on your mailing list", "Jane Doe", "jane@example.com", "yes")
    jane.talk("my phone number is 617 555 0199", "yes")

    assert jane.last("create_crm_lead")["phone"] == "+16175550199"


def test_a_move_wished_beside_an_answer_to_the_survey_is_served(customer: Make) -> None:
    jane = customer(survey_done=False)
    jane.talk(*READ_BACK, "yes")

    answer = jane.say("LinkedIn. By the way can we move it to monday same time?")

    assert jane.last("ask_survey")["answer"] == "LinkedIn"
    assert "This moves your booking of Friday 20 November at 10:00 am." in answer
