"""What a process holds after calls is what it held before them."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import psutil
import pytest

from tests.voice.calls import Caller, spoken_house, until

pytestmark = pytest.mark.slow


async def test_calls_in_a_row_leave_no_task_no_child_and_no_open_file(tmp_path: Path) -> None:
    async with spoken_house(tmp_path) as house:
        held = []
        for _ in range(3):
            async with Caller(house, tmp_path / "script.txt") as caller:
                await until(lambda: caller.line.speaker.said)
                await caller.hang_up()
            await asyncio.sleep(0.2)
            process = psutil.Process(os.getpid())
            tasks = sorted(task.get_name() for task in asyncio.all_tasks())
            held.append((len(tasks), len(process.children()), process.num_fds(), tasks))

    assert held[1][:3] == held[2][:3], held
