"""What other rooms read of a contact."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of the contact; None where unknown."""

    name: str | None
    email: str | None
    phone: str | None
    company: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """A survey question. `number` counts from 1."""

    number: int
    text: str
