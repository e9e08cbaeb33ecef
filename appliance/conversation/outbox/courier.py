"""Sends what the outbox holds: in order for each contact and channel, the intent before the call.

The process that wrote a reply tries first (`notice`); what is left is taken up by `sweep`, in the
jobs process. A part whose attempt died with its process may have been sent: it becomes `unknown`
and waits for the provider's report, and what follows it goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from appliance.connectors.messages import Delivery, Identity, OutboundMessage
from appliance.connectors.protocols import Channel
from appliance.contacts import identities
from appliance.conversation import records as conversations
from appliance.conversation.outbox import records, reports
from appliance.conversation.outbox.values import DIRECT, LATE, Outgoing
from appliance.core import effects, errors, logs
from appliance.core.breaker import Breaker
from appliance.core.clock import Clock
from appliance.core.crypto import Keyring
from appliance.core.effects import Outcome, Patience, State
from appliance.core.store.database import Connection, Database

_log = logs.get(__name__)

_MARGIN_S = 10.0
# A hint is a courtesy; hundreds that wait for a slow provider cost more than the turns they show.
_MOST_HINTS = 32
_DIED = "the process died while it was being sent; it may have been sent"


class Channels(Protocol):
    """The channels this process has open. Assembly provides them."""

    def find(self, channel: str, account: str = "") -> Channel | None:
        """Find an open channel; None where the config has none such, or it could not be opened."""


@dataclass(frozen=True, slots=True)
class _Errand:
    """A part this process has taken, and what it needs to send it."""

    outgoing: Outgoing
    message: OutboundMessage
    to: Identity
    channel: Channel


@dataclass(slots=True, kw_only=True)
class Courier:
    """Sends parts, one at a time for each contact and channel.

    Attributes:
        lease_s: How long an attempt may take before somebody else counts it as died.
        at_once: How many contacts are served at the same time.
        committed: Called after rows have changed.
    """

    db: Database
    keyring: Keyring
    clock: Clock
    channels: Channels
    lease_s: float = 60.0
    at_once: int = 32
    patience: Patience = field(default_factory=Patience)
    committed: Callable[[], None] = lambda: None
    sent: int = 0
    _breakers: dict[str, Breaker] = field(default_factory=dict)
    _noticed: set[tuple[str, str]] = field(default_factory=set)
    _running: dict[tuple[str, str], asyncio.Task[None]] = field(default_factory=dict)
    _slots: asyncio.Semaphore | None = None
    _hints: set[asyncio.Task[None]] = field(default_factory=set)
    _closing: bool = False

    # -- hints -------------------------------------------------------------------------------------

    def notice(self, contact_id: str, channel: str) -> None:
        """Something was written for this contact: send it soon."""
        key = (contact_id, channel)
        if channel in DIRECT or self._closing:
            return
        self._noticed.add(key)
        if key not in self._running:
            self._running[key] = asyncio.create_task(
                self._serve(contact_id, channel), name=f"courier {contact_id}"
            )

    def sweep(self, *, grace_s: float) -> int:
        """Take up what has been due for `grace_s` and what the dead have left; gives how many."""
        now = self.clock.now()
        before = now - timedelta(seconds=grace_s)
        found = self.db.read(lambda c: records.due(c, now, before))
        for contact_id, channel in found:
            self.notice(contact_id, channel)
        return len(found)

    def begun(self, channel: str, account: str, provider_id: str) -> None:
        """Show the contact that their message is being answered, where the channel can."""
        found = self.channels.find(channel, account) if channel not in DIRECT else None
        if found is None or self._closing or len(self._hints) >= _MOST_HINTS:
            return
        task = asyncio.create_task(found.seen(provider_id), name="seen")
        self._hints.add(task)
        task.add_done_callback(self._hints.discard)

    async def settled(self) -> None:
        """Wait until nothing is being sent (jobs and tests)."""
        while self._running:
            await asyncio.wait(self._running.values())

    async def stop(self, *, within_s: float) -> None:
        """Finish what is being sent; what does not end in time is left as it stands."""
        self._closing = True
        for hint in self._hints:
            hint.cancel()
        tasks = list(self._running.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    # -- one contact on one channel ----------------------------------------------------------------

    async def _serve(self, contact_id: str, channel: str) -> None:
        if self._slots is None:
            self._slots = asyncio.Semaphore(self.at_once)
        key = (contact_id, channel)
        try:
            while key in self._noticed:
                async with self._slots:
                    self._noticed.discard(key)
                    await self.deliver(contact_id, channel)
        except errors.Unavailable as cause:
            _log.warning("sending has to wait", contact=contact_id, why=cause.sentence)
        except Exception as cause:  # noqa: BLE001 - the sweep comes again
            _log.error("sending broke", contact=contact_id, channel=channel, exc_info=cause)
        finally:
            self._noticed.discard(key)
            del self._running[key]

    async def deliver(self, contact_id: str, channel: str) -> None:
        """Send what is due to a contact on a channel, in order, until something has to wait."""
        while not self._closing and await self._one(contact_id, channel):
            self.committed()

    async def _one(self, contact_id: str, channel: str) -> bool:
        """Send the next part; False where something has to wait."""
        breaker = self._breakers.setdefault(channel, Breaker())
        if not breaker.allows(self.clock.monotonic()):
            return False
        errand = await self.db.write(lambda c: self._take(c, contact_id, channel))
        if errand is None:
            breaker.untried()
            return False
        delivery = await self._send(errand)
        # An error code is an answer: one contact's limits must not hold back the others.
        if delivery.outcome in {Outcome.RETRY, Outcome.UNKNOWN} and delivery.code is None:
            breaker.failed(self.clock.monotonic())
        else:
            breaker.succeeded()
        await self.db.write(lambda c: self._settle(c, errand, delivery))
        self.sent += delivery.outcome is Outcome.SENT
        return True

    def _take(self, connection: Connection, contact_id: str, channel: str) -> _Errand | None:
        """Write the intent for the first part that is due; None where something has to wait."""
        now = self.clock.now()
        if records.is_stopped(connection, channel):
            return None
        for row in records.open_rows(connection, contact_id, channel):
            if row.state is State.SENDING:
                if row.lease_until and row.lease_until > now:
                    return None
                self._give_up(connection, row, State.UNKNOWN, _DIED)
                continue
            if row.next_attempt_at and row.next_attempt_at > now:
                return None
            errand = self._errand(connection, row)
            if isinstance(errand, str):
                self._give_up(connection, row, State.DEAD, errand)
                continue
            if errand is None:
                return None
            records.take(connection, row.id, now + timedelta(seconds=self.lease_s))
            return errand
        return None

    def _errand(self, connection: Connection, row: Outgoing) -> _Errand | str | None:
        """Make a part ready; a sentence where it can never be sent, None where not now."""
        channel = self.channels.find(row.channel, row.account)
        if channel is None:
            return None
        message = conversations.find_message(connection, self.keyring, row.message_id)
        known = identities.on_channel(connection, self.keyring, row.contact_id, row.channel)
        if message is None or not known:
            return "the message or the contact's address is gone"
        heard_at = records.heard_at(connection, row.contact_id, row.channel)
        refusal = channel.may_send(now=self.clock.now(), heard_at=heard_at)
        is_late = refusal is not None or row.code == LATE
        parts = channel.parts(
            OutboundMessage(
                text=message.text,
                quick_replies=tuple(message.quick_replies),
                citations=tuple(message.citations),
                files=tuple(message.files),
            )
        )
        if row.part >= len(parts):  # the connector divides otherwise since an update
            return "the message has no such part any more"
        part = channel.late(parts[row.part]) if is_late else parts[row.part]
        if isinstance(part, str):
            return " ".join(filter(None, (refusal or row.why, part)))
        if row.part == 0:
            records.add_parts(connection, row, len(parts))
        return _Errand(row, part, Identity(*known[0]), channel)

    def _give_up(self, connection: Connection, row: Outgoing, state: State, why: str) -> None:
        if state is State.DEAD:  # never begun: count it as an attempt that ended
            records.take(connection, row.id, self.clock.now())
        attempt = row.attempts + (state is State.DEAD)
        records.settle(connection, row, state, attempt=attempt, why=why)
        _log.warning("a message was not sent", outgoing=row.id, state=str(state), why=why)

    async def _send(self, errand: _Errand) -> Delivery:
        row = errand.outgoing
        key = reports.key_of(row, attempt=row.attempts + 1)
        try:
            async with asyncio.timeout(self.lease_s - _MARGIN_S):
                return await errand.channel.send(errand.message, errand.to, key=key)
        except TimeoutError:
            return Delivery(Outcome.UNKNOWN, why="the provider did not answer in time")
        except Exception as cause:  # noqa: BLE001 - a connector's fault must not lose the row
            _log.error("a connector broke", channel=row.channel, outgoing=row.id, exc_info=cause)
            return Delivery(Outcome.UNKNOWN, why=f"the connector broke: {type(cause).__name__}")

    def _settle(self, connection: Connection, errand: _Errand, delivery: Delivery) -> None:
        now, row = self.clock.now(), errand.outgoing
        attempt = row.attempts + 1
        settled = effects.settle(
            delivery.outcome,
            now=now,
            created_at=row.created_at,
            attempts=attempt,
            patience=self.patience,
            retry_after_s=delivery.retry_after_s,
            most_attempts=delivery.most_attempts,
            may_change=not errand.message.late,
        )
        stays_late = errand.message.late or delivery.outcome is Outcome.WINDOW
        is_over = settled.state is State.DEAD
        known_as = None
        if delivery.provider_id:
            known_as = reports.provider_key(self.keyring, row.channel, delivery.provider_id)
        written = records.settle(
            connection,
            row,
            settled.state,
            attempt=attempt,
            next_at=settled.next_attempt_at,
            provider_key=known_as,
            code=LATE if stays_late and not is_over else delivery.code,
            why=delivery.why or None,
            sent_at=now if delivery.outcome is Outcome.SENT else None,
        )
        if not written and known_as is not None:  # its report was faster than the answer
            records.name(connection, row.id, known_as)
        if delivery.outcome is Outcome.STOPPED:
            reports.halt(connection, now, row.channel, code=delivery.code, why=delivery.why)
        if delivery.outcome is not Outcome.SENT:
            _log.warning(
                "a message was not accepted",
                outgoing=row.id,
                outcome=str(delivery.outcome),
                code=delivery.code,
                why=delivery.why,
            )
