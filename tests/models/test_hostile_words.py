"""Words made to stall or break basic mode: they cost no more than others and never raise."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Callable

import pytest
from langchain_core.messages import HumanMessage

from appliance.models.desk_model import cues, handover, opening, router, text
from appliance.models.desk_model.slots import (
    choices,
    days,
    emails,
    found,
    numbers,
    people,
    phones,
    times,
)
from tests.models.talk import Customer
from tests.models.test_slots import CONTEXT

Make = Callable[..., Customer]
LONGEST = 4000
SLOW_S = 0.3
SEEDS = [
    "a ", "1 ", "no. ", "@", ".", "-", " ", "\n", "from 1 to ", "my name is ....", "at 3 at 4 ",
    "monday ", "and ", ", ", "yes ", "😀", "😀 ", "z̷̡͑", ":", "/", "1/1/", "+1 ", "a@b.c ", "it's ",
    "a.", "a@", "a-", "dot ", "at ", "my name is ", "not ", "one ", "a b. ", "the 1st ", "premium ",
    "what? ", "can you ", "(", "invoice ", "Jane Doe ", "i am A ", "w", "from ", "between 1 and ",
    "nov 1 ", "ı", "A&", "a.b at c.d ", "..a", "1.", "5 seats ", "_", "\u202e", "and can you ",
    "\x00", "in 999999 weeks ", "Mr. ", "o’clock ", "ﷺ", "a.b-c_", "wait no ", "example.org not ",
]  # fmt: skip
SENTENCES = [
    "demo thursday at 3", "book a demo tomorrow morning", "how much is premium for 20 users?",
    "premium for six users", "on the first of december", "next friday at half past two",
    "my name is Jane Doe", "jane@example.com", "Jane Doe, jane@example.com, 617 555 0100",
    "actually make it 4", "no wait, friday", "yes please", "that's right", "no", "cancel that",
    "what are your opening hours?", "are you open on christmas eve?", "where are you?",
    "i want to speak to a human", "put me through to billing", "our last invoice is wrong",
    "the app keeps crashing", "do you give refunds?", "is there a free trial?", "thanks, bye",
    "and for enterprise?", "10% off for 50 seats?", "what about yearly?", "in 2 weeks' time",
    "a week from monday", "the following week", "an hour later", "the 20th at 15:30", "11/20/2026",
    "2026-11-20", "between 2 and 4", "after lunch", "noon", "quarter to five", "jane dot doe at "
    "example dot com", "+1 (617) 555-0100", "call me Jo", "it's Dow, not Doe", "the email is wrong",
    "it's example.org not example.com", "when is my demo again?", "we are a team of five",
    "i'm from Hooli Inc.", "tell me about starter", "compare starter and premium", "hi", "help",
    "are you a bot?", "skip", "i'd rather not say", "whatever suits you", "the last friday of may",
    "twenty-five seats monthly", "$1,200 per year", "monday at 2, no sorry, tuesday at 2",
]  # fmt: skip
STRANGE = "ıİßſKéñ中٣²½ⅷ😀\u200d\u202e\u0301\x00\n\t@.:/-+'’%$,()&#0123456789 "


def _long(seed: str) -> str:
    return (seed * LONGEST)[:LONGEST]


def _messages(customer: Customer, words: str) -> list[object]:
    return [customer.system, *customer.history, HumanMessage(words)]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hostile_message_costs_no_more_than_a_long_one(
    customer: Make, monkeypatch: pytest.MonkeyPatch, seed: str
) -> None:
    someone = customer()
    someone.talk("demo thursday at 3", "Jane Doe", "jane@example.com")
    ranked: list[str] = []
    rank = router.Router.rank

    def counted(self: router.Router, words: str) -> list[router.Ranked]:
        ranked.append(words)
        return rank(self, words)

    monkeypatch.setattr(router.Router, "rank", counted)

    someone.desk.answer(_messages(someone, _long(seed)))  # type: ignore[arg-type]

    assert len(set(ranked)) <= 2 * text.MOST_WISHES + 1
    assert sum(map(len, set(ranked))) <= 3 * 1200
    assert all(len(router.prepared(one)) <= 500 for one in ranked)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_reader_is_slow_on_hostile_words(seed: str) -> None:
    words = text.clean(_long(seed))
    seats = found.Slot("seats", found.Kind.COUNT, required=True)
    readers: dict[str, Callable[[], object]] = {
        "wishes": lambda: text.wishes(words),
        "honest": lambda: text.honest(words),
        "affirmed": lambda: text.affirmed(words),
        "days": lambda: days.find(words, CONTEXT, asked=True),
        "times": lambda: times.find(words, CONTEXT, day=None, asked=True),
        "emails": lambda: emails.find(words),
        "phones": lambda: phones.find(words, "US", asked=True),
        "counts": lambda: numbers.counts(words, seats, asked=True),
        "percents": lambda: numbers.percents(words),
        "amounts": lambda: numbers.amounts(words, seats, asked=True),
        "persons": lambda: people.persons(words, asked=True),
        "beside": lambda: people.beside(words),
        "companies": lambda: people.companies(words, asked=True),
        "products": lambda: choices.products(words, CONTEXT.products),
        "prepared": lambda: router.prepared(words),
    }

    took = {}
    for name, reader in readers.items():
        begun = time.perf_counter()
        reader()
        took[name] = time.perf_counter() - begun

    assert len(words) <= 1200
    assert len(re.findall(r"\w+", words)) <= 150
    assert len(text.wishes(words)) <= text.MOST_WISHES
    assert {name: s for name, s in took.items() if s > SLOW_S} == {}


@pytest.mark.parametrize(
    ("reader", "words"),
    [
        (emails.find, " dash+-dash- " * LONGEST),
        (cues._FAULT.search, "account" + "'-" * LONGEST),
        (opening._BETWEEN.search, "between" + "\x00" * 1200 + "x"),
        (lambda words: people.persons(words, asked=True), "Jane" + ".," * LONGEST + "x"),
        (handover.besides_refusal, "ok - " * LONGEST),
    ],
    ids=["spoken address", "fault", "two days", "name", "no person"],
)
def test_no_pattern_tries_every_way_to_part_hostile_words(
    reader: Callable[[str], object], words: str
) -> None:
    cleaned = words if "\x00" in words else text.clean(words)

    begun = time.perf_counter()
    reader(cleaned)

    assert time.perf_counter() - begun < SLOW_S


def test_a_run_of_one_sign_is_read_as_three() -> None:
    assert text.clean("hello!!!!!!!!! - - - - - - ok.....") == "hello!!! --- ok..."
    assert text.clean("a" + " ,  , " * 9 + "b") == "a ,,, b"


def test_the_beginning_of_a_long_message_is_answered(customer: Make) -> None:
    answer = customer().say("how much is premium for 20 users? " + "bla " * 900)

    assert "QUOTE" in answer


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("premium for sıx users", '"seats": 6'),
        ("book a demo on the fırst of december", "What time would suit you?"),
        ("a demo next frıday", "What time would suit you?"),
        ("PREMIUM for SİX users", '"seats": 6'),
        ("a demo in 999999 weeks", "Which day"),
        ("a demo 999999 weeks from monday", "What time would suit you?"),
    ],
)
def test_letters_and_numbers_out_of_the_ordinary_are_read(
    customer: Make, words: str, expected: str
) -> None:
    assert expected in customer().say(words)


def test_no_mutation_of_a_sentence_raises(customer: Make) -> None:
    dice = random.Random(7)
    someone = customer()
    begun = customer()
    begun.talk("demo thursday at 3", "Jane Doe", "jane@example.com")
    booked = customer()
    booked.talk("demo thursday at 3", "Jane Doe", "jane@example.com", "yes")

    for round_ in range(2000):
        words = _mutated(dice, dice.choice(SENTENCES))
        who = (someone, begun, booked)[round_ % 3]
        answer = who.desk.answer(_messages(who, words))  # type: ignore[arg-type]
        assert answer.content or answer.tool_calls, words


def _mutated(dice: random.Random, words: str) -> str:
    letters = list(words)
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(letters)) if letters else 0
        match dice.randrange(5):
            case 0:
                letters[place : place + 1] = [dice.choice(STRANGE)]
            case 1:
                letters.insert(place, dice.choice(STRANGE))
            case 2:
                letters = letters[: place + 1]
            case 3:
                letters = [*letters, " ", *dice.choice(SENTENCES)]
            case _:
                letters = [str(dice.randrange(10**6)) if one.isdigit() else one for one in letters]
    return "".join(letters)


async def test_the_event_loop_goes_on_while_an_answer_is_computed(
    customer: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone = customer()
    at_once: list[int] = []
    running = 0
    rank = router.Router.rank

    def slow(self: router.Router, words: str) -> list[router.Ranked]:
        nonlocal running
        running += 1
        at_once.append(running)
        time.sleep(0.05)
        running -= 1
        return rank(self, words)

    monkeypatch.setattr(router.Router, "rank", slow)
    model = someone.desk.model_copy(update={"permits": asyncio.Semaphore(2)})
    asked = [
        asyncio.create_task(model.ainvoke(_messages(someone, "how much is premium?")))  # type: ignore[arg-type]
        for _ in range(5)
    ]

    beats = 0
    while not all(one.done() for one in asked):
        await asyncio.sleep(0.005)
        beats += 1

    assert beats > 5
    assert max(at_once) == 2
