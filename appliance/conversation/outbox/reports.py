"""What providers report of our messages afterwards: unordered, repeated, some of it never.

A state only rises: sent, delivered, read. `failed` counts until the message was delivered, and only
for the attempt it speaks of.
"""

from __future__ import annotations

from datetime import datetime

from appliance.connectors.messages import DeliveryReport, Status
from appliance.conversation.outbox import records
from appliance.conversation.outbox.values import LATE, Outgoing
from appliance.core import effects
from appliance.core.crypto import Keyring
from appliance.core.effects import Outcome, Patience, State
from appliance.core.store import events
from appliance.core.store.database import Connection

_RANK = {State.SENT: 1, State.DELIVERED: 2, State.READ: 3}
_STATE = {
    Status.SENT: State.SENT,
    Status.DELIVERED: State.DELIVERED,
    Status.READ: State.READ,
}


def provider_key(keyring: Keyring, channel: str, provider_id: str) -> bytes:
    """Give what a provider's message id is known by: it may hold a phone number."""
    return keyring.blind(f"sent on {channel}", provider_id)


def key_of(outgoing: Outgoing, *, attempt: int) -> str:
    """Give what travels with an attempt and comes back in reports: our id and the attempt."""
    return f"{outgoing.id}:{attempt}"


def _named(key: str) -> tuple[str, int | None]:
    outgoing_id, _, attempt = key.partition(":")
    return outgoing_id, int(attempt) if attempt.isascii() and attempt.isdigit() else None


def apply(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    report: DeliveryReport,
    *,
    patience: Patience,
) -> Outgoing | None:
    """Take a report in; gives the part it speaks of, None where it is none of ours."""
    known_as = provider_key(keyring, report.channel, report.provider_id)
    found, attempt = records.find_by_provider(connection, known_as), None
    if found is None and report.outbox_id:
        outgoing_id, attempt = _named(report.outbox_id)
        found = records.find(connection, outgoing_id)
    if found is None or found.channel != report.channel:
        return None
    if report.status is Status.FAILED:
        if attempt is None or attempt == found.attempts:
            _failed(connection, now, found, report, known_as, patience)
    elif _RANK[_STATE[report.status]] > _RANK.get(found.state, 0):
        records.report(
            connection,
            now,
            found,
            _STATE[report.status],
            provider_key=known_as,
            sent_at=report.at,
        )
    return found


def _failed(
    connection: Connection,
    now: datetime,
    found: Outgoing,
    report: DeliveryReport,
    known_as: bytes,
    patience: Patience,
) -> None:
    if found.state not in {State.SENDING, State.SENT, State.UNKNOWN}:
        return
    outcome = report.outcome or Outcome.DEAD
    if outcome is Outcome.STOPPED:
        halt(connection, now, found.channel, code=report.code, why=report.why)
    settled = effects.settle(
        outcome,
        now=now,
        created_at=found.created_at,
        attempts=found.attempts,
        patience=patience,
        most_attempts=report.most_attempts,
        may_change=found.code != LATE,
    )
    stays_late = found.code == LATE or outcome is Outcome.WINDOW
    is_over = settled.state is State.DEAD
    records.report(
        connection,
        now,
        found,
        State.FAILED if is_over else settled.state,
        provider_key=known_as if is_over else None,  # a new attempt gets a new id
        next_at=settled.next_attempt_at,
        code=LATE if stays_late and not is_over else report.code,
        why=report.why,
    )


def halt(
    connection: Connection, now: datetime, channel: str, *, code: str | None, why: str
) -> None:
    """Stop a channel at once, and tell every process."""
    records.stop(connection, now, channel, code=code, why=why or "the provider refuses the account")
    events.record(connection, now, "channel", channel=channel, stopped=True)
