"""Follow-ups by telephone: reminders of appointments, and whatever else asks for a call.

A follow-up is an action of the type `call`; it owes one call (`services.dials`), and says in the
end what became of it. Every step may be repeated at any time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from appliance.assembly import dials
from appliance.assembly.office import Office
from appliance.config import versions
from appliance.contacts import identities
from appliance.core import errors
from appliance.core.effects import State
from appliance.core.store.database import Connection
from appliance.services.bookings import records as bookings
from appliance.services.bookings import wording
from appliance.services.dials import port, wishes
from appliance.services.dials import records as owed
from appliance.services.dials.values import Terms
from appliance.services.followups import records as followups
from appliance.services.followups.records import Action, Status
from appliance.toolkit import say_moment

CALL = "call"
_REMINDER = "reminder-"
_ANSWERED = {State.SENT, State.DELIVERED}


def look(office: Office) -> None:
    """Take in who wishes to be called, lay down the reminders that are due, and move every call on.

    Wishes are read whether calls are on or not: who forbids them today is not called next year.
    """
    now = office.clock.now()
    wishes.take_in(office.db, office.keyring, now)
    config = versions.live(office.db)
    if config is None or not config.voice.outbound.enabled:
        return
    terms = dials.terms_of(config)
    if (before_h := terms.outbound.remind_before_h) is not None:
        office.db.write_now(lambda c: _remind(c, office, terms, now, timedelta(hours=before_h)))
    for action in office.db.read(lambda c: followups.due(c, office.keyring, now, CALL)):
        office.db.write_now(partial(_move, office=office, terms=terms, now=now, action=action))


def _remind(
    connection: Connection, office: Office, terms: Terms, now: datetime, before: timedelta
) -> None:
    """Lay down the reminders of appointments that begin within `before`, once each.

    Who has just booked for today knows it.
    """
    for booking in bookings.starting(connection, now, now + before):
        if booking.created_at <= booking.starts_at - before:
            when = say_moment(booking.starts_at, terms.calendar.zone)
            words = wording.reminder(when, booking.reference)
            followups.put(
                connection,
                office.keyring,
                action_id=f"{_REMINDER}{booking.id}",
                contact_id=booking.contact_id,
                action_type=CALL,
                scheduled_for=booking.starts_at - before,
                payload={"reason": words, "until": booking.starts_at.isoformat()},
            )


def _move(
    connection: Connection, office: Office, terms: Terms, now: datetime, action: Action
) -> None:
    """Owe the call of a follow-up, or write what became of it."""
    origin = f"followup:{action.id}"
    row = owed.find_by_origin(connection, origin)
    if _is_void(connection, action) and (row is None or port.cancel(connection, origin, "void")):
        followups.close(connection, office.keyring, now, action.id, "cancelled", "void")
    elif row is None:
        _owe(connection, office, terms, now, action, origin)
    elif (dial := port.opened(office.keyring, row)).is_over:
        became: Status = "done" if dial.state in _ANSWERED else "failed"
        result = dial.code or str(dial.state)
        followups.close(connection, office.keyring, now, action.id, became, result)


def _owe(
    connection: Connection,
    office: Office,
    terms: Terms,
    now: datetime,
    action: Action,
    origin: str,
) -> None:
    until = action.payload.get("until")
    try:
        port.put(
            connection,
            office.keyring,
            now,
            terms,
            origin=origin,
            contact_id=action.contact_id,
            number=_number(connection, office, action.contact_id),
            reason=str(action.payload["reason"]),
            by="followups",
            expires_at=datetime.fromisoformat(until) if until else now + port.GOOD_FOR,
        )
    except errors.Refused as cause:
        followups.close(connection, office.keyring, now, action.id, "failed", cause.sentence)


def _number(connection: Connection, office: Office, contact_id: str) -> str:
    number = identities.card(connection, office.keyring, contact_id).phone
    if number is None:
        raise errors.Refused("No telephone number of theirs is known.")
    return number


def _is_void(connection: Connection, action: Action) -> bool:
    """Tell whether an appointment that was to be reminded of holds no longer."""
    if not action.id.startswith(_REMINDER):
        return False
    booking = bookings.find(connection, action.id.removeprefix(_REMINDER))
    return booking is None or booking.state != "booked"
