"""A booking as a calendar file. Source: RFC 5545 and RFC 5546 (PUBLISH, CANCEL)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC

from icalendar import Calendar, Event, vCalAddress, vText

from appliance.services.bookings import wording
from appliance.services.bookings.records import BookingRow


@dataclass(frozen=True, slots=True)
class Organizer:
    """The company as calendars name it; `id` is its short name, `email` may be unknown."""

    id: str
    name: str
    email: str | None


def render(booking: BookingRow, organizer: Organizer) -> bytes:
    """Give the calendar file of a booking: times in UTC, one event, the same UID after a move."""
    cancelled = booking.state == "cancelled"
    event = Event()
    event.add("uid", f"{booking.event_id}@{organizer.id}")
    event.add("sequence", booking.sequence + cancelled)
    event.add("dtstamp", booking.created_at.astimezone(UTC))
    event.add("dtstart", booking.starts_at.astimezone(UTC))
    event.add("dtend", booking.ends_at.astimezone(UTC))
    event.add("summary", wording.title(booking.kind, organizer.name))
    event.add("description", wording.description(booking.reference))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if organizer.email:
        address = vCalAddress(f"mailto:{organizer.email}")
        address.params["CN"] = vText(organizer.name)
        event.add("organizer", address)
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Frontdesk//Bookings//EN")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
