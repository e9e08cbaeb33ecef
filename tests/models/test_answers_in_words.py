"""What is answered and what is begun by words that are near one another, class by class."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from tests.models.talk import Customer

Make = Callable[..., Customer]
EVENING = {"now": dt.datetime.fromisoformat("2026-11-16T20:00:00-05:00"), "open_now": False}
USUAL = "Our opening hours are Monday to Friday from 9:00 am to 5:00 pm"


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("is someone there at half past five today", "No, on Monday 16 November we are open"),
        ("is anybody there today until 6?", "No, on Monday 16 November we are open"),
        ("is anybody there today until 4?", "Yes, on Monday 16 November we are open"),
        ("are you open at 8 pm on friday?", "No, on Friday 20 November we are open"),
        ("are you open at 2 pm on friday?", "Yes, on Friday 20 November we are open"),
        ("are you open till 5 on friday", "Yes, on Friday 20 November we are open"),
        ("are you open on 24 december at 2pm", "No, on Thursday 24 December we are open from 9"),
        ("are you open at 10 on thanksgiving", "No, on Thursday 26 November we are closed."),
        ("are you open this evening?", "No, on Monday 16 November we are open"),
        ("are you open between 1 and 2 tomorrow", "Yes, on Tuesday 17 November we are open"),
        ("do you open at 8?", f"No. {USUAL}"),
        ("do you open at 9?", f"Yes. {USUAL}"),
        ("is somebody there at 5:30 pm", f"No. {USUAL}"),
        ("are you open past 5?", f"No. {USUAL}"),
        ("do you close at 4?", f"No. {USUAL}"),
        ("are you closed at 6 pm on friday?", "Yes, we are closed then. On Friday"),
        ("are you closed at 3 pm on friday?", "No, we are open then. On Friday"),
        ("are you open 24/7", f"No. {USUAL}"),
        ("are you open around the clock?", f"No. {USUAL}"),
        ("is it possible to call you at 6pm tomorrow", "No, on Tuesday 17 November we are open"),
        ("is anyone in at 7 on saturday", "No, on Saturday 21 November we are closed."),
        ("will anybody be there at 4:30 tomorrow?", "Yes, on Tuesday 17 November we are open"),
    ],
)
def test_a_time_that_is_asked_about_is_answered_by_yes_or_no(
    customer: Make, words: str, answer: str
) -> None:
    assert customer().say(words).startswith(answer)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("what time do you open on friday?", "On Friday 20 November we are open"),
        ("good evening, are you open on friday?", "On Friday 20 November we are open"),
        ("are you open from 9 to 6 on friday", "On Friday 20 November we are open"),
        ("until when are you open today", "On Monday 16 November we are open"),
        ("are you open today?", "Yes, we are open now. On Monday"),
        ("when are you open?", USUAL),
        ("is there 24/7 support", "E-mail support answers"),
    ],
)
def test_where_no_time_is_in_question_the_hours_are_told(
    customer: Make, words: str, answer: str
) -> None:
    assert customer().say(words).startswith(answer)


@pytest.mark.parametrize("words", ["till when are you open today", "are you still open today"])
def test_a_day_that_is_over_was_not_closed(customer: Make, words: str) -> None:
    answer = customer(**EVENING).say(words)

    assert answer.startswith("We are closed at the moment. On Monday 16 November we are open from")


def test_no_demo_is_booked_on_a_day_that_is_over(customer: Make) -> None:
    answer = customer(**EVENING).say("demo today at 3")

    assert answer.startswith("We have already closed for today. The next open days are Tuesday")


def test_the_days_between_two_are_told(customer: Make) -> None:
    assert customer().say("are you open between christmas and new year") == (
        "From Friday 25 December to Sunday 27 December we are closed. "
        "From Monday 28 December to Thursday 31 December we are open from 9:00 am to 5:00 pm. "
        "On Friday 1 January we are closed."
    )


@pytest.mark.parametrize(
    "words",
    [
        "is anyone free for a demo at 3 on friday",
        "can someone show me the product at 3 on friday",
        "could we have a call at 3 on friday?",
    ],
)
def test_a_time_for_a_demo_is_no_question_about_the_hours(customer: Make, words: str) -> None:
    assert customer().say(words) == "May I have your name?"
