"""What bookings say in calendars."""

from __future__ import annotations


def title(kind: str, company: str) -> str:
    """Name the event as it stands in the customer's calendar, e.g. "Demo with Acme"."""
    return f"{kind.replace('_', ' ').capitalize()} with {company}"


def description(reference: str) -> str:
    """Tell under the event how to refer to it."""
    return f"Your booking reference is {reference}. To change the time, write to us in the chat."


def reminder(when: str, reference: str) -> str:
    """Remind somebody of their appointment, by telephone."""
    return (
        f"You have an appointment on {when}, reference {reference}. "
        "If you cannot come, please tell me now."
    )
