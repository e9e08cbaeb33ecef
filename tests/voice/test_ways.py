"""To whom callers are put through, and how."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from appliance.config.model import BotConfig
from appliance.voice.transfer import Way, way_of
from tests.config import sample

VOICE = """
departments:
  - { id: sales, name: Sales, phone: "sip:300@pbx.example" }
  - { id: billing, name: Billing }

voice:
  enabled: true
  phone:
    transfer_to: "sip:200@pbx.example"
    transfer: %s
"""


def house(way: str, *, is_open: bool = True) -> Any:
    small = "\ndepartments:\n  - id: sales\n    name: Sales\n\nvoice:\n  enabled: false\n"
    before, off, after = sample.SMALL.partition(small)
    assert off
    loaded = sample.loaded((before + VOICE % way + after).encode())
    assert loaded.config is not None, loaded.problems
    config: BotConfig = loaded.config
    return SimpleNamespace(
        bots=SimpleNamespace(the_live=lambda: SimpleNamespace(config=config)),
        open_now=lambda: is_open,
        secret=lambda _: None,
    )


def found(where: Any, department: str | None) -> Way:
    way = way_of(where, department)
    assert way is not None
    return way


@pytest.mark.parametrize(
    ("department", "to"),
    [
        ("sales", "sip:300@pbx.example"),
        ("billing", "sip:200@pbx.example"),
        (None, "sip:200@pbx.example"),
        ("nobody knows", "sip:200@pbx.example"),
    ],
)
def test_a_department_with_a_telephone_takes_its_own_callers(department: str | None, to: str):
    assert found(house("cold"), department).to == to


def test_a_cold_way_calls_nobody_first():
    assert found(house("cold"), None).warm is None


def test_a_warm_way_knows_whom_to_call():
    warm = found(house("warm"), "sales").warm

    assert warm is not None
    assert (warm.user, warm.host) == ("300", "pbx.example")


def test_nobody_takes_callers_while_the_company_is_closed():
    assert way_of(house("warm", is_open=False)) is None
