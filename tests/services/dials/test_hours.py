"""When the bot may call."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from appliance.services.dials.hours import earliest, next_day
from tests.services.dials.terms import terms

NEW_YORK = ZoneInfo("America/New_York")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        (at(16, 10), at(16, 10)),
        (at(16, 8, 59), at(16, 9)),
        (at(16, 19), at(17, 9)),  # the last minute is none any more
        (at(16, 18, 59), at(16, 18, 59)),
        (at(20, 20), at(23, 9)),  # Friday evening: not before Monday
    ],
)
def test_nobody_is_called_early_late_or_on_closed_days(asked, allowed):
    assert earliest(asked, terms()) == allowed


def test_closed_days_may_be_allowed():
    assert earliest(at(21, 10), terms(on_closed_days=True)) == at(21, 10)


def test_hours_follow_the_wall_clock_when_it_changes():
    sunday = datetime(2026, 10, 31, 20, tzinfo=NEW_YORK)  # clocks go back in this night

    allowed = earliest(sunday, terms(on_closed_days=True))

    assert allowed == datetime(2026, 11, 1, 9, tzinfo=NEW_YORK)


def test_a_company_that_is_never_open_calls_nobody():
    never = terms()
    shut = type(never)(
        outbound=never.outbound,
        region="US",
        calendar=type(never.calendar)(zone=NEW_YORK, week={}),
    )

    assert earliest(at(16, 10), shut) is None


def test_a_day_ends_at_the_companys_midnight():
    assert next_day(at(16, 23, 59), terms()) == datetime.combine(
        at(17, 0).date(), time(0), NEW_YORK
    )
