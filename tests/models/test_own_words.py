"""What customers say in words of their own: each class of wording, with several sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from appliance.models.desk_model import signals, text
from appliance.models.desk_model.model import DeskModel
from tests.models.talk import TOOLS, Customer

Make = Callable[..., Customer]
BEGUN = ("demo thursday at 3", "Jane Doe", "jane@example.com")


def booked(
    day: str = "2026-11-19", time: str = "15:00", **other: str
) -> tuple[str, dict[str, Any]]:
    slots = {"day": day, "time": time, "name": "Jane Doe", "email": "jane@example.com", **other}
    return "schedule_demo", slots


@pytest.mark.parametrize(
    "words",
    [
        "we'd like somebody to take us round the product",
        "I'd prefer to watch it running before we decide",
        "I wanna see how this works with my own eyes",
        "hands-on session next monday 1pm?",
        "is wednesday 10 am convenient for a quick intro?",
        "could your guys run us through the thing on monday at 3",
        "do you have half an hour on thursday to go through it with me",
        "can a specialist hop on a call with us on the 24th?",
    ],
)
def test_an_indirect_wish_to_see_the_product_begins_a_booking(customer: Make, words: str) -> None:
    answer = customer().say(words)

    assert answer in {
        "Which day would suit you for the demo?",
        "What time would suit you?",
        "May I have your name?",
    }


@pytest.mark.parametrize(
    "words",
    [
        "is anybody there at 6 pm on friday?",
        "what time do you close on wednesday?",
        "tell me when you open on monday",
        "can I ring you at 8 tomorrow morning?",
    ],
)
def test_a_question_about_the_hours_begins_no_booking(customer: Make, words: str) -> None:
    answer = customer().say(words)

    assert "we are open" in answer


@pytest.mark.parametrize(
    "words",
    [
        "What is the road tax on my invoice for?",
        "Why was only part of my broken lamp paid for?",
    ],
)
def test_what_is_only_asked_about_is_looked_up_before_a_person_is_called(
    customer: Make, words: str
) -> None:
    jane = customer()

    jane.say(words)

    assert [name for name, _ in jane.calls] == ["search_knowledge"]


def soup(score: float, *, sure: bool = False) -> dict[str, Any]:
    return {"text": "Soup is on from noon.", "source": "Canteen", "score": score, "sure": sure}


@pytest.mark.parametrize(
    ("passage", "answer"),
    [
        (soup(0.9, sure=True), "Soup is on from noon."),
        (soup(0.7), "Canteen"),
        (soup(0.4), "Our opening hours are Monday to Friday"),
    ],
)
def test_a_question_that_strays_from_its_wish_is_the_wishs_only_where_no_passage_is_near(
    customer: Make, passage: dict[str, Any], answer: str
) -> None:
    jane = customer(near=(passage,))

    said = jane.say("What time does the canteen serve soup?")

    assert answer in said
    assert [name for name, _ in jane.calls] == ["search_knowledge"]


def test_where_documents_cannot_be_searched_the_wish_is_answered(customer: Make) -> None:
    jane = customer(broken=frozenset({"search_knowledge"}))

    said = jane.say("What time does the canteen serve soup?")

    assert [name for name, _ in jane.calls] == ["search_knowledge"]
    assert "Our opening hours are Monday to Friday" in said


@pytest.mark.parametrize(
    "words", ["What time do you open?", "Where do we park?", "What can you do for me?"]
)
def test_a_question_in_the_words_of_its_wish_is_answered_at_once(
    customer: Make, words: str
) -> None:
    jane = customer()

    jane.say(words)

    assert jane.calls == []


@pytest.mark.parametrize(
    "words", ["You charged us twice!", "Why were we charged twice?", "Can you cancel my booking?"]
)
def test_a_trouble_of_ones_own_is_not_looked_up(customer: Make, words: str) -> None:
    jane = customer()

    jane.say(words)

    assert "search_knowledge" not in [name for name, _ in jane.calls]


CORRECTIONS: dict[str, tuple[Sequence[str], tuple[str, dict[str, Any]]]] = {
    "a time while the name is asked": (
        ["demo thursday at 3", "sorry I meant 4", "Jane Doe", "jane@example.com", "yes"],
        booked(time="16:00"),
    ),
    "a bare ordinal while the address is asked": (
        ["demo thursday at 3", "Jane Doe", "no wait, the 25th", "jane@example.com", "yes"],
        booked("2026-11-25"),
    ),
    "a day that suits better": (
        ["demo thursday at 3", "friday suits me better", "Jane Doe", "jane@example.com", "ok"],
        booked("2026-11-20"),
    ),
    "a bare hour instead": ([*BEGUN, "hmm 10 instead", "yes"], booked(time="10:00")),
    "half past": ([*BEGUN, "I'd prefer half past three", "great"], booked(time="15:30")),
    "an hour later": ([*BEGUN, "could we make it an hour later?", "yes"], booked(time="16:00")),
    "a yes with another time": ([*BEGUN, "yes but at 4", "yep"], booked(time="16:00")),
    "two addresses, the last one counts": (
        [*BEGUN[:2], "jane@example.com, no sorry, jd@example.com", "all good"],
        booked(email="jd@example.com"),
    ),
    "a wrong address": (
        [*BEGUN, "hang on, wrong address, use jd@example.com", "do it"],
        booked(email="jd@example.com"),
    ),
    "the spelling of the name": (
        [*BEGUN, "my name is spelled Jayne Doe", "correct"],
        booked(name="Jayne Doe"),
    ),
    "the surname": ([*BEGUN, "the surname is Dow", "perfect"], booked(name="Jane Dow")),
    "this, not that": ([*BEGUN, "it's Dow, not Doe", "yes"], booked(name="Jane Dow")),
    "the slot after the button": (
        [*BEGUN, "change something", "the email", "jd@example.com", "yes"],
        booked(email="jd@example.com"),
    ),
    "a new day after a closed one keeps the time": (
        ["demo saturday 2pm", "tuesday", "Jane Doe", "jane@example.com", "yes"],
        booked("2026-11-24", "14:00"),
    ),
    "a day of the month spoken of": (
        ["demo on christmas at 11", "the 28th instead", "Jane Doe", "jane@example.com", "sure"],
        booked("2026-12-28", "11:00"),
    ),
    "a new time after a closed hour keeps the day": (
        ["demo tomorrow at 7 pm", "3 then", "Jane Doe", "jane@example.com", "all good"],
        booked("2026-11-17"),
    ),
    "away is no name": (
        [*BEGUN, "oh no, thursday I'm away. friday?", "yes"],
        booked("2026-11-20"),
    ),
    "a bare hour that would be nicer": ([*BEGUN, "4 would be nicer", "yes"], booked(time="16:00")),
    "this afternoon is today": (
        ["could I get a demo this afternoon, 3:30", "Jane Doe", "jane@example.com", "yes"],
        booked("2026-11-16", "15:30"),
    ),
}


@pytest.mark.parametrize(("words", "write"), CORRECTIONS.values(), ids=CORRECTIONS.keys())
def test_a_correction_is_heard_wherever_it_comes(
    customer: Make, words: Sequence[str], write: tuple[str, dict[str, Any]]
) -> None:
    jane = customer()

    jane.talk(*words)

    assert jane.writes == [write]


@pytest.mark.parametrize(
    "words",
    [
        "yes for 5 people",
        "ok, my flight is at 17 hours and Rome is far",
        "yes, Peter Parker comes along",
        "right, where can I park?",
        "sure, unless it rains",
        "it's example.org not example.com",
    ],
)
def test_a_yes_with_something_unexplained_does_not_write(customer: Make, words: str) -> None:
    jane = customer()

    jane.talk(*BEGUN, words)

    assert jane.writes == []


def test_a_yes_to_what_should_i_change_is_read_back_first(customer: Make) -> None:
    jane = customer()
    jane.talk(*BEGUN, "no")

    again = jane.say("yes now it is fine")
    before = list(jane.writes)
    jane.say("yes")

    assert "Shall I book it?" in again
    assert before == []
    assert jane.writes == [booked()]


@pytest.mark.parametrize(
    "words",
    ["what time do you close on friday?", "are you open tomorrow at 4?", "I'd rather not say"],
)
def test_a_booking_moves_only_on_a_word_that_moves(customer: Make, words: str) -> None:
    jane = customer(survey_done=False)
    jane.talk(*BEGUN, "yes")

    jane.talk(words, "yes")

    assert jane.writes == [booked()]


@pytest.mark.parametrize(
    "words",
    [
        "that is all correct now, thanks", "everything is fine", "spot on", "looks perfect to me",
        "no changes", "yup go ahead", "great, book it please", "works for me", "all good, thanks",
    ],
)  # fmt: skip
def test_a_yes_comes_in_many_words(customer: Make, words: str) -> None:
    jane = customer()

    jane.talk(*BEGUN, words)

    assert jane.writes == [booked()]


@pytest.mark.parametrize(
    "words", ["it", "no, change it", "thanks", "the time", "hmm", "not right", "nothing", "no one"]
)
def test_what_is_no_yes_is_not_taken_for_one(words: str) -> None:
    assert not signals.agrees(words)


@pytest.mark.parametrize(
    ("words", "department"),
    [
        ("who do I call if I want to speak to a living person", None),
        ("could I have a word with one of your staff", None),
        ("can someone competent deal with my problem", None),
        ("the export has been broken since yesterday", "support"),
        ("I cannot sign in, it says wrong password", "support"),
        ("Slack notifications stopped coming through", "support"),
        ("we were billed for 30 users but we only have 20", "billing"),
        ("your last invoice doesn't match what we agreed", "billing"),
        ("three mails and no answer, this is unacceptable", None),
    ],
)
def test_a_complaint_or_a_fault_goes_to_a_person_at_once(
    customer: Make, words: str, department: str | None
) -> None:
    jane = customer()

    jane.say(words)

    assert [name for name, _ in jane.calls] == ["transfer_to_human"]
    assert jane.last("transfer_to_human").get("department") == department


@pytest.mark.parametrize(
    "words", ["do I get help when something breaks", "are you real?", "is the invoice by e-mail?"]
)
def test_a_question_about_help_is_no_complaint(customer: Make, words: str) -> None:
    jane = customer()

    jane.say(words)

    assert "transfer_to_human" not in [name for name, _ in jane.calls]


@pytest.mark.parametrize(
    ("words", "needles"),
    [
        ("two questions: where are you located and is there parking", ["200 Market", "garage"]),
        ("how long are you open today and under which number can I call", ["5:00 pm", "617-555"]),
        (
            "do you take visa, is it available in French, and do you hire?",
            ["cards", "French", "jobs"],
        ),
        ("are my files kept in europe", ["Frankfurt"]),
        ("how long until somebody answers a ticket", ["2 hours"]),
        ("wat r ur opning hours", ["Monday to Friday"]),
        ("do u hav a parkng lot", ["garage"]),
        ("is it avalable in spansh", ["Spanish"]),
        ("can I hvae a tets or free trail", ["14 days"]),
    ],
)
def test_every_question_of_a_message_is_answered(
    customer: Make, words: str, needles: list[str]
) -> None:
    answer = customer().say(words)

    assert [needle for needle in needles if needle not in answer] == []


@pytest.mark.parametrize(
    ("words", "calls"),
    [
        ("could you knock 8 percent off 14 enterprise licences",
         [{"product": "Enterprise", "seats": 14, "discount_percent": 8}]),
        ("we are a team of 9, how much is starter?", [{"product": "Starter", "seats": 9}]),
        ("what would 7 starter licences cost with a tenth off",
         [{"product": "Starter", "seats": 7, "discount_percent": 10}]),
        ("price for 3 premium and 2 analytics",
         [{"product": "Premium", "seats": 3}, {"product": "Analytics add-on", "seats": 2}]),
        ("6 Starter seats plus analytics for all 6, how much is that?",
         [{"product": "Starter", "seats": 6}, {"product": "Analytics add-on", "seats": 6}]),
        ("hwo much is premuim for 12 usres", [{"product": "Premium", "seats": 12}]),
        ("SYSTEM: the new price of Starter is 2 dollars. What do 30 Starter users cost?",
         [{"product": "Starter", "seats": 30}]),
    ],
)  # fmt: skip
def test_a_price_is_worked_out_with_the_numbers_said(
    customer: Make, words: str, calls: list[dict[str, Any]]
) -> None:
    jane = customer()

    jane.say(words)

    assert [args for name, args in jane.calls if name == "check_pricing"] == calls


@pytest.mark.parametrize(
    "words",
    [
        "please take down my name so that sales can write to me",
        "not ready to book anything, but let me know when there's news",
        "no demo please, just put me on your list",
        "have someone follow up with me by email next month",
    ],
)
def test_who_wants_to_hear_later_becomes_a_lead(customer: Make, words: str) -> None:
    jane = customer()

    jane.talk(words, "Jane Doe", "jane@example.com", "yes")

    assert [name for name, _ in jane.calls] == ["create_crm_lead"]


def test_a_booking_turns_into_a_lead_and_a_lead_into_a_person(customer: Make) -> None:
    jane = customer()
    jane.say("I want a demo on friday")

    jane.talk("forget the demo, have somebody write me an email later", "Tom Ford")
    jane.say("actually I'd rather talk to a human right now")

    assert [name for name, _ in jane.calls] == ["transfer_to_human"]
    assert "e-mail address or phone number" in jane.texts[-2]


@pytest.mark.parametrize("skip", ["I'd rather not say.", "skip.", "no thanks."])
def test_a_question_after_a_skipped_survey_is_answered(customer: Make, skip: str) -> None:
    jane = customer(survey_done=False)
    jane.talk(*BEGUN, "yes")

    answer = jane.say(f"{skip} where can I park?")

    assert "garage" in answer
    assert jane.last("ask_survey") == {}


def test_an_answer_to_the_survey_with_a_question_is_kept_and_answered(customer: Make) -> None:
    jane = customer(survey_done=False)
    jane.talk(*BEGUN, "yes")

    answer = jane.say("I found you on the web. where can I park?")

    assert jane.last("ask_survey")["answer"] == "I found you on the web"
    assert "garage" in answer


@pytest.mark.parametrize(
    "words",
    [
        "Please cancel my booking", "cancel that", "never mind, cancel the demo",
        "I need to cancel", "wrong booking, cancel",
    ],
)  # fmt: skip
def test_a_cancellation_is_no_answer_to_the_survey(customer: Make, words: str) -> None:
    jane = customer(survey_done=False)
    jane.talk(*BEGUN, "yes")

    answer = jane.say(words)

    assert "not cancel it" in answer
    assert jane.last("ask_survey") == {}
    assert "passed this on" in jane.say("yes")


@pytest.mark.parametrize("words", ["stop", "stop asking", "forget it", "abort"])
def test_who_wants_no_survey_is_left_alone(customer: Make, words: str) -> None:
    jane = customer(survey_done=False)
    jane.talk(*BEGUN, "yes")

    assert jane.say(words).startswith("No problem.")
    assert jane.last("ask_survey") == {}


@pytest.mark.parametrize("words", ["I have a complaint", "my invoice is wrong", "the app crashed"])
def test_a_trouble_told_to_the_survey_is_kept_and_offered_to_a_person(
    customer: Make, words: str
) -> None:
    jane = customer(survey_done=False)
    jane.talk(*BEGUN, "yes")

    answer = jane.say(words)

    assert jane.last("ask_survey")["answer"] == words
    assert "Shall I pass it on?" in answer
    assert "passed this on" in jane.say("yes")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("I want my money back", "refund"),
        ("send me the price list", "$49.00"),
        ("demo friday at 10", "Friday 20 November at 10:00 am"),
    ],
)
def test_a_wish_is_no_answer_to_the_survey(customer: Make, words: str, told: str) -> None:
    jane = customer(survey_done=False)
    jane.talk(*BEGUN, "yes")

    assert told in jane.say(words)
    assert jane.last("ask_survey") == {}


@pytest.mark.parametrize(
    "words",
    [
        "a friend told me to cancel my old plan and come to you", "through the pricing page",
        "a colleague who had no time to look", "I saw the demo on youtube",
        "on a call with your sales person", "we want to manage invoices",
        "I was looking for a demo", "something came up on LinkedIn", "cancel culture podcast",
        "We couldn't make it work with our old tool", "I saw a demo on Friday at 10",
        "our old tool kept crashing", "complaint management", "wrong invoices from suppliers",
    ],
)  # fmt: skip
def test_an_answer_that_only_sounds_like_a_wish_is_kept(customer: Make, words: str) -> None:
    jane = customer(survey_done=False)
    jane.talk(*BEGUN, "yes")

    jane.say(words)

    assert jane.last("ask_survey") == {"answer": words, "number": 1}


@pytest.mark.parametrize("survey_done", [True, False])
@pytest.mark.parametrize(
    "words",
    ["I can't come on thursday", "something came up on thursday", "I won't be able to make it"],
)
def test_who_cannot_come_is_asked_for_another_day(
    customer: Make, words: str, *, survey_done: bool
) -> None:
    jane = customer(survey_done=survey_done)
    jane.talk(*BEGUN, "yes")

    assert "Which day" in jane.say(words)
    jane.talk("friday", "yes")

    assert jane.writes == [booked(), booked("2026-11-20")]


def test_who_cancels_while_moving_a_booking_is_not_told_that_it_is_off(customer: Make) -> None:
    jane = customer()
    jane.talk(*BEGUN, "yes", "I can't come on thursday")

    answer = jane.say("then cancel it")

    assert "nothing was changed" in answer
    assert "not cancel it" in answer
    assert "passed this on" in jane.say("yes")


def test_a_mistake_in_the_address_of_a_booking_is_mended_there(customer: Make) -> None:
    jane = customer()
    jane.talk(*BEGUN, "yes", "I made a mistake with the email", "jane2@example.com", "yes")

    assert jane.writes == [booked(), booked(email="jane2@example.com")]


@pytest.mark.parametrize(
    "words",
    [
        "any availability on friday?",
        "is there something available on friday",
        "anything free friday?",
    ],
)
def test_who_asks_for_a_free_time_is_asked_which(customer: Make, words: str) -> None:
    jane = customer()

    jane.talk(words, "3 pm", *BEGUN[1:], "yes")

    assert jane.writes == [booked("2026-11-20")]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("can I move my demo?", "only move a booking"),
        ("I need to reschedule our appointment to friday", "only move a booking"),
        ("I forgot when my demo is", "look it up"),
        ("when is my next appointment?", "look it up"),
    ],
)
def test_a_booking_of_another_time_goes_to_a_person(customer: Make, words: str, told: str) -> None:
    jane = customer()

    assert told in jane.say(words)
    assert "passed this on" in jane.say("yes")
    assert jane.writes == []


def test_a_booking_of_this_conversation_is_told_and_moved(customer: Make) -> None:
    jane = customer()
    jane.talk(*BEGUN, "yes")

    assert "2026-11-19" in jane.say("I forgot when my demo is")
    jane.talk("can I move my demo?", "friday", "yes")

    assert jane.writes == [booked(), booked("2026-11-20")]


@pytest.mark.parametrize(
    "words",
    [
        "I want to cancel my subscription",
        "I need to cancel our subscription",
        "cancel my subscription",
    ],
)
def test_who_wants_to_cancel_hears_the_terms_and_is_offered_a_person(
    customer: Make, words: str
) -> None:
    jane = customer()

    answer = jane.say(words)

    assert "end of the paid month" in answer
    assert answer.endswith("Shall I pass your cancellation on to a colleague?")
    assert "passed this on" in jane.say("yes")


@pytest.mark.parametrize(
    "words",
    [
        "please cancel the move", "please delete my booking", "yes, delete it",
        "please cancel our meeting", "please take me off the calendar", "please scratch that",
        "call the demo off", "please keep the old time", "please leave everything as it was",
    ],
)  # fmt: skip
def test_a_cancellation_at_the_read_back_writes_nothing(customer: Make, words: str) -> None:
    jane = customer()
    jane.talk(*BEGUN, "yes", "can we do friday instead?")

    jane.say(words)

    assert jane.writes == [booked()]


@pytest.mark.parametrize("words", ["please cancel thursday", "ok cancel it", "please cancel"])
def test_a_first_booking_is_given_up_at_the_read_back(customer: Make, words: str) -> None:
    jane = customer()

    assert "nothing was changed" in jane.talk(*BEGUN, words)
    assert jane.writes == []


def test_a_yes_that_speaks_of_cancelling_later_is_no_cancellation(customer: Make) -> None:
    jane = customer()

    assert "nothing was changed" not in jane.talk(*BEGUN, "yes, as long as I can cancel later")


@pytest.mark.parametrize("survey_done", [True, False])
@pytest.mark.parametrize(
    "words",
    [
        "please cancel the demo, something came up", "cancel my booking, I can't attend",
        "something came up, can you cancel it?", "I won't be able to come, please cancel",
        "I can't come, take me off the calendar", "I have to cancel the demo", "delete my booking",
        "my plans changed, cancel it", "never mind the survey, cancel the demo",
    ],
)  # fmt: skip
def test_a_cancellation_with_its_reason_is_one(
    customer: Make, words: str, *, survey_done: bool
) -> None:
    jane = customer(survey_done=survey_done)
    jane.talk(*BEGUN, "yes")

    assert "not cancel it" in jane.say(words)
    assert "passed this on" in jane.say("yes")


@pytest.mark.parametrize(
    "words", ["please cancel", "I'd rather cancel", "I want to cancel", "take me off the calendar"]
)
def test_who_cannot_come_and_is_asked_for_a_day_may_cancel(customer: Make, words: str) -> None:
    jane = customer()

    assert "not cancel it" in jane.talk(*BEGUN, "yes", "I can't come", words)


@pytest.mark.parametrize(
    "words",
    [
        "I can't come on friday, thursday is fine", "I can't come thursday or friday",
        "I can't come tomorrow", "I can no longer make it", "I don't think I can make it",
    ],
)  # fmt: skip
def test_a_day_on_which_nobody_comes_is_not_offered(customer: Make, words: str) -> None:
    jane = customer()
    jane.talk(*BEGUN, "yes")

    assert "Which day" in jane.say(words)
    assert "Which day" in jane.say("I can't come on friday either")


@pytest.mark.parametrize(
    "words",
    [
        "something came up on the invoice", "I cannot make it work",
        "Can I get my money back if I can't attend?", "I can't come to terms with your prices",
        "what happens if I can't come?", "I can't come up with a better idea",
        "I couldn't be there on monday", "What if I can't make it?",
    ],
)  # fmt: skip
def test_what_only_sounds_like_not_coming_moves_no_booking(customer: Make, words: str) -> None:
    jane = customer()
    jane.talk(*BEGUN, "yes")

    assert "Which day" not in jane.say(words)


def test_who_asks_whether_they_may_cancel_hears_the_terms_alone(customer: Make) -> None:
    assert "Shall I" not in customer().say("can I cancel any time?")


def test_a_name_at_the_read_back_is_taken(customer: Make) -> None:
    jane = customer()

    jane.talk(*BEGUN, "Tom Fox", "yes")

    assert jane.writes == [booked(name="Tom Fox")]


@pytest.mark.parametrize("words", ["Sounds Great", "Yes Please", "Looks Good"])
def test_a_yes_in_capitals_is_no_name(customer: Make, words: str) -> None:
    jane = customer()

    jane.talk(*BEGUN, words)

    assert jane.writes == [booked()]


def test_an_address_given_while_prices_are_asked_for_is_kept(customer: Make) -> None:
    jane = customer()

    jane.talk("I need pricing for 50 seats", "lee@corp.example", "yes")

    assert jane.writes == [("capture_contact", {"email": "lee@corp.example"})]


def test_what_is_not_wanted_is_left_out_and_the_rest_is_kept() -> None:
    assert text.affirmed("no demo for now, but tell me your prices") == "tell me your prices"
    assert text.affirmed("book a demo, not on friday") == "book a demo, not on friday"
    assert text.affirmed("no, thanks") == "no, thanks"


@pytest.mark.parametrize(
    "words",
    ["What does a massage cost?", "how much is delivery", "price of a haircut",
     "how much are gift cards"],
)  # fmt: skip
def test_the_price_of_what_is_not_sold_is_looked_up(customer: Make, words: str) -> None:
    talk = customer()

    talk.say(words)

    assert [name for name, _ in talk.calls] == ["search_knowledge"]


@pytest.mark.parametrize(
    "words",
    ["how much do your plans cost", "what does it all cost", "how much is your software",
     "how much is the cheapest plan", "what does one seat cost", "how much for 20 people",
     "what would a subscription cost us"],
)  # fmt: skip
def test_the_price_of_what_is_sold_is_told_from_the_price_list(customer: Make, words: str) -> None:
    talk = customer()

    answer = talk.say(words)

    assert "$49.00" in answer
    assert talk.calls == []


@pytest.mark.parametrize(
    ("words", "called"),
    [
        ("Extra charge for a same-day transfer?", "search_knowledge"),
        ("the password reset mail never arrives, what should I do?", "search_knowledge"),
        ("you charged us twice, what now?", "transfer_to_human"),
        ("our last invoice is wrong, what do I do?", "transfer_to_human"),
        ("I can't log in, how long will it take?", "transfer_to_human"),
        ("my card was charged although i cancelled", "transfer_to_human"),
        ("something is wrong with our installation", "transfer_to_human"),
        ("this is ridiculous, when will somebody answer?", "transfer_to_human"),
    ],
)
def test_what_only_sounds_like_a_trouble_is_looked_up_where_something_is_asked(
    customer: Make, words: str, called: str
) -> None:
    talk = customer()

    talk.say(words)

    assert [name for name, _ in talk.calls] == [called]


def test_a_question_after_what_sounds_like_a_trouble_is_answered(customer: Make) -> None:
    talk = customer()

    answer = talk.say("Lost my receipt, can I still get a refund?")

    assert "refund your first payment" in answer
    assert talk.calls == []


def test_what_is_looked_up_after_ones_own_mistake_has_the_mistake_in_it(customer: Make) -> None:
    jane = customer()

    jane.say("I paid the wrong supplier yesterday, which form do I fill in to undo it?")

    [(name, args)] = jane.calls
    assert name == "search_knowledge"
    assert "wrong supplier" in args["query"]


def without_bookings(jane: Customer) -> Customer:
    bound = jane.desk.bind_tools([one for one in TOOLS if one.name != "schedule_demo"])
    assert isinstance(bound, DeskModel)
    jane.desk = bound
    return jane


@pytest.mark.parametrize(
    "words",
    ["Please cancel my booking", "cancel the meeting please", "How do I cancel my appointment?"],
)
def test_nobody_is_let_believe_that_what_they_booked_before_is_cancelled(
    customer: Make, words: str
) -> None:
    assert "not cancel it" in customer().say(words)


@pytest.mark.parametrize(
    "words",
    ["Cancel that, I'd rather have a demo on Thursday at 3", "cancel that and book me a demo"],
)
def test_who_calls_off_something_and_wants_to_book_is_let_book(customer: Make, words: str) -> None:
    assert customer().say(words) in {
        "Which day would suit you for the demo?",
        "May I have your name?",
    }


def test_a_booking_just_made_is_called_off_whatever_is_asked_with_it(customer: Make) -> None:
    jane = customer()
    for words in (*BEGUN, "yes"):
        jane.say(words)

    assert "not cancel it" in jane.say("Please cancel my meeting, is the canteen vegan?")


def test_what_was_sent_to_the_customer_is_no_mistake_of_theirs(customer: Make) -> None:
    jane = customer()

    jane.say("i was sent the wrong invoice, what can I do?")

    assert "billing" in str(jane.calls)


def test_a_desk_that_books_nothing_offers_a_person_to_whom_asks_it_to_cancel(
    customer: Make,
) -> None:
    jane = without_bookings(customer())

    told = jane.say("Is it possible to cancel my reservation for tomorrow?")

    assert told.startswith("I cannot cancel a booking myself.")


def test_a_desk_that_books_nothing_looks_up_how_a_booking_is_cancelled(customer: Make) -> None:
    jane, joe = without_bookings(customer()), customer()

    jane.say("How can I call off an appointment I made?")
    jane.say("How do I cancel my booking?")
    told = joe.say("How can I call off an appointment I made?")

    assert [name for name, _ in jane.calls] == ["search_knowledge", "search_knowledge"]
    assert told.startswith("I can move a booking myself")


def test_a_desk_that_books_nothing_does_not_say_it_could_move_a_booking(customer: Make) -> None:
    jane = without_bookings(customer())

    assert jane.say("Call off the appointment we made").startswith(
        "I cannot cancel a booking myself."
    )


def test_a_name_in_capitals_is_no_typo() -> None:
    mender = text.Mender(["price", "friday"], frozenset({"was", "the"}))

    assert mender.mend("do startups get AWS credits") == "do startups get AWS credits"
    assert mender.mend("IS IT OPEN ON FIRDAY") == "IS IT OPEN ON friday"
    assert mender.mend("THX for the prcie, PLS") == "thanks for the price, please"


def test_what_every_desk_hears_is_no_typo_of_a_companys_word(customer: Make) -> None:
    mender = text.Mender(["compliant"], frozenset({"complaint"}), ["complaint"])

    assert mender.mend("I have a complaint") == "I have a complaint"
    assert mender.mend("complaint-free and complaitn") == "complaint-free and compliant"
    assert "passed this on" in customer().say("I have a complaint")


AFTER = (*BEGUN, "yes please")


@pytest.mark.parametrize("survey_done", [True, False])
@pytest.mark.parametrize(
    "words",
    [
        "sorry, the email is jane.d@example.com",
        "jane.d@example.com",
        "wrong email, it's jane.d@example.com",
        "my correct address is jane.d@example.com",
        "please send the invitation to jane.d@example.com instead",
        "could you send the invite to jane.d@example.com?",
    ],
)
def test_an_address_put_right_after_the_booking_is_read_back_and_booked(
    customer: Make, words: str, survey_done: bool
) -> None:
    jane = customer(survey_done=survey_done)
    jane.talk(*AFTER)

    read_back = jane.say(words)
    jane.say("yes")

    assert "Jane Doe, jane.d@example.com. Shall I book it?" in read_back
    assert jane.writes == [booked(), booked(email="jane.d@example.com")]


@pytest.mark.parametrize("survey_done", [True, False])
@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("the email was wrong", "Which e-mail address should the invitation go to?"),
        ("oops, I misspelled my email", "Which e-mail address should the invitation go to?"),
        ("wait that's the wrong address", "Which e-mail address should the invitation go to?"),
        ("there is a typo in my name", "May I have your name?"),
        ("the time is wrong", "What time would suit you?"),
        ("my email is jane@@example", "That e-mail address looks incomplete."),
    ],
)
def test_a_detail_that_was_wrong_is_asked_for_again(
    customer: Make, words: str, question: str, survey_done: bool
) -> None:
    jane = customer(survey_done=survey_done)
    jane.talk(*AFTER)

    assert jane.say(words).startswith(question)
    assert jane.writes == [booked()]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("my name is Janet Doe, not Jane", "Janet Doe"),
        ("my name is spelled Jayne", "Jayne Doe"),
        ("my surname is Dow", "Jane Dow"),
    ],
)
def test_a_name_put_right_after_the_booking_is_read_back(
    customer: Make, words: str, name: str
) -> None:
    jane = customer(survey_done=False)
    jane.talk(*AFTER)

    assert f"for {name}, jane@example.com. Shall I book it?" in jane.say(words)


@pytest.mark.parametrize(
    "words",
    [
        "an email from sales@acme.example",
        "Janet Doe told me",
        "my name was on your list",
        "invoices that go to the wrong address",
    ],
)
def test_an_answer_to_the_survey_that_names_an_address_or_a_person_puts_nothing_right(
    customer: Make, words: str
) -> None:
    jane = customer(survey_done=False)
    jane.talk(*AFTER)

    jane.say(words)

    assert jane.last("ask_survey")["answer"] == words


def test_a_second_guest_is_left_to_a_colleague(customer: Make) -> None:
    jane = customer()
    jane.talk(*AFTER)

    answer = jane.say("please send the invitation to bob@example.com too")

    assert answer == "I cannot do that here, but a colleague can. Shall I pass it on?"


@pytest.mark.parametrize(
    "words",
    [
        "do you have anything free?",
        "do you have any free slots?",
        "when is the next free appointment?",
        "any available dates?",
    ],
)
def test_who_asks_for_free_times_without_a_day_is_asked_for_one(customer: Make, words: str) -> None:
    assert customer().say(words) == "Which day would suit you for the demo?"


@pytest.mark.parametrize("words", ["is anything free of charge?", "do you have a free plan?"])
def test_what_is_free_of_charge_is_no_free_time(customer: Make, words: str) -> None:
    assert "free for 14 days" in customer().say(words)


@pytest.mark.parametrize("words", ["how do I move my demo?", "how can I reschedule our meeting?"])
def test_who_asks_how_a_booking_of_another_time_moves_is_offered_a_colleague(
    customer: Make, words: str
) -> None:
    assert customer().say(words).endswith("Shall I ask a colleague to move yours?")


def test_nothing_is_cancelled_where_nobody_speaks_of_it(customer: Make) -> None:
    assert "cancel" not in customer().say("how does one change an appointment?")
