"""Opening hours over holidays, half days, midnight and the days on which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.calendar import Calendar, DayException, Span, country_holidays
from appliance.config import model
from appliance.config.calendar_of import calendar_of

NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = (Span(time(9), time(17)),)
THREE_YEARS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


def _office(**changes: object) -> Calendar:
    values: dict[str, object] = {
        "zone": NEW_YORK,
        "week": dict.fromkeys(range(5), OFFICE),
        "holidays": country_holidays("US"),
        "exceptions": {
            date(2026, 11, 27): DayException("Day after Thanksgiving", (Span(time(9), time(13)),))
        },
        **changes,
    }
    return Calendar(**values)  # type: ignore[arg-type]


def _at(text: str, zone: ZoneInfo = NEW_YORK) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def _round_the_clock(zone: ZoneInfo) -> Calendar:
    return Calendar(zone, dict.fromkeys(range(7), (Span(time(0), time(0)),)))


def test_the_office_is_open_from_its_first_minute_to_before_its_closing_minute() -> None:
    office = _office()

    assert not office.is_open(_at("2026-11-16T08:59:59"))
    assert office.is_open(_at("2026-11-16T09:00"))
    assert office.is_open(_at("2026-11-16T16:59:59"))
    assert not office.is_open(_at("2026-11-16T17:00"))


def test_a_holiday_is_closed_and_an_exception_beats_it() -> None:
    thanksgiving = date(2026, 11, 26)
    opened = _office(exceptions={thanksgiving: DayException("Turkey sale", OFFICE)})

    assert _office().spans(thanksgiving) == ()
    assert _office().day_name(thanksgiving) == "Thanksgiving Day"
    assert opened.is_open(_at("2026-11-26T10:00"))
    assert opened.day_name(thanksgiving) == "Turkey sale"


def test_a_half_day_closes_early() -> None:
    assert _office().closes_at(_at("2026-11-27T10:00")) == _at("2026-11-27T13:00")
    assert _office().next_open(_at("2026-11-27T13:00")) == _at("2026-11-30T09:00")


def test_the_next_opening_is_now_while_open() -> None:
    now = _at("2026-11-16T10:00")

    assert _office().next_open(now) == now
    assert _office().next_open(_at("2026-11-25T18:00")) == _at("2026-11-27T09:00")


def test_a_calendar_that_never_opens_says_so() -> None:
    closed = _office(week={}, exceptions={})

    assert closed.next_open(_at("2026-11-16T10:00")) is None
    assert closed.closes_at(_at("2026-11-16T10:00")) is None


def test_the_search_for_an_opening_ends_after_the_days_asked_for() -> None:
    friday = _at("2026-11-20T18:00")

    assert _office().next_open(friday, within_days=2) is None
    assert _office().next_open(friday, within_days=3) == _at("2026-11-23T09:00")


def test_hours_that_touch_over_midnight_are_one() -> None:
    bar = Calendar(
        NEW_YORK,
        {4: (Span(time(18), time(0)),), 5: (Span(time(0), time(2)), Span(time(18), time(23)))},
    )

    assert bar.closes_at(_at("2026-11-20T20:00")) == _at("2026-11-21T02:00")
    assert bar.is_open(_at("2026-11-21T01:59"))
    assert not bar.is_open(_at("2026-11-21T02:00"))


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 11, 2), 24)],
)
def test_a_day_round_the_clock_has_its_true_length(day: date, hours: int) -> None:
    ((opens, closes),) = _round_the_clock(NEW_YORK).spans(day)

    assert closes.astimezone(UTC) - opens.astimezone(UTC) == timedelta(hours=hours)


def test_a_time_that_spring_skips_becomes_the_change_itself() -> None:
    night = Calendar(NEW_YORK, {6: (Span(time(2, 30), time(5)),)})
    swallowed = Calendar(NEW_YORK, {6: (Span(time(2, 10), time(2, 50)),)})

    assert night.spans(date(2026, 3, 8))[0][0] == _at("2026-03-08T03:00")
    assert swallowed.spans(date(2026, 3, 8)) == ()


def test_an_hour_that_happens_twice_is_open_both_times() -> None:
    night = Calendar(NEW_YORK, {6: (Span(time(1), time(1, 30)), Span(time(1, 30), time(3)))})

    first, second = night.spans(date(2026, 11, 1))

    assert [i.astimezone(UTC).hour * 60 + i.astimezone(UTC).minute for i in (*first, *second)] == [
        5 * 60, 6 * 60 + 30, 6 * 60 + 30, 8 * 60,
    ]  # fmt: skip
    assert night.is_open(_at("2026-11-01T01:15"))
    assert night.is_open(_at("2026-11-01T01:15").replace(fold=1))


@settings(max_examples=150, deadline=None)
@given(THREE_YEARS, st.sampled_from([NEW_YORK, BERLIN, ZoneInfo("Australia/Lord_Howe")]))
def test_at_every_instant_the_answers_agree(at: datetime, zone: ZoneInfo) -> None:
    office = _office(zone=zone, week=dict.fromkeys(range(7), (Span(time(1), time(2, 30)), *OFFICE)))

    opening = office.next_open(at)
    closing = office.closes_at(at)

    assert opening is not None
    assert office.is_open(opening)
    assert opening.astimezone(UTC) >= at
    assert office.is_open(at) == (opening.astimezone(UTC) == at) == (closing is not None)
    if closing is not None:
        assert not office.is_open(closing)
        assert closing.astimezone(UTC) > at


@settings(max_examples=150, deadline=None)
@given(THREE_YEARS)
def test_nothing_is_open_between_now_and_the_next_opening(at: datetime) -> None:
    office = _office()

    opening = office.next_open(at)

    assert opening is not None
    step = (opening.astimezone(UTC) - at) / 50
    assert not step or not any(office.is_open(at + n * step) for n in range(50))


@settings(max_examples=150, deadline=None)
@given(THREE_YEARS, st.sampled_from([NEW_YORK, BERLIN]))
def test_round_the_clock_is_always_open(at: datetime, zone: ZoneInfo) -> None:
    assert _round_the_clock(zone).is_open(at)


@settings(max_examples=150, deadline=None)
@given(st.dates(date(2025, 1, 1), date(2027, 12, 31)))
def test_the_spans_of_a_day_are_in_order_apart_and_on_that_day(day: date) -> None:
    office = _office(
        week=dict.fromkeys(range(7), (Span(time(13), time(0)), Span(time(0), time(3))))
    )

    spans = office.spans(day)

    instants = [instant.astimezone(UTC) for span in spans for instant in span]
    assert instants == sorted(instants)
    assert all(opens.date() == day for opens, _ in spans)
    assert all(opens.utcoffset() is not None for opens, _ in spans)


def test_hours_are_worded_for_people() -> None:
    lunch = (Span(time(9), time(12)), Span(time(13), time(17, 30)))

    assert _office().worded_hours() == (
        "Monday to Friday 9:00 am to 5:00 pm, Saturday and Sunday closed"
    )
    assert _office().worded_day(date(2026, 11, 27)) == "9:00 am to 1:00 pm"
    assert _office().worded_day(date(2026, 11, 26)) == "closed"
    assert Calendar(NEW_YORK, {2: lunch}).worded_day(date(2026, 11, 18)) == (
        "9:00 am to 12:00 pm and 1:00 pm to 5:30 pm"
    )
    assert _round_the_clock(BERLIN).worded_hours() == "every day all day"


def test_the_config_makes_the_calendar() -> None:
    section = model.Calendar.model_validate(
        {
            "zone": "Europe/Berlin",
            "week": {"mon": [{"opens": "09:00", "closes": "17:00"}]},
            "holidays": "DE-BY",
            "exceptions": [{"on": "2026-11-23", "name": "Stocktaking"}],
        }
    )

    made = calendar_of(section)

    assert made.is_open(_at("2026-11-16T10:00", BERLIN))
    assert made.spans(date(2026, 11, 23)) == ()
    assert made.day_name(date(2026, 11, 23)) == "Stocktaking"
    assert made.day_name(date(2026, 1, 6)) == "Epiphany"
    assert made.day_name(date(2026, 11, 17)) is None
