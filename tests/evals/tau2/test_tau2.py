"""A sample of what `python -m tests.evals.tau2` measures in full."""

from __future__ import annotations

import pytest

from tests.evals.house import say
from tests.evals.tau2 import collection, drive, gold, shop
from tests.evals.tau2.gold import Following

pytestmark = collection.needs_tau2

TASKS = {"retail": ("17", "64"), "airline": ("23",)}


@pytest.mark.parametrize("of", collection.DOMAINS)
async def test_gold_actions_through_our_tools_give_the_gold_database(of: str) -> None:
    model = Following()
    chosen = [task for task in collection.tasks(of) if task.id in TASKS[of]]

    async with shop.open_shop(of, model=model) as opened:
        replays = [
            await gold.replay(opened, model, task, place=place + 1)
            for place, task in enumerate(chosen)
        ]

    assert [each.ours for each in replays] == [each.theirs for each in replays]
    assert [each.differs for each in replays] == [()] * len(TASKS[of])
    assert any(each.writes for each in replays)


async def test_basic_mode_changes_an_order_after_a_yes_and_not_before() -> None:
    asked = ("I want to cancel order #W9348897.", "It was ordered by mistake.",
             "My name is Daiki Sanchez, and my zip code is 46236.")  # fmt: skip

    async with shop.open_shop("retail") as opened:
        for words in asked:
            [read_back] = await say(opened.house, "daiki", words)
            assert opened.service.changed() == {}
        await say(opened.house, "daiki", "Yes, please do.")

        assert "#W9348897" in read_back.text
        assert opened.service.changed()["orders", "#W9348897"]["status"] == "cancelled"
        verdict = await drive.play(opened, collection.dialogues("retail")[17])
        assert verdict.wrong_writes == []


async def test_basic_mode_keeps_the_rules_its_tools_hold() -> None:
    played = ((15, True), (15, False), (6, False))  # two were cancelled, one must not be
    dialogues = collection.dialogues("airline")

    async with shop.open_shop("airline") as opened:
        verdicts = [
            await drive.play(opened, dialogues[number], blindly=blindly)
            for number, blindly in played
        ]

    assert [each.wrong_writes for each in verdicts] == [[]] * len(played)
