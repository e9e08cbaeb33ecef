"""Numbers, days, times and names as customers put them. Today is Monday 16 November 2026, 10:00."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.models.talk import Customer
from tests.models.test_slots import PRICE, read

Desk = Callable[..., Customer]
_BOOK = "book a demo thursday at 3pm, i'm Jane Doe"
_BOOK_WHOLE = f"{_BOOK}, jane@example.com"


@pytest.mark.parametrize("words", ["not that email, use my private one", "the red one", "my one"])
def test_a_one_that_stands_for_a_thing_is_no_hour(customer: Desk, words: str) -> None:
    asked = customer()
    asked.say(_BOOK)
    assert "1:00 pm" not in asked.say(words)
    read_back = customer()
    read_back.say(_BOOK_WHOLE)
    assert "1:00 pm" not in read_back.say(words)


@pytest.mark.parametrize(
    "words", ["my work one is jane@work.org", "use the work one, jane@work.org"]
)
def test_the_address_beside_such_a_one_is_taken_and_the_time_stays(
    customer: Desk, words: str
) -> None:
    visitor = customer()
    visitor.say(_BOOK_WHOLE)
    said = visitor.say(words)
    assert "3:00 pm" in said
    assert "jane@work.org" in said


@pytest.mark.parametrize(
    "words", ["make it one", "change the time to one", "the demo at one pm please", "no, one suits"]
)
def test_a_one_that_is_an_hour_stays_one(customer: Desk, words: str) -> None:
    visitor = customer()
    visitor.say(_BOOK_WHOLE)
    assert "1:00 pm" in visitor.say(words)


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("the later one", "4:30 pm"),
        ("i'll take the later one please", "4:30 pm"),
        ("the last time", "4:30 pm"),
        ("the earlier one", "3:45 pm"),
        ("the first one", "3:45 pm"),
        ("the second one", "4:30 pm"),
    ],
)
def test_of_two_times_put_forward_the_earlier_or_the_later_is_taken(
    customer: Desk, words: str, at: str
) -> None:
    visitor = customer(taken=frozenset({("2026-11-19", "15:00")}))
    visitor.talk(_BOOK_WHOLE, "yes")
    assert at in visitor.say(words)


@pytest.mark.parametrize("words", ["noo", "nooo", "noooo!", "nopee"])
def test_a_no_drawn_out_is_a_no(customer: Desk, words: str) -> None:
    visitor = customer()
    visitor.say(_BOOK_WHOLE)
    assert visitor.say(words) == "Of course. What should I change?"
    assert not visitor.writes


@pytest.mark.parametrize("words", ["yess", "yesss", "yeees", "yeahhh"])
def test_a_yes_drawn_out_is_a_yes(customer: Desk, words: str) -> None:
    visitor = customer()
    visitor.talk(_BOOK_WHOLE, words)
    assert visitor.writes


@pytest.mark.parametrize("words", ["noon", "make it noon", "at noon"])
def test_noon_is_twelve(customer: Desk, words: str) -> None:
    visitor = customer()
    visitor.say(_BOOK_WHOLE)
    assert "12:00 pm" in visitor.say(words)


@pytest.mark.parametrize(
    ("words", "seats"),
    [
        ("one hundred and twenty users", 120),
        ("a hundred and fifty users", 150),
        ("three hundred twenty-five seats", 325),
        ("two thousand users", 2000),
        ("2 thousand users", 2000),
        ("a thousand two hundred users", 1200),
        ("1.5k users", 1500),
        ("10k users", 10_000),
        ("a million users", 1_000_000),
        ("two dozen seats", 24),
        ("half a dozen people", 6),
        ("a couple of users", 2),
        ("two hundred seats", 200),
        ("2,500 users", 2500),
        ("twenty-five users", 25),
        ("from 10 to 15 users", 15),
        ("for 8", 8),
    ],
)
def test_a_number_is_read_whole(words: str, seats: int) -> None:
    assert read(PRICE, words) == {"seats": seats}


@pytest.mark.parametrize(
    "words",
    ["-3 users", "two billion users", "a couple hundred users", "five k users", "1.500 users"],
)
def test_a_part_of_a_number_is_no_number(words: str) -> None:
    assert read(PRICE, words) == {}


@pytest.mark.parametrize(
    "words",
    ["10-15 users", "10 to 15 users", "between 10 and 15 seats", "10 or 15 people", "for 10-15"],
)
def test_a_range_of_numbers_is_asked_about(words: str) -> None:
    assert read(PRICE, words) == {"seats!": "several"}


def test_the_number_meant_of_a_range_is_quoted(customer: Desk) -> None:
    visitor = customer()
    assert visitor.say("premium price for 10-15 users").endswith("10 or 15?")
    assert visitor.say("hm").endswith("How many seats?")
    visitor.say("12")
    assert visitor.last("check_pricing")["seats"] == 12


@pytest.mark.parametrize(
    ("words", "seats"),
    [
        ("double that", 20),
        ("and for 10 more?", 20),
        ("twice as many", 20),
        ("and 5 more users?", 15),
        ("what about 4 fewer?", 6),
        ("half as many", 5),
        ("and for 20?", 20),
        ("make it 12", 12),
    ],
)
def test_a_number_told_by_the_last_one(customer: Desk, words: str, seats: int) -> None:
    visitor = customer()
    visitor.talk("what does Premium cost for 10 users?", words)
    assert visitor.last("check_pricing") == {"product": "Premium", "seats": seats}


@pytest.mark.parametrize("words", ["double that", "and for 10 more?", "twice as many"])
def test_a_number_told_by_one_nobody_has_said_is_asked_for(customer: Desk, words: str) -> None:
    visitor = customer()
    assert visitor.talk("what does Premium cost?", words) == "How many seats?"


@pytest.mark.parametrize(
    "words",
    ["$100 off for 10 users", "100 dollars off for 10 users", "€ 20 off for 10 users",
     "a discount of 100 dollars for 10 users"],
)  # fmt: skip
def test_money_off_is_no_per_cent(words: str) -> None:
    assert read(PRICE, words) == {"seats": 10}


@pytest.mark.parametrize(
    ("words", "percent"),
    [("20 off", 20), ("discount of 15", 15), ("twenty percent off", 20), ("half price", 50)],
)
def test_per_cents_off_stay(words: str, percent: int) -> None:
    assert read(PRICE, words) == {"discount_percent": percent}
