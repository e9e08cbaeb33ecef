from __future__ import annotations

import pytest

from appliance.core import disk


@pytest.mark.parametrize(
    ("low", "full", "state"), [(0, 0, "ok"), (10**18, 0, "warn"), (10**18, 10**18, "fail")]
)
def test_the_disk_is_judged_by_its_free_space(tmp_path, monkeypatch, low, full, state):
    monkeypatch.setattr(disk, "LOW_BYTES", low)
    monkeypatch.setattr(disk, "FULL_BYTES", full)

    assert disk.judge(tmp_path)[0] == state
