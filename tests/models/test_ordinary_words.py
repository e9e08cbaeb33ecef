"""Ordinary words that look like a refusal, an order or a complaint, and are none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from appliance.models.desk_model import outrage, refusals, signals
from tests.models.talk import Customer

Make = Callable[..., Customer]
READ_BACK = ("demo friday at 10", "Jane Doe", "jane@example.com")
BOOKED = (*READ_BACK, "yes")
PRICED = "What does Premium cost for 5 users"


@pytest.mark.parametrize(
    "words",
    [
        "ok but I have another meeting at 10, can we do 11",
        "yes but I have another appointment on friday, make it monday",
        "ok, but can I have another slot?",
        "right, I have two meetings on friday, so monday",
        "yes, unless another meeting comes up",
        "yes but change my email to jd@example.com, I have two bookings with you",
        "yes but do not email me",
        "not bad, but another appointment came up",
    ],
)
def test_a_yes_with_a_but_writes_nothing(customer: Make, words: str) -> None:
    jane = customer()

    jane.talk(*READ_BACK, words)

    assert jane.writes == []


@pytest.mark.parametrize(
    "words",
    [
        "yes, I'll let you know if I need to move it",
        "I will check with my boss later but yes book it",
    ],
)
def test_a_yes_beside_what_may_come_puts_nothing_off(customer: Make, words: str) -> None:
    jane = customer()

    jane.talk(*READ_BACK, words)

    assert not jane.texts[-1].startswith("Of course, take your time")


def test_a_change_beside_a_talk_with_others_is_a_change(customer: Make) -> None:
    answer = customer().talk(*READ_BACK, "we should talk to our team tomorrow, make it thursday")

    assert "Thursday" in answer


def test_free_times_of_another_day_are_not_those_of_the_day_held(customer: Make) -> None:
    jane = customer()

    jane.talk("demo friday", "what times do you have on monday?", "11:00 am", "Jane Doe")

    assert "Monday 23 November at 11:00 am" in jane.say("jane@example.com")


@pytest.mark.parametrize("week", ["the week of thanksgiving", "next week"])
def test_the_closed_day_of_a_week_is_told(customer: Make, week: str) -> None:
    assert "On Thursday 26 November we are closed." in customer().say(f"are you open {week}?")


@pytest.mark.parametrize(
    "decided",
    ["yes", "go ahead", "he said yes", "it's ok", "he agreed, book it", "we decided: yes"],
)
def test_a_decision_that_was_put_off_is_heard(customer: Make, decided: str) -> None:
    jane = customer()

    read_back = jane.talk(*READ_BACK, "I'll ask my boss", decided)

    assert read_back.endswith("Jane Doe, jane@example.com. Shall I book it?")
    assert jane.writes == []


@pytest.mark.parametrize("words", ["ok, friday at 11", "he wants monday"])
def test_another_time_decided_later_keeps_the_rest(customer: Make, words: str) -> None:
    answer = customer().talk(*READ_BACK, "I'll ask my boss", words)

    assert answer.endswith("Jane Doe, jane@example.com. Shall I book it?")


@pytest.mark.parametrize("words", ["I want the brochure", "I want the discount", "take the bus"])
def test_what_was_given_up_does_not_come_back_for_something_else(
    customer: Make, words: str
) -> None:
    assert "Shall I book it?" not in customer().talk(*READ_BACK, "not now", words)


def test_what_was_quoted_since_is_what_is_wanted(customer: Make) -> None:
    assert "Shall I book it?" not in customer().talk(*READ_BACK, "not now", PRICED, "I want that")


@pytest.mark.parametrize(
    "words",
    [
        "thank you very much",
        "thanks so much",
        "perfect, thank you very much, see you",
        "that's not too expensive",
        "not too expensive, nice",
        "great thank you so much, can you book me a demo friday at 10",
    ],
)
def test_thanks_after_a_price_are_no_complaint_of_it(customer: Make, words: str) -> None:
    assert "what else is possible" not in customer().talk(PRICED, words)


@pytest.mark.parametrize(
    "words",
    [
        "I'd like to sign up for the free trial",
        "sign me up for the newsletter",
        "go with yearly",
        "order number 1234 is late",
        "take it easy",
        "I'd like to go for a premium demo on friday",
        "let's go with premium, what would 10 cost",
        "will the price come down next year",
        "is there any better time to call you",
    ],
)
def test_what_only_sounds_like_an_order_or_a_haggle_is_none(customer: Make, words: str) -> None:
    answer = customer().talk(PRICED, words)

    assert not answer.startswith(("I cannot take orders", "What discount"))


@pytest.mark.parametrize(
    "words",
    [
        "don't write to my old address, use jane@example.com",
        "please don't forget to email me the invite",
        "do not email me, call me at 617 555 0199",
    ],
)
def test_who_wants_to_hear_otherwise_has_not_opted_out(words: str) -> None:
    assert not refusals.opts_out(words)


@pytest.mark.parametrize(
    "words",
    [
        "I have another appointment on friday, can we move it to monday at 11",
        "something came up, another meeting. can we do 3pm",
    ],
)
def test_another_meeting_elsewhere_is_no_second_booking(customer: Make, words: str) -> None:
    assert "add another" not in customer().talk(*BOOKED, words)


@pytest.mark.parametrize(
    "words",
    [
        "it's not a problem, friday at 10 works",
        "not bad, friday at 10 is fine",
        "that's not my email but friday at 10 is right",
    ],
)
def test_a_day_that_is_affirmed_is_not_asked_for_anew(customer: Make, words: str) -> None:
    assert customer().talk(*READ_BACK, words) != "Which day would suit you for the demo?"


@pytest.mark.parametrize(
    "words",
    [
        "we've been waiting for ages for a tool like this",
        "that is just ridiculous how good it is",
        "nobody called me yet, can I book a demo for friday at 10",
        "no one joined yet, is the demo still on?",
        "we've been waiting for weeks to see this!",
    ],
)
def test_joy_and_wishes_are_no_complaint(words: str) -> None:
    assert outrage.outrage(words) is None


@pytest.mark.parametrize(
    "words",
    [
        "is there any response time guarantee",
        "any word limit in workflows",
        "any updates coming to the product?",
        "some updates broke my workflow",
        "do you have any news about pricing",
    ],
)
def test_news_of_other_things_are_not_waited_for(words: str) -> None:
    assert not signals.asks_news(words)


@pytest.mark.parametrize(
    "words",
    [
        "can I see the data of other users in my workspace",
        "who has the meeting room",
        "which phone number do you have for sales",
        "have you scheduled maintenance?",
        "what name did you give the product",
    ],
)
def test_what_is_no_own_or_other_customers_data_is_not_told_as_such(
    customer: Make, words: str
) -> None:
    answer = customer().say(words)

    assert "private" not in answer
    assert "in this conversation" not in answer


@pytest.mark.parametrize("words", ["can I use it 24/7", "do you answer in 24h"])
def test_a_use_by_night_is_not_answered_by_the_doors(customer: Make, words: str) -> None:
    assert not customer().say(words).startswith("No.")


@pytest.mark.parametrize("words", ["I got the date, thanks", "I put the date in my calendar"])
def test_who_notes_the_date_corrects_nothing(customer: Make, words: str) -> None:
    assert "Which day" not in customer().talk(*BOOKED, words)


def test_initials_are_no_time_zone(customer: Make) -> None:
    assert "New York time" not in customer().say("demo friday at 10, I'm MT Jones")
