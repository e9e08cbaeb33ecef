"""What is answered and what is begun by words that are near one another, class by class."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from tests.models.talk import Customer

Make = Callable[..., Customer]
EVENING = {"now": dt.datetime.fromisoformat("2026-11-16T20:00:00-05:00"), "open_now": False}
BOOKED = ("book a demo friday at 10", "Jane Doe", "jane@example.com", "yes")
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
        ("are you open seven days a week?", f"No. {USUAL}"),
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
        ("are you open in 7 days?", "On Monday 23 November we are open"),
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


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("I don't want to talk to a person", "All right."),
        ("please no colleague", "All right."),
        ("no need for a colleague", "All right."),
        ("don't connect me to anyone", "All right."),
        ("I don't need a human, when are you open?", USUAL),
        ("no human please, just tell me the hours", USUAL),
        ("no human please just tell me the hours", USUAL),
        ("I'd rather not speak to anyone, do you have parking?", "Visitors park free"),
        ("please don't call me, I only want the price of premium", "QUOTE"),
    ],
)
def test_nobody_is_called_who_is_not_wanted(customer: Make, words: str, answer: str) -> None:
    jane = customer()

    assert jane.say(words).startswith(answer)
    assert "transfer_to_human" not in [name for name, _ in jane.calls]


@pytest.mark.parametrize(
    "words",
    [
        "not a machine please, a person",
        "no, a human",
        "I don't want to talk to a bot, get me a person",
        "I don't want to talk to you, I want a human",
        "no one is helping me, get me an agent",
        "can't I talk to a person?",
        "not now, a person please",
    ],
)
def test_a_no_to_something_else_keeps_nobody_away(customer: Make, words: str) -> None:
    jane = customer()

    jane.say(words)

    assert [name for name, _ in jane.calls] == ["transfer_to_human"]


def test_a_booking_goes_on_where_no_person_is_wanted(customer: Make) -> None:
    jane = customer()

    assert jane.talk("demo friday at 10", "no person please") == "May I have your name?"
    assert jane.say("please no colleague, my name is Jane Doe") == (
        "Which e-mail address should the invitation go to?"
    )


@pytest.mark.parametrize(
    "words",
    [
        "what email did you use?",
        "what is my email?",
        "which email will you send the invitation to?",
        "do you have my e-mail address?",
    ],
)
def test_the_customers_own_address_is_told_where_it_is_known(customer: Make, words: str) -> None:
    jane = customer()

    jane.talk(*BOOKED)

    assert jane.say(words) == "I have jane@example.com as your e-mail address."
    assert customer().say(words) == "I don't have your e-mail address in this conversation."


@pytest.mark.parametrize(
    "words",
    ["what email can I write to", "which phone number do you have", "what's your phone number?"],
)
def test_the_companys_own_address_is_told(customer: Make, words: str) -> None:
    jane = customer()

    jane.talk(*BOOKED)

    assert jane.say(words).startswith("You can reach us by phone at")


@pytest.mark.parametrize(
    "words",
    [
        "what is the email of the last customer who booked?",
        "give me the phone numbers of your customers",
        "what's the other customer's name",
        "who has the demo on friday at 10?",
    ],
)
def test_what_concerns_others_is_private(customer: Make, words: str) -> None:
    assert customer().say(words).startswith("I'm sorry, what concerns our other customers")


@pytest.mark.parametrize(
    "words",
    [
        "is my demo on friday or thursday?",
        "is my demo still at 10?",
        "did you book me for friday at 10?",
        "am I booked in?",
        "I already have a demo on friday at 10",
        "What did I book?",
        "is it confirmed?",
        "is my appointment confirmed?",
    ],
)
def test_a_question_about_a_booking_begins_none(customer: Make, words: str) -> None:
    jane = customer()

    jane.talk(*BOOKED)

    assert jane.say(words) == "Your demo is booked for 2026-11-20."
    assert customer().say(words).startswith("I don't see a booking of yours in this conversation")


@pytest.mark.parametrize(
    "words",
    [
        "who has the demo on friday at 10?",
        "when was it again?",
        "did you send the invitation?",
        "what is the link for the call?",
    ],
)
def test_what_points_back_to_a_booking_is_answered_by_it(customer: Make, words: str) -> None:
    jane = customer()

    jane.talk(*BOOKED)

    assert jane.say(words) == "Your demo is booked for 2026-11-20."


@pytest.mark.parametrize("words", ["see you friday", "no that's all, see you friday"])
def test_see_you_is_a_goodbye(customer: Make, words: str) -> None:
    jane = customer()

    jane.talk(*BOOKED)

    assert jane.say(words) == "Thank you for getting in touch. Have a good day!"


@pytest.mark.parametrize(
    "words",
    [
        "can I see you friday at 10?",
        "I'd like a demo on friday at 10",
        "my boss wants to book a demo for friday at 10",
    ],
)
def test_a_wish_for_a_demo_begins_one(customer: Make, words: str) -> None:
    assert customer().say(words) == "May I have your name?"


def test_a_booking_of_this_conversation_can_be_moved(customer: Make) -> None:
    jane = customer()

    jane.talk(*BOOKED)

    assert "That is a demo on Thursday 19 November" in jane.say("move my demo to thursday")
    assert customer().say("is my demo on zoom").startswith("A demo is a free 30-minute video call")


def test_a_colleagues_booking_is_looked_up_by_a_person(customer: Make) -> None:
    answer = customer().say("My colleague Tom booked a demo for Thursday, can I join?")

    assert answer == "I cannot see what others have booked. Shall I ask a colleague to look it up?"


@pytest.mark.parametrize(
    "words",
    [
        "this is ridiculous, your software deleted all our workflows!!!",
        "the update wiped our data",
        "I was promised a call on Friday and nobody called",
        "I have been waiting for 3 days for support to answer!!!",
        "we've been waiting for ages",
        "my demo was yesterday and nobody showed up",
        "no one ever got back to me",
    ],
)
def test_who_was_let_down_is_handed_over(customer: Make, words: str) -> None:
    jane = customer()

    jane.say(words)

    assert [name for name, _ in jane.calls] == ["transfer_to_human"]


@pytest.mark.parametrize(
    "words", ["thanks for nothing", "your prices are ridiculous", "your service is a joke"]
)
def test_who_scolds_is_met_with_regret_and_offered_a_person(customer: Make, words: str) -> None:
    jane = customer()

    assert jane.say(words) == "I'm sorry about that. Shall I bring in a colleague who can help you?"
    assert not jane.calls


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("how long do I have to wait for an answer", "E-mail support answers within"),
        ("is the waiting time long?", "E-mail support answers within"),
        ("what happens if nobody shows up", "I'm sorry, I don't have that"),
        ("our old tool is a joke, does yours do better?", "I'm sorry, I don't have that"),
        ("thanks for nothing less than great help", "You're welcome!"),
    ],
)
def test_a_question_about_waiting_is_no_complaint(customer: Make, words: str, answer: str) -> None:
    jane = customer()

    assert jane.say(words).startswith(answer)
    assert "transfer_to_human" not in [name for name, _ in jane.calls]


@pytest.mark.parametrize(
    "words",
    [
        "do you have an API",
        "is there a mobile app",
        "does it work offline",
        "do you have webhooks",
        "where do I sign up",
        "where do I log in",
        "Can you send me a contract?",
        "will you share my email?",
        "my email is on my website",
    ],
)
def test_what_the_likeliest_answer_does_not_speak_of_is_looked_up(
    customer: Make, words: str
) -> None:
    jane = customer()

    assert jane.say(words).startswith("I'm sorry, I don't have that in our information")
    assert [name for name, _ in jane.calls] == ["search_knowledge"]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("does it connect to Outlook", "Acme Flow connects to"),
        ("do you have a garage", "Visitors park free"),
        ("do you have a test version", "You can try Acme Flow free"),
        ("do you have a hotline", "You can reach us"),
        ("where can I find you", "You find Acme Corporation at"),
        ("how do I get out of the contract", "Monthly plans can be cancelled"),
        ("am I bound to a contract", "Monthly plans can be cancelled"),
        ("how long are you still there", USUAL),
    ],
)
def test_what_an_answer_does_speak_of_is_answered(customer: Make, words: str, answer: str) -> None:
    jane = customer()

    assert jane.say(words).startswith(answer)
    assert not jane.calls


@pytest.mark.parametrize("words", ["will it be on zoom?", "how long does it take", "who gives it?"])
def test_after_a_booking_it_is_what_was_booked(customer: Make, words: str) -> None:
    jane = customer()

    jane.talk(*BOOKED)

    assert jane.say(words).startswith("A demo is a free 30-minute video call")
    assert "A demo is" not in customer().say(words)


@pytest.mark.parametrize("words", ["do you speak German?", "can I write to you in french?"])
def test_the_chats_own_language_is_told_before_the_products(customer: Make, words: str) -> None:
    assert customer().say(words) == (
        "In this chat I can only read English.\n\n"
        "Acme Flow is available in English, Spanish, French and German."
    )


@pytest.mark.parametrize(
    "words", ["can my team use it in Spanish", "does the app speak German", "do you speak English"]
)
def test_the_products_languages_are_told_by_themselves(customer: Make, words: str) -> None:
    assert customer().say(words).startswith("Acme Flow is available in English")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("ok", "All right."),
        ("okay", "All right."),
        ("fine thanks", "All right."),
        ("lol", "All right."),
        ("same to you", "Thank you for getting in touch."),
        ("you too", "Thank you for getting in touch."),
        ("nothing else", "Thank you for getting in touch."),
        ("thanks", "You're welcome!"),
        ("great", "You're welcome!"),
        ("hi", "Hello!"),
        ("what does gold plan cost", "Starter is $49.00"),
    ],
)
def test_a_little_word_is_met_in_kind(customer: Make, words: str, answer: str) -> None:
    assert customer().say(words).startswith(answer)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("tomorrow at 7pm?", "No, on Tuesday 17 November we are open"),
        ("on christmas?", "On Friday 25 December we are closed."),
        ("and what about saturday?", "On Saturday 21 November we are closed."),
    ],
)
def test_a_question_about_the_hours_is_carried_on(customer: Make, words: str, answer: str) -> None:
    assert customer().talk("when are you open?", words).startswith(answer)


@pytest.mark.parametrize("before", [("where are you?",), ("book a demo", "when are you open?"), ()])
def test_a_day_and_a_time_after_anything_else_are_for_a_demo(
    customer: Make, before: tuple[str, ...]
) -> None:
    assert customer().talk(*before, "tomorrow at 3?") == "May I have your name?"
