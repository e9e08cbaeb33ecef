"""What may become of an effect outside: one machine for messages, CRM rows, alerts and issues.

An effect is a row. Its intent (`sending`) is on the disk before the call; afterwards it is done,
waits for another attempt, is dead, or `unknown`: the call may have got through. Unknown is
reconciled by what the provider reports later, never blindly repeated.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# Every pause is at its longest by then; a float ends at 2 ** 1024, after a day of trying.
_STEADY_AFTER = 100


class Outcome(StrEnum):
    """How one attempt ended.

    SENT: accepted. RETRY: surely not accepted, may work later. UNKNOWN: may have been accepted.
    WINDOW: not now and not like this (a template or the contact's next message is needed).
    DEAD: never. STOPPED: the account must not send at all until a person acts.
    """

    SENT = "sent"
    RETRY = "retry"
    UNKNOWN = "unknown"
    WINDOW = "window"
    DEAD = "dead"
    STOPPED = "stopped"


class State(StrEnum):
    """Where an effect stands. `delivered` and `read` are what a provider reports of a message."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often to try."""

    first_s: float = 2.0
    factor: float = 2.5
    longest_s: float = 900.0
    most_attempts: int = 12
    oldest: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an attempt's outcome makes of its row."""

    state: State
    next_attempt_at: datetime | None = None


def settle(
    outcome: Outcome,
    *,
    now: datetime,
    created_at: datetime,
    attempts: int,
    patience: Patience,
    retry_after_s: float | None = None,
    most_attempts: int | None = None,
    may_change: bool = False,
) -> Settlement:
    """Say what follows from an attempt; `attempts` counts it too.

    `may_change`: outside the window it may be tried at once in another form.
    """
    if outcome is Outcome.SENT:
        return Settlement(State.SENT)
    if outcome is Outcome.UNKNOWN:
        return Settlement(State.UNKNOWN)
    if outcome is Outcome.WINDOW and may_change:
        return Settlement(State.QUEUED, now)
    if outcome in {Outcome.DEAD, Outcome.WINDOW}:
        return Settlement(State.DEAD)
    if outcome is Outcome.RETRY and attempts >= (most_attempts or patience.most_attempts):
        return Settlement(State.DEAD)
    wait_s = retry_after_s if retry_after_s is not None else pause_s(attempts, patience)
    next_at = now + timedelta(seconds=wait_s)
    if next_at - created_at > patience.oldest:
        return Settlement(State.DEAD)
    return Settlement(State.QUEUED, next_at)


def pause_s(attempts: int, patience: Patience) -> float:
    """Give the pause after so many attempts, with jitter so that many rows spread out."""
    growth = patience.factor ** min(attempts - 1, _STEADY_AFTER)
    steady = min(patience.first_s * growth, patience.longest_s)
    return steady * random.uniform(0.8, 1.2)  # noqa: S311 - no secret
