"""A restaurant's and a hotel's slots: parties told one by one, halves of names, two days."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from appliance.models.desk_model import tasks
from appliance.models.desk_model.frame import Frame
from appliance.models.desk_model.manner import Manner
from appliance.models.desk_model.move import Desk
from appliance.models.desk_model.slots import extract, schema
from appliance.models.desk_model.turn import Turn
from tests.models.talk import NOW, model
from tests.models.test_slots import CONTEXT

_DAY = {"type": "string", "format": "date"}
_TIME = {"type": "string", "format": "time"}
_TEXT = {"type": "string"}
TABLE = schema.slots_of(
    {
        "properties": {
            "date": _DAY,
            "time": _TIME,
            "people": {"type": "integer"},
            "first_name": _TEXT,
            "last_name": _TEXT,
        },
        "required": ["date", "time", "people", "first_name", "last_name"],
    }
)
ROOM = schema.slots_of(
    {
        "properties": {"check_in_date": _DAY, "check_out_date": _DAY},
        "required": ["check_in_date", "check_out_date"],
    }
)
LATE = replace(CONTEXT, open_days={})  # a house open at all hours


def table(text: str, asked: str | None = None) -> dict[str, Any]:
    return extract.read(text, TABLE, context=LATE, asked=asked).values


def room(text: str, asked: str | None = None, **held: str) -> dict[str, Any]:
    return extract.read(text, ROOM, context=CONTEXT, asked=asked, current=held).values


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("a table for two adults and a toddler", 3),
        ("dinner for me, my husband and our two kids", 4),
        ("seats for three colleagues and myself", 4),
        ("it's just me and my sister", 2),
        ("my mother and I would like to come", 2),
        ("a group of nine", 9),
        ("we need a 6 top", 6),
        ("only 5 will come", 5),
        ("it will be just me", 1),
    ],
)
def test_a_party_is_counted_as_it_is_told(words: str, count: int) -> None:
    assert table(words)["people"] == count


def test_who_else_wants_to_know_is_no_party() -> None:
    assert "people" not in table("can you tell me and my boss when you open")


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("a table under Ronja Valtersen please", "Ronja", "Valtersen"),
        ("I booked for Imre Kovacs at 8pm", "Imre", "Kovacs"),
        ("Odile Marchetti has a reservation", "Odile", "Marchetti"),
        ("my first name is Tove and my last name is Lindqvist", "Tove", "Lindqvist"),
        ("my name is Anna van der Meer", "Anna", "van der Meer"),
    ],
)
def test_a_name_is_taken_apart(words: str, first: str, last: str) -> None:
    read = table(words)

    assert (read["first_name"], read["last_name"]) == (first, last)


def test_one_word_is_the_half_of_the_name_that_was_asked_for() -> None:
    assert table("Okonjo", asked="last_name") == {"last_name": "Okonjo"}
    assert table("Amara", asked="first_name") == {"first_name": "Amara"}
    assert table("this is Mrs Okonjo") == {"last_name": "Okonjo"}


def test_what_a_thing_is_like_is_no_name() -> None:
    assert "first_name" not in table("it's indoors, isn't it")


@pytest.mark.parametrize(
    ("words", "time"),
    [
        ("tomorrow night at 8:15", "20:15"),
        ("at 9 tonight", "21:00"),
        ("friday morning at 10", "10:00"),
        ("good morning, a table at 7 pm", "19:00"),
        ("good evening, is 11 am free?", "11:00"),
        ("a quarter before 6 pm", "17:45"),
        ("around 7:30ish tonight", "19:30"),
        ("20 minutes before 9 pm", "20:40"),
    ],
)
def test_a_time_belongs_to_the_half_of_the_day_that_was_named(words: str, time: str) -> None:
    assert table(words)["time"] == time


def test_a_greeting_tells_nothing_of_the_time() -> None:
    assert table("good morning, a table at 7")["time"] == table("a table at 7")["time"]


def test_a_weekday_beside_its_date_is_told_once() -> None:
    assert table("on November 20, that's a Friday")["date"] == "2026-11-20"
    assert "date" not in table("would it matter if we sat outside?")


def test_a_number_of_people_is_read_beside_the_answer_to_another_question() -> None:
    read = table("at 6:15 pm, for 9 people", asked="time")

    assert (read["time"], read["people"]) == ("18:15", 9)


def test_two_days_are_shared_out_between_two_slots() -> None:
    read = room("from November 20 to November 23")

    assert read == {"check_in_date": "2026-11-20", "check_out_date": "2026-11-23"}


def test_one_day_goes_to_the_slot_that_was_asked_for_or_named() -> None:
    assert room("on the 23rd", asked="check_out_date") == {"check_out_date": "2026-11-23"}
    assert room("we check out on the 23rd") == {"check_out_date": "2026-11-23"}
    assert room("on the 23rd", check_in_date="2026-11-20") == {"check_out_date": "2026-11-23"}


def test_the_card_fills_both_halves_of_a_name(cache_dir: Path) -> None:
    table_of = Manner("book_table", "Book a table.", TABLE, writes=True)
    card = {"name": "Anna van der Meer"}
    desk = Desk(model(cache_dir).pack, {}, Turn(NOW, "America/New_York", card=card), CONTEXT)

    known = tasks.prefilled(desk, table_of, Frame())

    assert known == {"first_name": "Anna", "last_name": "van der Meer"}
