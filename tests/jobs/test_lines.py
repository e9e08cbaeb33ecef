"""The way out of the jobs process: opened once, however many workers ask for it."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from appliance.assembly import jobs, post
from appliance.assembly.office import open_office
from appliance.core.settings import Settings


def test_workers_that_ask_at_once_share_one_courier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = open_office(Settings(data_dir=tmp_path / "data", keys_dir=tmp_path / "keys"))
    together = threading.Barrier(2)

    def opened_slowly(*given: Any, **named: Any) -> Any:
        made = post.open_post(*given, **named)
        time.sleep(0.2)
        return made

    monkeypatch.setattr("appliance.assembly.jobs.open_post", opened_slowly)
    lines = jobs.Lines(office)

    def courier() -> int:
        together.wait(10)
        return id(lines.post.courier)

    with ThreadPoolExecutor(2) as workers:
        first, second = workers.submit(courier), workers.submit(courier)

    assert first.result() == second.result()
    lines.close()
    office.close()
