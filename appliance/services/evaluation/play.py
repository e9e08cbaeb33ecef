"""Asking the questions, each in a conversation of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from appliance.services.evaluation.judging import Answer, Verdict, judge
from appliance.services.evaluation.questions import Asked


class Stage(Protocol):
    """Where questions are asked: the bot as it is, and nobody who could be reached."""

    @property
    def version(self) -> str:
        """The config version that answers."""

    @property
    def at_once(self) -> int:
        """How many conversations may go on at a time."""

    async def ask(self, messages: Sequence[str]) -> Answer:
        """Write messages in a fresh conversation; gives what came of the last one."""


async def all_of(
    stage: Stage, asked: Sequence[Asked], heard: Callable[[Verdict], None]
) -> list[Verdict]:
    """Ask every question; gives the verdicts in the order of the file.

    `heard` is told of each as it comes.
    """
    permits = asyncio.Semaphore(stage.at_once)

    async def one(each: Asked) -> Verdict:
        async with permits:
            verdict = judge(each, await stage.ask(each.question.ask))
        heard(verdict)
        return verdict

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(each)) for each in asked]
    return [task.result() for task in tasks]
