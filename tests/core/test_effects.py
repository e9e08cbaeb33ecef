"""How long it is waited between attempts."""

from __future__ import annotations

import pytest

from appliance.core import effects
from appliance.core.effects import Patience


@pytest.mark.parametrize("attempts", [20, 1_000, 1_000_000])
def test_what_is_tried_for_days_is_tried_at_the_longest_pause(attempts: int) -> None:
    pause_s = effects.pause_s(attempts, Patience(first_s=1.0, factor=2.0, longest_s=60.0))

    assert 48 <= pause_s <= 72
