"""What models cost: every call a row, caps that lead to basic mode, no price ever guessed."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from appliance.assembly.house import Appliance
from appliance.conversation import tables
from appliance.models.tables import model_calls
from tests.fakes.model_house import Contact, config_for, model_house
from tests.fakes.model_script import Step, always, in_order
from tests.fakes.model_server import ModelServer
from tests.fakes.running import environment

PRICED = """
prices:
  - { model: fast-1, input: 2.00, output: 10.00, cached_input: 0.50, valid_from: 2026-01-01 }
  - { model: fast-1, input: 9.00, output: 90.00, valid_from: 2027-01-01 }
"""
TALK = Step(text="We are open from nine to five.", usage=(1000, 100, 0))
"""Costs 1000 x 2 + 100 x 10 a million: 0.003."""

Open = Callable[..., AbstractAsyncContextManager[Appliance]]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    def open_(server: ModelServer, *, llm: str = PRICED, behavior: str = "") -> object:
        return model_house(tmp_path, config_for(server, llm=llm, behavior=behavior))

    return open_  # type: ignore[return-value]


def calls(house: Appliance) -> list[sa.Row[tuple[object, ...]]]:
    wanted = sa.select(model_calls).order_by(model_calls.c.id)
    return list(house.db.read(lambda c: c.execute(wanted).all()))


def costs(house: Appliance) -> list[str | None]:
    """Give what each turn's row says it cost."""
    wanted = sa.select(tables.turns.c.cost).order_by(tables.turns.c.id)
    return list(house.db.read(lambda c: c.execute(wanted).scalars().all()))


async def test_every_call_is_a_row_and_the_turn_knows_its_cost(opened: Open) -> None:
    async with ModelServer(always(TALK)) as server, opened(server) as house:
        await Contact(house).say("When are you open?")

        (call,) = calls(house)
        assert (call.provider, call.model, call.outcome) == (
            "openai_compatible",
            "fast-1",
            "answered",
        )
        assert (call.tokens_in, call.tokens_out, call.is_estimate) == (1000, 100, False)
        assert (call.cost_nanos, call.currency) == (3_000_000, "USD")
        assert [Decimal(str(cost)) for cost in costs(house)] == [Decimal("0.003")]


async def test_basic_mode_costs_nothing_and_that_is_known(opened: Open) -> None:
    async with ModelServer(always(Step(status=500))) as server, opened(server) as house:
        await Contact(house).say("When are you open?")

        asked = [(call.provider, call.cost_nanos) for call in calls(house)]
        # A machine too busy to have time left asks the provider once instead of twice.
        assert set(asked) == {("openai_compatible", 0), ("desk", 0)}
        assert [Decimal(str(cost)) for cost in costs(house)] == [0]


async def test_a_price_nobody_wrote_down_is_unknown_and_never_nothing(opened: Open) -> None:
    async with ModelServer(always(TALK)) as server, opened(server, llm="retries: 0") as house:
        await Contact(house).say("When are you open?")

        assert [call.cost_nanos for call in calls(house)] == [None]
        assert costs(house) == [None]


async def test_an_answer_that_broke_off_is_counted_by_its_letters(opened: Open) -> None:
    step = Step(text="word " * 200, cut_after=9_000)
    async with ModelServer(always(step)) as server, opened(server) as house:
        await Contact(house).say("When are you open?")

        broken = calls(house)[0]
        assert broken.is_estimate
        assert broken.tokens_in > 100
        assert broken.tokens_out > 5
        assert broken.cost_nanos > 0


async def test_the_days_cap_leads_to_basic_mode_over_a_restart_until_the_next_day(
    tmp_path: Path,
) -> None:
    async with ModelServer(always(TALK)) as server:
        text = config_for(server, llm=PRICED, behavior="  spending: { per_day: 0.005 }\n")
        async with model_house(tmp_path, text) as house:
            first, second = Contact(house), Contact(house)
            await first.say("When are you open?")
            await second.say("When are you open?")
            reply = await second.say("Where can I park?")

            assert first.by + second.by == ["openai_compatible", "openai_compatible", "desk"]
            assert "garage" in reply
            assert second.kept[-1]["cap_reached"] == "the day's money is used up"
            assert second.kept[-1]["models_failed"] == [
                "openai_compatible: the day's money is used up"
            ]
        async with model_house(tmp_path, text) as again:
            later = Contact(again)
            await later.say("Where can I park?")
            assert later.by == ["desk"]
        async with model_house(tmp_path, text, clock_start="2026-11-17T15:00:00+00:00") as tomorrow:
            next_day = Contact(tomorrow)
            await next_day.say("Where can I park?")
            assert next_day.by == ["openai_compatible"]


async def test_a_conversations_cap_leads_this_conversation_alone_to_basic_mode(
    opened: Open,
) -> None:
    behavior = "  spending: { per_conversation: 0.003 }\n"
    async with ModelServer(always(TALK)) as server, opened(server, behavior=behavior) as house:
        jane, bob = Contact(house), Contact(house)
        await jane.say("When are you open?")
        await jane.say("Where can I park?")
        await bob.say("Where can I park?")

        assert jane.by == ["openai_compatible", "desk"]
        assert jane.kept[-1]["cap_reached"] == "the conversation's money is used up"
        assert bob.by == ["openai_compatible"]


async def test_a_model_that_costs_nothing_speaks_on_when_the_money_is_used_up(
    opened: Open,
) -> None:
    llm = "prices: [{ model: fast-1, input: 0, output: 0, valid_from: 2026-01-01 }]"
    behavior = "  spending: { per_conversation: 0.000001 }\n"
    async with (
        ModelServer(always(TALK)) as server,
        opened(server, llm=llm, behavior=behavior) as house,
    ):
        jane = Contact(house)
        await jane.say("When are you open?")
        await jane.say("Where can I park?")

        assert jane.by == ["openai_compatible", "openai_compatible"]


async def test_the_costs_are_printed_by_day_and_model(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from appliance.__main__ import app

    script = in_order(TALK, TALK, then=always(Step(status=500)))
    async with ModelServer(script) as server, opened(server) as house:
        jane = Contact(house)
        for words in ("When are you open?", "And on Friday?", "Where can I park?"):
            await jane.say(words)
    for name, value in environment(tmp_path, 0, clock_start="2026-11-16T16:00:00Z").items():
        monkeypatch.setenv(name, value)

    told = CliRunner().invoke(app, ["costs", "--days", "2", "--json"])
    shown = CliRunner().invoke(app, ["costs"], env={"COLUMNS": "160"})

    lines = json.loads(told.stdout)
    assert [(line["day"], line["model"], line["calls"], line["failed"]) for line in lines] == [
        ("2026-11-16", "desk", 1, 0),
        ("2026-11-16", "fast-1", 4, 2),
    ]
    assert (lines[1]["cost"], lines[1]["currency"], lines[1]["unknown"]) == ("0.0060", "USD", 0)
    assert (lines[1]["tokens_in"], lines[1]["tokens_out"]) == (2000, 200)
    assert "0.0060 USD" in shown.stdout
