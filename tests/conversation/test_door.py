"""Messages are let in before turns begin."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

from appliance.conversation.door import Door


async def test_a_few_at_once_are_no_crowd() -> None:
    door = Door(most=2)

    with door.entering(), door.entering():
        async with asyncio.timeout(30):
            await door.calm()

        assert not door.is_crowded


async def test_a_turn_waits_until_the_crowd_is_in() -> None:
    door = Door(most=2, calm_s=0.02, patience_s=300)
    crowd = ExitStack()
    for _ in range(3):
        crowd.enter_context(door.entering())

    waiting = asyncio.create_task(door.calm())
    await asyncio.sleep(0)
    assert door.is_crowded
    assert not waiting.done()
    crowd.close()

    async with asyncio.timeout(30):
        await waiting
    assert not door.is_crowded


async def test_a_crowd_that_never_ends_is_answered_as_well() -> None:
    door = Door(most=0, calm_s=3600, patience_s=0.05)

    with door.entering():
        async with asyncio.timeout(30):
            await door.calm()

        assert door.is_crowded
