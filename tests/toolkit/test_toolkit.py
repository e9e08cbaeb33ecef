"""A function becomes a tool: its schema, what is hidden from the model, and its policy."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import pytest
from langchain_core.tools import tool as plain_tool
from pydantic import BaseModel, Field, ValidationError

from appliance.toolkit import (
    Effect,
    ToolContext,
    policy_of,
    ports_of,
    say_day,
    say_list,
    say_moment,
    say_money,
    say_percent,
    say_time,
    tool,
)
from appliance.toolkit.ports import Passages, Slots


class Settings(BaseModel):
    most: int = 5


@tool(
    timeout_s=3,
    effect="write",
    settings=Settings,
    proves=("booked",),
    read_back="Shall I book {day}?",
    asks={"day": "Which day?"},
)
async def book_room(
    *,
    ctx: ToolContext[Settings],
    slots: Slots,
    library: Passages,
    day: Annotated[date, Field(description="The day to book.")],
    kind: Literal["small", "large"] = "small",
    seats: Annotated[int, Field(ge=1, le=9)] = 1,
) -> list[str]:
    """Book a room.

    Use it when a day is known.
    """
    return [f"{day} {kind} {seats} {ctx.settings.most}", str(slots), str(library)]


def arguments():
    made = book_room.args_schema
    assert isinstance(made, type)
    assert issubclass(made, BaseModel)
    return made


def schema():
    return arguments().model_json_schema()


def test_the_model_sees_the_slots_and_neither_ports_nor_context():
    assert list(schema()["properties"]) == ["day", "kind", "seats"]
    assert set(ports_of(book_room)) == {"ctx", "slots", "library"}
    assert ports_of(book_room)["slots"] is Slots


def test_descriptions_enums_limits_and_defaults_reach_the_schema():
    shown = schema()

    assert shown["required"] == ["day"]
    assert shown["properties"]["day"]["description"] == "The day to book."
    assert shown["properties"]["kind"]["enum"] == ["small", "large"]
    assert shown["properties"]["seats"] == {
        "default": 1, "maximum": 9, "minimum": 1, "title": "Seats", "type": "integer",
    }  # fmt: skip


def test_the_docstring_is_what_the_model_reads():
    assert book_room.description == "Book a room.\n\nUse it when a day is known."


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"day": "soon"},
        {"day": "2026-11-19", "seats": 10},
        {"day": "2026-11-19", "kind": "huge"},
        {"day": "2026-11-19", "ctx": {}},
        {"day": "2026-11-19", "surprise": 1},
    ],
)
def test_arguments_that_do_not_fit_the_schema_are_refused(wrong):
    with pytest.raises(ValidationError):
        arguments().model_validate(wrong)


def test_the_policy_is_kept():
    policy = policy_of(book_room)

    assert (policy.timeout_s, policy.effect, policy.settings) == (3, Effect.WRITE, Settings)
    assert (policy.proves, policy.read_back) == (("booked",), "Shall I book {day}?")
    assert policy.asks == {"day": "Which day?"}
    assert policy.output == list[str]
    assert not policy.plain


def test_a_plain_langchain_tool_gets_the_default_policy():
    @plain_tool
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    assert policy_of(add).plain
    assert policy_of(add).effect is Effect.READ
    assert ports_of(add) == {}


async def test_the_function_runs_with_what_it_is_handed():
    context = ToolContext(
        settings=Settings(most=7), now=datetime(2026, 11, 16, 15, tzinfo=UTC),
        zone=ZoneInfo("America/New_York"), currency="USD", conversation_id="c", contact_id="p",
        turn_id="t",
    )  # fmt: skip

    assert book_room.coroutine
    said = await book_room.coroutine(
        ctx=context, slots="slots", library="library", day=date(2026, 11, 19)
    )

    assert said == ["2026-11-19 small 1 7", "slots", "library"]


def test_a_function_that_is_not_async_is_no_tool():
    with pytest.raises(TypeError, match="async"):

        @tool()  # type: ignore[arg-type]
        def add(a: int) -> int:
            """Add."""
            return a


def test_a_function_without_words_for_the_model_is_no_tool():
    with pytest.raises(TypeError, match="docstring"):

        @tool()
        async def add(a: int) -> int:
            return a


@pytest.mark.parametrize("stars", ["*words", "**words"])
def test_parameters_without_names_are_refused(stars):
    source = f"async def add({stars}: int) -> int:\n    'Add.'\n    return 1\n"
    space: dict[str, Any] = {}
    exec(source, space)

    with pytest.raises(TypeError, match="words"):
        tool()(space["add"])


def test_days_times_and_moments_are_said_in_us_english():
    zone = ZoneInfo("America/New_York")

    assert say_day(date(2026, 11, 19)) == "Thursday, November 19"
    assert [say_time(time(h, 5)) for h in (0, 9, 12, 15)] == [
        "12:05 AM", "9:05 AM", "12:05 PM", "3:05 PM",
    ]  # fmt: skip
    assert (
        say_moment(datetime(2026, 11, 19, 20, tzinfo=UTC), zone)
        == "Thursday, November 19 at 3:00 PM (New York time)"
    )
    assert say_moment(datetime(2026, 11, 19, 20, tzinfo=UTC), ZoneInfo("UTC")).endswith("(UTC)")


def test_money_percent_and_lists_are_said_in_us_english():
    assert say_money(Decimal("1485"), "USD") == "$1,485.00"
    assert say_money(Decimal("-2.5"), "EUR") == "-€2.50"
    assert say_money(Decimal("12"), "CHF") == "CHF 12.00"
    assert [say_percent(Decimal(p)) for p in ("0.1", "0.125", "0.20", "0")] == [
        "10%", "12.5%", "20%", "0%",
    ]  # fmt: skip
    assert [say_list(list(x)) for x in ("", "a", "ab", "abc")] == ["", "a", "a or b", "a, b or c"]
