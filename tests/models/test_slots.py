"""Values in customers' words. Today is Monday 16 November 2026, 10:00 in New York; open 9 to 5."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from appliance.models.desk_model import signals
from appliance.models.desk_model.slots import choices, extract, holidays, schema, times
from appliance.models.desk_model.slots.found import Context, Kind, Product, Slot
from tests.models.talk import NOW, open_days

_OPEN = {
    dt.date.fromisoformat(on): [
        (dt.time.fromisoformat(opens), dt.time.fromisoformat(closes)) for opens, closes in spans
    ]
    for on, spans in open_days().items()
}
CONTEXT = Context(
    now=NOW,
    open_days=_OPEN,
    region="US",
    products=(
        Product("starter", "Starter", ("starter", "starter plan", "basic plan")),
        Product("premium", "Premium", ("premium", "premium plan")),
        Product("enterprise", "Enterprise", ("enterprise", "enterprise plan")),
    ),
    named_days=holidays.named(NOW.date()),
)
_TEXT = {"type": "string"}
_MAYBE = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
DEMO = schema.slots_of(
    {
        "properties": {
            "day": {"type": "string", "format": "date"},
            "time": {"type": "string", "format": "time"},
            "name": _TEXT,
            "email": _TEXT,
        },
        "required": ["day", "time", "name", "email"],
    }
)
PRICE = schema.slots_of(
    {
        "properties": {
            "product": _TEXT,
            "seats": {"type": "integer", "default": 1},
            "term": {"enum": ["monthly", "yearly"], "default": "monthly"},
            "discount_percent": {"type": "number", "default": 0},
        },
        "required": ["product"],
    }
)
LEAD = schema.slots_of(
    {
        "properties": {"name": _TEXT, "email": _MAYBE, "phone": _MAYBE, "company": _MAYBE},
        "required": ["name"],
    }
)


def read(slots: tuple[Slot, ...], text: str, asked: str | None = None) -> dict[str, Any]:
    found = extract.read(text, slots, context=CONTEXT, asked=asked)
    troubles = {f"{name}!": one.trouble for name, one in found.troubles.items()}
    return {**found.values, **troubles}


DAYS = {
    "today": "2026-11-16",
    "tomorrow": "2026-11-17",
    "tmrw": "2026-11-17",
    "the day after tomorrow": "2026-11-18",
    "day after tomorrow": "2026-11-18",
    "thursday": "2026-11-19",
    "on Thu": "2026-11-19",
    "thurs": "2026-11-19",
    "this thursday": "2026-11-19",
    "coming friday": "2026-11-20",
    "next thursday": "2026-11-26",
    "next monday": "2026-11-23",
    "monday": "2026-11-23",
    "this monday": "2026-11-16",
    "monday next week": "2026-11-23",
    "next week tuesday": "2026-11-24",
    "next week on wednesday": "2026-11-25",
    "tuesday the week after next": "2026-12-01",
    "friday this week": "2026-11-20",
    "in 3 days": "2026-11-19",
    "in a week": "2026-11-23",
    "in two weeks": "2026-11-30",
    "in 2 weeks' time": "2026-11-30",
    "a week from today": "2026-11-23",
    "a week from monday": "2026-11-30",
    "a week from tomorrow": "2026-11-24",
    "two weeks from thursday": "2026-12-03",
    "friday week": "2026-11-27",
    "three days from now": "2026-11-19",
    "the 20th": "2026-11-20",
    "20th": "2026-11-20",
    "the 5th": "2026-12-05",
    "friday the 20th": "2026-11-20",
    "the twentieth": "2026-11-20",
    "nov 20": "2026-11-20",
    "November 20th": "2026-11-20",
    "november the 20th": "2026-11-20",
    "20 November": "2026-11-20",
    "20th of november": "2026-11-20",
    "the twentieth of November": "2026-11-20",
    "twenty-first of november": "2026-11-21",
    "Friday, November 20": "2026-11-20",
    "Fri 20 Nov": "2026-11-20",
    "Nov. 20, 2026": "2026-11-20",
    "3 december 2026": "2026-12-03",
    "jan 5": "2027-01-05",
    "november 10": "2027-11-10",
    "11/20": "2026-11-20",
    "11/20/2026": "2026-11-20",
    "11/20/26": "2026-11-20",
    "20/11": "2026-11-20",
    "20.11.2026": "2026-11-20",
    "2026-11-20": "2026-11-20",
    "2026/11/20": "2026-11-20",
    "first monday in december": "2026-12-07",
    "the last friday of november": "2026-11-27",
    "thanksgiving": "2026-11-26",
    "the day after thanksgiving": "2026-11-27",
    "black friday": "2026-11-27",
    "christmas eve": "2026-12-24",
    "xmas": "2026-12-25",
    "new year's day": "2027-01-01",
    "easter monday": "2027-03-29",
}
NO_DAYS = {
    "yesterday": "past",
    "last friday": "past",
    "2026-11-10": "past",
    "next week": "vague",
    "this weekend": "vague",
    "sometime next month": "vague",
    "any day": "vague",
}
TIMES = {
    "3pm": "15:00",
    "3 pm": "15:00",
    "3 p.m.": "15:00",
    "3p": "15:00",
    "10am": "10:00",
    "10 a.m.": "10:00",
    "at 3": "15:00",
    "@ 4": "16:00",
    "around 3": "15:00",
    "about 11": "11:00",
    "at about 2": "14:00",
    "3ish": "15:00",
    "at 9": "09:00",
    "at 12": "12:00",
    "15:00": "15:00",
    "3:30": "15:30",
    "3.30": "15:30",
    "9:45 am": "09:45",
    "15h30": "15:30",
    "1530 hrs": "15:30",
    "at 1500": "15:00",
    "3 o'clock": "15:00",
    "three o'clock": "15:00",
    "half past two": "14:30",
    "half two": "14:30",
    "half past 10": "10:30",
    "quarter past two": "14:15",
    "a quarter to four": "15:45",
    "quarter to 10": "09:45",
    "ten past four": "16:10",
    "twenty to five": "16:40",
    "5 minutes to 4": "15:55",
    "ten thirty": "10:30",
    "two forty-five": "14:45",
    "noon": "12:00",
    "at midday": "12:00",
    "12 noon": "12:00",
    "midnight": "00:00",
    "2 in the afternoon": "14:00",
    "10 in the morning": "10:00",
    "8pm": "20:00",
    "6 in the evening": "18:00",
    "let's say 11": "11:00",
    "make it 4": "16:00",
    "could we do 2": "14:00",
    "how about 4": "16:00",
}
NO_TIMES = {
    "in the morning": "vague",
    "afternoon": "vague",
    "between 2 and 4": "vague",
    "after 3": "vague",
    "before noon": "vague",
    "first thing": "vague",
}


@pytest.mark.parametrize(("words", "day"), DAYS.items())
def test_a_day_is_understood(words: str, day: str) -> None:
    assert read(DEMO, f"can we meet {words}")["day"] == day


@pytest.mark.parametrize(("words", "trouble"), NO_DAYS.items())
def test_a_day_gone_by_or_left_open_is_no_day(words: str, trouble: str) -> None:
    found = read(DEMO, f"can we meet {words}")

    assert found.get("day!") == trouble
    assert "day" not in found


@pytest.mark.parametrize(("words", "time"), TIMES.items())
def test_a_time_is_understood_by_the_opening_hours(words: str, time: str) -> None:
    assert read(DEMO, words)["time"] == time


@pytest.mark.parametrize(("words", "trouble"), NO_TIMES.items())
def test_a_part_of_the_day_is_no_time(words: str, trouble: str) -> None:
    found = read(DEMO, words)

    assert found.get("time!") == trouble
    assert "time" not in found


@pytest.mark.parametrize(
    ("hint", "bounds"),
    [
        ("morning", (0, 720)),
        ("after 3", (900, 1440)),
        ("before noon", (0, 720)),
        ("between 2 and 4", (840, 961)),
        ("", (0, 1440)),
    ],
)
def test_a_vague_time_has_bounds(hint: str, bounds: tuple[int, int]) -> None:
    assert times.fitting(hint, [(dt.time(9), dt.time(17))]) == bounds


@pytest.mark.parametrize(
    ("text", "day", "time"),
    [
        ("thursday at 3", "2026-11-19", "15:00"),
        ("friday 3", "2026-11-20", "15:00"),
        ("tomorrow at half past two", "2026-11-17", "14:30"),
        ("at 10 on friday", "2026-11-20", "10:00"),
        ("1500 on wed", "2026-11-18", "15:00"),
        ("nov 20 at 4:30 pm", "2026-11-20", "16:30"),
        ("in two weeks, 11ish", "2026-11-30", "11:00"),
        ("friday the 20th at 9 in the morning", "2026-11-20", "09:00"),
        ("not thursday, friday at 4 please", "2026-11-20", "16:00"),
        ("can we do friday at 11 instead of thursday", "2026-11-20", "11:00"),
        ("Thursday 19 November at 3:30 pm", "2026-11-19", "15:30"),
        ("2026-12-01 15:00", "2026-12-01", "15:00"),
    ],
)
def test_a_day_and_a_time_are_read_from_one_sentence(text: str, day: str, time: str) -> None:
    assert read(DEMO, text) == {"day": day, "time": time}


@pytest.mark.parametrize(
    "text",
    [
        "premium for 20 users",
        "the 3 of us want to see it",
        "I have 2 questions",
        "it costs $99",
        "a 10% discount",
        "what is included",
        "we are 40 people",
    ],
)
def test_other_numbers_are_neither_day_nor_time(text: str) -> None:
    assert read(DEMO, text) == {}


NAMES = {
    "my name is bob smith": "Bob Smith",
    "My name's Jane": "Jane",
    "I'm Jane Doe": "Jane Doe",
    "this is Maria Garcia-Lopez, hello": "Maria Garcia-Lopez",
    "call me Al": "Al",
    "name: Ludwig van Beethoven": "Ludwig van Beethoven",
    "Tom Jones here": "Tom Jones",
    "my name is actually Jon": "Jon",
    "my name is spelled Jayne Doe": "Jayne Doe",
    "the name is dr. Ana Lima and I want a demo": "Ana Lima",
    "a demo for Jane Doe, please": "Jane Doe",
}
ANSWERED_NAMES = {
    "Jane": "Jane",
    "jane doe": "Jane Doe",
    "JANE DOE": "Jane Doe",
    "sure, it's jane doe": "Jane Doe",
    "jose maría o'neil": "José María O'neil".replace("José", "Jose"),
    "Dr. Ana Lima": "Ana Lima",
    "Xi": "Xi",
    "May": "May",
    "Will Price": "Will Price",
    "jane then": "Jane",
    "Bob Stone from Globex": "Bob Stone",
}
NOT_NAMES = (
    "what do you need it for?",
    "I don't want to say",
    "yes",
    "I'm interested in premium",
    "I'm looking for a demo",
    "i'm free tomorrow",
    "no thanks",
    "is there parking?",
)


@pytest.mark.parametrize(("text", "name"), NAMES.items())
def test_an_introduced_name_is_found(text: str, name: str) -> None:
    assert read(DEMO, text)["name"] == name


@pytest.mark.parametrize(("text", "name"), ANSWERED_NAMES.items())
def test_a_bare_name_answers_the_question(text: str, name: str) -> None:
    assert read(DEMO, text, "name")["name"] == name


@pytest.mark.parametrize("text", NOT_NAMES)
def test_other_words_are_no_name(text: str) -> None:
    assert "name" not in read(DEMO, text, "name")


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("jane@example.com", "jane@example.com"),
        ("it's Jane.Doe+x@Example.co.uk.", "jane.doe+x@example.co.uk"),
        ("<jane@example.com>", "jane@example.com"),
        ("jane at example dot com", "jane@example.com"),
        ("jane (at) example (dot) com", "jane@example.com"),
        ("jane dot doe at mail dot example dot org", "jane.doe@mail.example.org"),
        ("jane @ example.com", "jane@example.com"),
        ("mail me: o'neil@example.com, thanks", "o'neil@example.com"),
    ],
)
def test_an_address_is_found_written_or_spelt(text: str, email: str) -> None:
    assert read(DEMO, text)["email"] == email


@pytest.mark.parametrize("text", ["jane@example", "jane@", "@jane", "jane@@example.com"])
def test_half_an_address_is_broken(text: str) -> None:
    assert read(DEMO, text, "email") == {"email!": "broken"}


@pytest.mark.parametrize("text", ["see you at 3", "meet me at noon", "we are at home"])
def test_at_alone_makes_no_address(text: str) -> None:
    assert "email" not in read(DEMO, text)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("617-555-0142", "+16175550142"),
        ("(617) 555 0142", "+16175550142"),
        ("call me at 617.555.0142", "+16175550142"),
        ("+44 20 7946 0958", "+442079460958"),
        ("1 617 555 0142", "+16175550142"),
    ],
)
def test_a_phone_number_becomes_e164(text: str, phone: str) -> None:
    assert read(LEAD, text)["phone"] == phone


def test_a_date_is_no_phone_number() -> None:
    assert read(LEAD, "on 2026-11-20 or 20.11.2026") == {}


def test_too_few_digits_are_a_broken_number_when_asked() -> None:
    assert read(LEAD, "12345", "phone") == {"phone!": "broken"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("how much is premium for 20 seats", {"product": "Premium", "seats": 20}),
        ("enterprize for a team of twelve", {"product": "Enterprise", "seats": 12}),
        ("two dozen licenses of starter", {"product": "Starter", "seats": 24}),
        ("1,200 users of premium", {"product": "Premium", "seats": 1200}),
        ("premium yearly", {"product": "Premium", "term": "yearly"}),
        ("basic plan per month", {"product": "Starter", "term": "monthly"}),
        ("premium paid annually", {"product": "Premium", "term": "yearly"}),
        ("premium for 2 years", {"product": "Premium", "term": "yearly"}),
        ("10% off", {"discount_percent": 10}),
        ("ten percent", {"discount_percent": 10}),
        ("12.5 % discount", {"discount_percent": 12.5}),
        ("half price", {"discount_percent": 50}),
        ("give me 90 % off premium", {"product": "Premium", "discount_percent": 90}),
        ("not 5 seats, make that 8 seats", {"seats": 8}),
        ("we are 40 people", {"seats": 40}),
    ],
)
def test_products_counts_terms_and_percentages_are_found(text: str, found: dict[str, Any]) -> None:
    assert read(PRICE, text) == found


def test_several_details_are_read_from_one_sentence() -> None:
    found = read(LEAD, "Bob Stone from Globex, bob@globex.com, 617-555-0142")

    assert found == {
        "name": "Bob Stone",
        "email": "bob@globex.com",
        "phone": "+16175550142",
        "company": "Globex",
    }


@pytest.mark.parametrize(
    ("name", "entry", "kind"),
    [
        ("day", {"type": "string", "format": "date"}, Kind.DAY),
        ("starts", {"type": "string", "format": "time"}, Kind.TIME),
        ("work_email", {"type": "string"}, Kind.EMAIL),
        ("mobile", {"anyOf": [{"type": "string"}, {"type": "null"}]}, Kind.PHONE),
        ("kind", {"enum": ["a", "b"]}, Kind.CHOICE),
        ("guests", {"type": "integer"}, Kind.COUNT),
        ("discount_percent", {"type": "number"}, Kind.PERCENT),
        ("budget", {"type": "number"}, Kind.MONEY),
        ("newsletter", {"type": "boolean"}, Kind.YES_NO),
        ("full_name", {"type": "string"}, Kind.PERSON),
        ("notes", {"type": "string"}, Kind.TEXT),
        ("room", {"$ref": "#/$defs/Room"}, Kind.CHOICE),
    ],
)
def test_a_parameter_becomes_a_slot_of_its_kind(
    name: str, entry: dict[str, Any], kind: Kind
) -> None:
    defs = {"Room": {"enum": ["single", "double"], "type": "string"}}

    (slot,) = schema.slots_of({"properties": {name: entry}, "$defs": defs})

    assert slot.kind is kind
    assert not slot.required


@pytest.mark.parametrize(
    "words", ["#W2378156", "**#W2378156**", 'it is "#W2378156".', "(#W2378156)", "`#W2378156`:"]
)
def test_a_code_is_read_without_what_stands_around_it(words: str) -> None:
    (found,) = choices.codes(words, r"^#W\d{7}$", asked=True)

    assert found.value == "#W2378156"
    assert words[found.start : found.end] == "#W2378156"


@pytest.mark.parametrize(
    ("words", "gives_up"),
    [
        ("yes, cancel it", False),
        ("please cancel the order", False),
        ("never mind", True),
        ("stop it", True),
        ("cancel it, no, forget it", True),
    ],
)
def test_cancel_it_gives_nothing_up_while_something_is_cancelled(
    words: str, gives_up: bool
) -> None:
    assert signals.drops(words, cancelling=True) is gives_up
    assert signals.drops("cancel it")
