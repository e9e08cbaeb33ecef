"""A sample of what `python -m tests.evals.tau2` measures in full."""

from __future__ import annotations

import pytest

from tests.evals.tau2 import collection, drive, gold, shop
from tests.evals.tau2.gold import Following

pytestmark = collection.needs_tau2

TASKS = {"retail": ("17", "64"), "airline": ("23",)}
PLAYED = {"retail": ((54, False),), "airline": ((15, True), (15, False), (6, False))}
"""Dialogues, and whether the recorded words are sent blindly."""


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


@pytest.mark.parametrize("of", collection.DOMAINS)
async def test_basic_mode_writes_nothing_the_contact_did_not_want(of: str) -> None:
    dialogues = collection.dialogues(of)

    async with shop.open_shop(of) as opened:
        verdicts = [
            await drive.play(opened, dialogues[number], blindly=blindly)
            for number, blindly in PLAYED[of]
        ]

    assert [each.wrong_writes for each in verdicts] == [[]] * len(verdicts)
    assert sum(each.writes for each in verdicts), "the contact said yes: something is to be done"
