"""A conversation longer than what a turn remembers of it."""

from __future__ import annotations

from tests.evals.house import open_house, say

ASKED = "What does Premium cost for 5 users?"


async def test_the_same_question_is_answered_however_often_it_is_put() -> None:
    async with open_house() as house:
        told = [await say(house, "curious", ASKED) for _ in range(12)]

    words = ["\n".join(message.text for message in each) for each in told]
    assert [each for each in words if "$495.00" not in each] == []
