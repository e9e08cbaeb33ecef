"""Terms of calls for tests: a company in New York that calls Americans from nine to seven."""

from __future__ import annotations

from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from appliance.calendar import Calendar, Span
from appliance.config.model import Outbound
from appliance.services.dials.values import Terms

NUMBER = "+16175550142"


def terms(**changes: Any) -> Terms:
    week = {day: (Span(time(9), time(17)),) for day in range(5)}
    return Terms(
        outbound=Outbound(**{"enabled": True, "needs_consent": False, **changes}),
        region="US",
        calendar=Calendar(zone=ZoneInfo("America/New_York"), week=week),
    )
