"""What code tells basic mode about this turn: the moment, the hours, the contact's card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from langchain_core.messages import BaseMessage, SystemMessage

from appliance.core.errors import Refused

Spans = tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """The turn's facts; `now` is aware, in the company's zone."""

    now: datetime
    zone: str
    open_now: bool = False
    open_days: Mapping[date, Spans] = field(default_factory=dict)
    card: Mapping[str, str] = field(default_factory=dict)
    survey_done: bool = True

    @property
    def today(self) -> date:
        return self.now.date()

    def next_open(self, *, after: date | None = None, most: int = 3) -> list[date]:
        """List the next open days, today among them while it is not over."""
        floor = after or self.today
        return [
            on
            for on in sorted(self.open_days)
            if on >= floor
            and self.open_days[on]
            and (on > self.today or self.open_days[on][-1][1] > self.now.time())
        ][:most]


def of(messages: Iterable[BaseMessage]) -> Turn:
    """Read `additional_kwargs["turn"]` of the system message.

    Raises:
        Refused: no system message carries it.
    """
    for message in messages:
        if isinstance(message, SystemMessage) and "turn" in message.additional_kwargs:
            return _read(message.additional_kwargs["turn"])
    raise Refused(
        "Basic mode was asked without the turn's facts: "
        'put additional_kwargs["turn"] (now, zone, open_days, ...) on the system message.'
    )


def _read(given: Mapping[str, Any]) -> Turn:
    zone = str(given["zone"])
    days = given.get("open_days") or {}
    card = given.get("card") or {}
    return Turn(
        now=datetime.fromisoformat(given["now"]).astimezone(ZoneInfo(zone)),
        zone=zone,
        open_now=bool(given.get("open_now")),
        open_days={date.fromisoformat(on): _spans(spans) for on, spans in days.items()},
        card={key: str(value) for key, value in card.items() if value},
        survey_done=bool(given.get("survey_done", True)),
    )


def _spans(spans: Iterable[Iterable[str]]) -> Spans:
    pairs = (tuple(map(time.fromisoformat, span)) for span in spans)
    return tuple((opens, closes) for opens, closes in pairs)
