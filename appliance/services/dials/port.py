"""Owing somebody a call, and what stands around every attempt to make it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from appliance.connectors.phone.answers import Answer
from appliance.core import effects, errors, ids
from appliance.core.crypto import Keyring
from appliance.core.effects import Outcome, Patience, State
from appliance.core.store.database import Connection
from appliance.services.dials import hours, numbers, records, wishes
from appliance.services.dials.records import DialRow
from appliance.services.dials.values import Dial, Terms

_NUMBER, _REASON = "dials|number", "dials|reason"
GOOD_FOR = timedelta(days=3)
"""How long a call is owed where nothing else says so."""
_LONGEST_REASON = 600
_OUTCOMES = {
    Answer.ANSWERED: Outcome.SENT,
    Answer.NO_SUCH_NUMBER: Outcome.DEAD,
    Answer.UNKNOWN: Outcome.UNKNOWN,
}
# A process that dials gives its word within the time a telephone rings, and this much more: the bot
# comes first.
_WORD_S = 120.0
_SOON = timedelta(minutes=1)
_OPEN = (State.SENDING, State.UNKNOWN)


def put(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    terms: Terms,
    *,
    origin: str,
    contact_id: str,
    number: str,
    reason: str,
    by: str,
    expires_at: datetime,
) -> Dial:
    """Owe somebody a call; an origin that has one already gets that one.

    `reason` is spoken as it stands, after the disclosure.

    Raises:
        Refused: calls are off, the number may not be called, or the reason says nothing.
    """
    if not terms.outbound.enabled:
        raise errors.Refused("The bot calls nobody. Set voice.outbound.enabled in bot_config.yaml.")
    spoken = " ".join(reason.split())
    if not spoken or len(spoken) > _LONGEST_REASON:
        raise errors.Refused(
            f"A reason is what the bot says: one to {_LONGEST_REASON} signs, not {len(spoken)}."
        )
    known_as = numbers.callable_number(number, terms)
    dial_id = ids.new_id()
    row = DialRow(
        id=dial_id,
        origin=origin,
        contact_id=contact_id,
        number=keyring.seal(_NUMBER, dial_id, known_as),
        number_blind=keyring.blind("phone", known_as),
        reason=keyring.seal(_REASON, dial_id, spoken),
        state=State.QUEUED,
        attempts=0,
        next_attempt_at=now,
        lease_until=None,
        expires_at=expires_at,
        code=None,
        created_by=by,
        created_at=now,
        answered_at=None,
    )
    if not records.add(connection, row):
        known = records.find_by_origin(connection, origin)
        assert known is not None
        row = known
    return opened(keyring, row)


def begin(
    connection: Connection, keyring: Keyring, now: datetime, dial_id: str, terms: Terms
) -> Dial | None:
    """Write the intent to dial; None where it must not be, or not now, and the row says why."""
    row = records.find(connection, dial_id)
    if row is None or row.state != State.QUEUED or (row.next_attempt_at or now) > now:
        return None
    dial = opened(keyring, row)
    settle = partial(records.change, connection, dial.id, only=[State.QUEUED])
    if (why := _never(connection, keyring, now, dial, terms)) is not None:
        settle(state=State.DEAD, code=why, next_attempt_at=None)
        return None
    waits_for, at = _not_now(connection, now, row, terms)
    if waits_for is not None:
        settle(code=waits_for, next_attempt_at=at)
        return None
    records.begin_attempt(connection, ids.new_id(), row, now)
    settle(
        state=State.SENDING,
        attempts=row.attempts + 1,
        next_attempt_at=None,
        lease_until=now + timedelta(seconds=terms.outbound.ring_s + _WORD_S),
        code=None,
    )
    return replace(dial, state=State.SENDING, attempts=row.attempts + 1)


def _never(
    connection: Connection, keyring: Keyring, now: datetime, dial: Dial, terms: Terms
) -> str | None:
    """Say why it is not dialled at all, as a code."""
    if now >= dial.expires_at:
        return "expired"
    try:
        numbers.callable_number(dial.number, terms)
    except errors.Refused:
        return "number_refused"
    return wishes.refusal(
        connection,
        keyring,
        contact_id=dial.contact_id,
        number=dial.number,
        needs_consent=terms.outbound.needs_consent,
    )


def _not_now(
    connection: Connection, now: datetime, row: DialRow, terms: Terms
) -> tuple[str | None, datetime]:
    """Say why it is not dialled now, as a code, and when to look again."""
    allowed = hours.earliest(now, terms)
    if allowed is None:
        return "no_hours", hours.next_day(now, terms)
    if allowed > now:
        return "quiet_hours", allowed
    today, tomorrow = hours.today(now, terms), hours.next_day(now, terms)
    if records.count_since(connection, today) >= terms.outbound.per_day:
        return "per_day", tomorrow
    dialled = records.count_since(connection, today, row.number_blind)
    if dialled >= terms.outbound.per_number_per_day:
        return "per_number_per_day", tomorrow
    return None, now


def end(connection: Connection, now: datetime, dial: Dial, answer: Answer, terms: Terms) -> None:
    """Write how an attempt ended. Whoever answered meanwhile, and was heard of, stays answered."""
    records.end_attempt(connection, dial.id, dial.attempts, now, answer)
    patience = Patience(
        first_s=terms.outbound.retry_after_min * 60,
        factor=1.0,
        longest_s=terms.outbound.retry_after_min * 60,
        most_attempts=terms.outbound.attempts,
        oldest=dial.expires_at - dial.created_at,
    )
    became = effects.settle(
        _OUTCOMES.get(answer, Outcome.RETRY),
        now=now,
        created_at=dial.created_at,
        attempts=dial.attempts,
        patience=patience,
    )
    answered = {"answered_at": now} if answer is Answer.ANSWERED else {}
    records.change(
        connection,
        dial.id,
        only=[State.SENDING],
        state=became.state,
        next_attempt_at=became.next_attempt_at,
        lease_until=None,
        code=answer,
        **answered,
    )


def put_back(connection: Connection, now: datetime, dial: Dial, why: str) -> None:
    """Write that it was not dialled after all; it is tried again soon, and counts as no attempt."""
    records.drop_attempt(connection, dial.id, dial.attempts)
    records.change(
        connection,
        dial.id,
        only=[State.SENDING],
        state=State.QUEUED,
        attempts=dial.attempts - 1,
        next_attempt_at=now + _SOON,
        lease_until=None,
        code=why,
    )


def answered(connection: Connection, now: datetime, dial_id: str) -> None:
    """Write that they have answered; whoever holds the call knows it best."""
    records.change(
        connection,
        dial_id,
        only=_OPEN,
        state=State.SENT,
        answered_at=now,
        lease_until=None,
        code=Answer.ANSWERED,
    )


def told(connection: Connection, dial_id: str) -> None:
    """Write that they have heard the reason to its end."""
    records.change(connection, dial_id, only=[*_OPEN, State.SENT], state=State.DELIVERED)


def give_up_left(connection: Connection, now: datetime) -> int:
    """Let what a dead process was dialling be unknown; gives how many there were.

    The telephone may have rung: only who holds the call can still say that it was answered.
    """
    left = records.left(connection, now)
    for row in left:
        records.end_attempt(connection, row.id, row.attempts, now, Answer.UNKNOWN)
        records.change(
            connection,
            row.id,
            only=[State.SENDING],
            state=State.UNKNOWN,
            lease_until=None,
            code=Answer.UNKNOWN,
        )
    return len(left)


def cancel(connection: Connection, origin: str, why: str) -> bool:
    """Owe the call no longer; False where it is under way or over."""
    row = records.find_by_origin(connection, origin)
    return row is not None and records.change(
        connection, row.id, only=[State.QUEUED], state=State.DEAD, code=why, next_attempt_at=None
    )


def find(connection: Connection, keyring: Keyring, dial_id: str) -> Dial | None:
    """Find a call we owe, by id."""
    row = records.find(connection, dial_id)
    return opened(keyring, row) if row is not None else None


def opened(keyring: Keyring, row: DialRow) -> Dial:
    """Open a row."""
    return Dial(
        id=row.id,
        origin=row.origin,
        contact_id=row.contact_id,
        number=keyring.open(_NUMBER, row.id, row.number),
        reason=keyring.open(_REASON, row.id, row.reason),
        state=State(row.state),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        expires_at=row.expires_at,
        code=row.code,
        created_by=row.created_by,
        created_at=row.created_at,
        answered_at=row.answered_at,
    )
