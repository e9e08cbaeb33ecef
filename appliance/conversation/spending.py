"""The purse of one turn: what models may still cost, by the day and by the conversation.

The caps are counted from the rows, so that neither a restart nor another process forgets what was
spent. Calls that run at the same moment cannot see each other's cost yet: the caps can be passed by
what is under way, never by more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo

from appliance.config.model import Spending
from appliance.conversation.limits import Meter
from appliance.core import errors, logs
from appliance.core.clock import Clock
from appliance.core.store.database import Connection, Database
from appliance.models import ledger
from appliance.models import records as model_records
from appliance.models.ledger import ModelCall

DAY_SPENT = "the day's money is used up"
CONVERSATION_SPENT = "the conversation's money is used up"

_RESERVE = 0.25
_LONGEST_RESERVE_S = 4.0

_log = logs.get(__name__)


def paid_until(began: float, limit_s: float) -> float:
    """Give the moment at which a turn's last model must begin, to answer within the limit."""
    return began + limit_s - min(_LONGEST_RESERVE_S, limit_s * _RESERVE)


@dataclass(slots=True, kw_only=True)
class TurnPurse:
    """Pays for the models of one turn. `cap` tells which cap has closed it."""

    db: Database
    clock: Clock
    meter: Meter
    spending: Spending
    zone: ZoneInfo
    currency: str
    turn_id: str
    conversation_id: str
    paid_until: float | None
    cap: str | None = None
    calls: list[ModelCall] = field(default_factory=list)
    _unwritten: list[tuple[datetime, ModelCall]] = field(default_factory=list)

    def closed(self) -> str | None:
        """Say which cap is reached; None where money is left."""
        caps = self.spending
        if caps.per_day is not None:
            midnight = datetime.combine(
                self.clock.now().astimezone(self.zone).date(), time(), self.zone
            )
            day = self.db.read(lambda c: model_records.spent_since(c, midnight, self.currency))
            if ledger.money(day) >= caps.per_day:
                self.cap = DAY_SPENT
        if caps.per_conversation is not None and self.cap is None:
            here = self.db.read(
                lambda c: model_records.spent_in(c, self.conversation_id, self.currency)
            )
            if ledger.money(here) >= caps.per_conversation:
                self.cap = CONVERSATION_SPENT
        return self.cap

    async def spent(self, call: ModelCall) -> None:
        """Take a call down: at once where it cost something, else when the turn closes."""
        self.calls.append(call)
        self.meter.used(tokens_in=call.used.read, tokens_out=call.used.written, cost=call.cost)
        now = self.clock.now()
        if call.cost == 0:
            self._unwritten.append((now, call))
            return
        try:
            await self.db.write(lambda c: self._add(c, now, call))
        except errors.Unavailable as cause:  # the answer is not lost for its bill
            _log.warning("a model call is recorded late", why=cause.sentence)
            self._unwritten.append((now, call))

    def write(self, connection: Connection) -> None:
        """Write what is not written yet, in the transaction that closes the turn."""
        for at, call in self._unwritten:
            self._add(connection, at, call)

    def _add(self, connection: Connection, now: datetime, call: ModelCall) -> None:
        model_records.add(
            connection,
            now,
            call,
            turn_id=self.turn_id,
            conversation_id=self.conversation_id,
        )
