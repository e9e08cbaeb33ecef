"""A call we owe, and under which terms calls are made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from appliance.calendar import Calendar
from appliance.config.model import Outbound
from appliance.core.effects import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the live config says of calls we make. `region` is the client's own country."""

    outbound: Outbound
    region: str
    calendar: Calendar

    @property
    def countries(self) -> frozenset[str]:
        """The countries that may be called."""
        return frozenset(self.outbound.countries or [self.region])


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """A call we owe somebody, opened.

    Attributes:
        number: E.164.
        reason: What is said once they answer.
        state: `sent`: they answered. `delivered`: they heard the reason to its end. `unknown`: the
            telephone may have rung; it is not dialled again. `dead`: it is over, `code` says why.
        expires_at: Later it is of no use.
        code: How the last attempt ended, or why the next one waits.
    """

    id: str
    origin: str
    contact_id: str
    number: str
    reason: str
    state: State
    attempts: int
    next_attempt_at: datetime | None
    expires_at: datetime
    code: str | None
    created_by: str
    created_at: datetime
    answered_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be done for it."""
        return self.state not in {State.QUEUED, State.SENDING}
