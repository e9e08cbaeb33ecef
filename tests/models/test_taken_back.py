"""A value taken back in the same message, two values at once, and "when is my demo again?"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from appliance.models.desk_model.slots import extract
from tests.models.talk import Customer
from tests.models.test_slots import CONTEXT, DEMO, PRICE

Make = Callable[..., Customer]
BEGUN = ("demo thursday at 3", "Jane Doe", "jane@example.com")
TUE, WED, THU, FRI = "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"

DEMOS: dict[str, dict[str, Any]] = {
    "monday at 2, no sorry, tuesday at 2": {"day": TUE, "time": "14:00"},
    "tuesday.. wait, wednesday, im travelling tuesday": {"day": WED},
    "thursday at 3, i mean 4": {"day": THU, "time": "16:00"},
    "at 3, i meant 4": {"time": "16:00"},
    "jo@x.example, oops, joe@x.example": {"email": "joe@x.example"},
    "actually not friday but thursday": {"day": THU},
    "thursday, scratch that, friday, thursday i am away": {"day": FRI},
    "friday, correction: thursday at 10": {"day": THU, "time": "10:00"},
    "wednesday at 2, or better thursday at 2": {"day": THU, "time": "14:00"},
    "tomorrow at 11, sorry, friday at 11, tomorrow is bad": {"day": FRI, "time": "11:00"},
    "friday at 1, make that 2": {"day": FRI, "time": "14:00"},
    "friday please, thursday is bad": {"day": FRI},
    "actually friday, thursday doesn't work": {"day": FRI},
    "tuesday no wednesday no thursday": {"day": THU},
    "10 am, wait, 11 am, at 10 am we have a meeting": {"time": "11:00"},
    "on the 19th, rather the 20th": {"day": FRI},
}


@pytest.mark.parametrize("words", DEMOS)
def test_the_value_after_the_correction_counts(words: str) -> None:
    reading = extract.read(words, DEMO, context=CONTEXT)

    assert {key: reading.values.get(key) for key in DEMOS[words]} == DEMOS[words]


@pytest.mark.parametrize(
    ("words", "seats"), [("premium for two, make that three seats", 3), ("5, i mean 8 seats", 8)]
)
def test_a_number_taken_back_does_not_count(words: str, seats: int) -> None:
    assert extract.read(words, PRICE, context=CONTEXT).values["seats"] == seats


@pytest.mark.parametrize("words", list(DEMOS)[:3])
def test_a_correction_counts_when_it_begins_a_booking(customer: Make, words: str) -> None:
    someone = customer()
    someone.say(f"book a demo {words}")
    if "time" not in DEMOS[words]:
        someone.say("at 2")

    assert someone.texts[-1] == "May I have your name?"
    someone.talk("Jane Doe", "jane@example.com", "yes")
    assert someone.last("schedule_demo")["day"] == DEMOS[words]["day"]


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ("a demo thursday or friday at 3", ["Thursday 19 November", "Friday 20 November"]),
        ("book a demo for tomorrow, thursday", ["Tuesday 17 November", "Thursday 19 November"]),
        ("demo on thursday at 2 pm or 4 pm", ["2:00 pm", "4:00 pm"]),
    ],
)
def test_of_two_values_the_customer_is_asked_which(
    customer: Make, words: str, options: list[str]
) -> None:
    someone = customer()

    answer = someone.say(words)

    assert answer == f"Which one would you like: {' or '.join(options)}?"
    assert someone.quick_replies == options
    assert "Which one" not in someone.say(options[1])


def test_two_days_at_the_read_back_are_asked_about(customer: Make) -> None:
    someone = customer()
    someone.talk(*BEGUN)

    assert "Which one would you like" in someone.say("tuesday or wednesday please")
    assert "Wednesday 18 November at 3:00 pm" in someone.say("wednesday")


@pytest.mark.parametrize(
    "words",
    ["when is my demo again?", "what time is my demo", "What day was my appointment?",
     "when did we say?"],
)  # fmt: skip
def test_the_time_of_a_booking_is_told_from_the_record(customer: Make, words: str) -> None:
    someone = customer()
    someone.talk(*BEGUN, "yes")

    answer = someone.say(words)

    assert answer == "Your demo is booked for 2026-11-19."
    assert len(someone.writes) == 1


def test_a_question_for_a_booking_nobody_made_repeats_none(customer: Make) -> None:
    assert "is booked" not in customer().say("when is my demo?")


@pytest.mark.parametrize(
    "words", ["it's example.org not example.com", "sorry, not example.com but example.org"]
)
def test_another_domain_mends_the_address(customer: Make, words: str) -> None:
    someone = customer()
    someone.talk(*BEGUN)

    assert "Jane Doe, jane@example.org" in someone.say(words)


def test_another_domain_mends_the_address_of_a_booking(customer: Make) -> None:
    someone = customer()
    someone.talk(*BEGUN, "yes", "it's example.org not example.com", "yes")

    assert someone.last("schedule_demo")["email"] == "jane@example.org"


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("could we do it the following week?", "Thursday 26 November"),
        ("make it a week later", "Thursday 26 November"),
        ("two weeks later please", "Thursday 3 December"),
    ],
)
def test_the_following_week_is_counted_from_the_day_spoken_of(
    customer: Make, words: str, day: str
) -> None:
    someone = customer()
    answer = someone.talk(*BEGUN, words)

    assert day.split()[1] in answer
    assert day.split()[2] in answer
