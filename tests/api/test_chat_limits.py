"""Token buckets."""

from __future__ import annotations

import pytest

from appliance.api.chat_limits import Buckets, Rate
from tests.fakes.chat import HandClock


def test_a_burst_passes_and_the_next_waits_for_its_refill():
    clock = HandClock()
    buckets = Buckets(Rate(20, 60, 3), clock)

    waits = [buckets.take("dana") for _ in range(4)]

    assert waits[:3] == [0, 0, 0]
    assert waits[3] == pytest.approx(3)


def test_waiting_as_long_as_told_is_enough():
    clock = HandClock()
    buckets = Buckets(Rate(20, 60, 1), clock)
    buckets.take("dana")
    wait_s = buckets.take("dana")

    clock.pass_(wait_s)

    assert buckets.take("dana") == 0


def test_one_key_does_not_spend_another_ones():
    buckets = Buckets(Rate(1, 60, 1), HandClock())

    buckets.take("dana")

    assert buckets.take("dana") > 0
    assert buckets.take("eve") == 0


def test_memory_is_bounded_and_the_busy_are_remembered():
    buckets = Buckets(Rate(1, 60, 1), HandClock(), keys=100)

    for number in range(10_000):
        buckets.take(f"passer-by {number}")
        buckets.take("flooder")

    assert len(buckets._levels) == 100
    assert buckets.take("flooder") > 0
