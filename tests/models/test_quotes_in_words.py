"""What customers say after a price, and about what they would pay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.models.talk import Customer

Make = Callable[..., Customer]
TEN = "What does Premium cost for 10 people?"


def quoted(**args: Any) -> dict[str, Any]:
    return {"product": "Premium", "seats": 10, **args}


@pytest.mark.parametrize(
    "words",
    ["per year?", "what if I pay yearly?", "how much do I save yearly", "and billed annually?"],
)
def test_other_terms_are_worked_out_for_what_was_quoted(customer: Make, words: str) -> None:
    jane = customer()

    jane.talk(TEN, words)

    assert jane.last("check_pricing") == quoted(term="yearly")


@pytest.mark.parametrize("words", ["sorry, 11", "make that 11", "11", "no, I meant eleven"])
def test_a_number_alone_is_the_number_of_seats(customer: Make, words: str) -> None:
    jane = customer()

    jane.talk(TEN, "per year?", words)

    assert jane.last("check_pricing") == quoted(seats=11, term="yearly")


@pytest.mark.parametrize("words", ["can you go lower?", "could you come down a bit?"])
def test_a_haggle_asks_which_discount_is_meant(customer: Make, words: str) -> None:
    jane = customer()

    question = jane.talk(TEN, words)
    jane.say("8 %")

    assert question == "What discount do you have in mind?"
    assert jane.last("check_pricing") == quoted(discount_percent=8)


@pytest.mark.parametrize("words", ["that's too expensive", "hm, that is out of our budget"])
def test_who_finds_it_dear_is_offered_a_person(customer: Make, words: str) -> None:
    assert customer().talk(TEN, words).startswith("I understand. Shall I ask a colleague")


def test_a_discount_that_is_let_go_of_gives_the_plain_price(customer: Make) -> None:
    jane = customer()

    jane.talk(TEN, "and with 10 % off?", "forget the discount")

    assert jane.last("check_pricing") == quoted()


@pytest.mark.parametrize(
    "words",
    [
        "I'd like to buy 5 premium licences",
        "we want to order 200 enterprise seats",
        "sign me up for premium",
        "ok great, let's go with premium",
    ],
)
def test_an_order_is_passed_on_with_its_words(customer: Make, words: str) -> None:
    jane = customer()

    offered = jane.say(words)
    jane.say("yes please")

    assert offered == "I cannot take orders myself. Shall I pass yours on to a colleague?"
    assert words in jane.last("transfer_to_human")["summary"]


@pytest.mark.parametrize("words", ["I'll take it", "ok, we'll take them"])
def test_what_was_quoted_can_be_ordered(customer: Make, words: str) -> None:
    assert customer().talk(TEN, words).startswith("I cannot take orders myself.")


@pytest.mark.parametrize(
    "words",
    ["what would it cost if we buy 20 premium seats?", "sign me up for a demo", "demo please"],
)
def test_a_question_or_a_demo_is_no_order(customer: Make, words: str) -> None:
    assert "orders" not in customer().talk(TEN, words)


@pytest.mark.parametrize("words", ["any news on the discount?", "has anyone decided yet?"])
def test_who_asks_for_news_is_told_where_they_come(customer: Make, words: str) -> None:
    assert customer().say(words).startswith("I have nothing new yet.")
