"""The house calendar, made of the config's `calendar` section."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from appliance import calendar
from appliance.config import model


def calendar_of(section: model.Calendar, language: str = "en") -> calendar.Calendar:
    """Make the calendar; `language` is that of the holidays' names where they are known in it.

    Expects a section that `load` has accepted: the zone and the country exist.
    """
    week = section.week
    days = (week.mon, week.tue, week.wed, week.thu, week.fri, week.sat, week.sun)
    return calendar.Calendar(
        zone=ZoneInfo(section.zone),
        week={number: _spans(spans) for number, spans in enumerate(days) if spans},
        exceptions={
            exception.on: calendar.DayException(exception.name, _spans(exception.hours))
            for exception in section.exceptions
        },
        holidays=(
            calendar.country_holidays(section.holidays, language)
            if section.holidays
            else calendar.no_holidays
        ),
    )


def _spans(spans: list[model.Span]) -> tuple[calendar.Span, ...]:
    return tuple(calendar.Span(span.opens, span.closes) for span in spans)
