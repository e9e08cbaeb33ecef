"""What a tool may ask the appliance for. Assembly binds each port to a room, per call.

Writing ports act once per (turn, tool, arguments, ordinal): their effect and its receipt are one
transaction, and a turn that starts again gets the recorded answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal, Protocol

from appliance.contacts.values import Card as Card  # noqa: PLC0414 - tools read it here
from appliance.contacts.values import Question as Question  # noqa: PLC0414


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of the company that may be quoted. `score` is in 0..1, higher is better.

    `sure` tells that they most likely answer; else they only speak of something near.
    """

    text: str
    source: str
    score: float
    sure: bool = True


class Passages(Protocol):
    """What the company knows: typed facts first, then documents."""

    async def search(self, query: str, *, limit: int = 5) -> list[Passage]:
        """Find the best passages, best first; empty when nothing fits."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product on the price list; `price` in `currency`, per `per` and `period`."""

    id: str
    name: str
    description: str
    price: Decimal
    currency: str
    per: str
    period: str


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """A line of a quote; savings and discounts are negative."""

    text: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Quote:
    """What a product costs; the lines add up to what is paid at a time.

    `per_month` and `per_year` are None for what is paid once, `once` is None for all else. `term`
    tells how it is paid: with "yearly", `per_month` is what the yearly price works out at.
    """

    product: Product
    seats: int
    term: str
    discount_percent: Decimal
    lines: tuple[QuoteLine, ...]
    per_month: Decimal | None
    per_year: Decimal | None
    once: Decimal | None


class Prices(Protocol):
    """The price list as it holds today."""

    async def find(self, words: str) -> Product | None:
        """Find the product these words name, or None."""

    async def search(self, words: str, *, limit: int = 5) -> list[Product]:
        """Find products that fit what a customer looks for, best first."""

    async def all(self) -> list[Product]:
        """List all products that are sold today."""

    async def quote(
        self,
        product: Product,
        *,
        seats: int,
        term: Literal["monthly", "yearly"],
        discount_percent: Decimal,
        authority: Decimal,
        yearly_saving: Decimal,
    ) -> Quote:
        """Calculate what a product costs, in exact decimals.

        `authority` is the largest discount that may be given and `yearly_saving` what yearly
        payment saves, both as fractions.

        Raises:
            Refused: the discount is beyond the authority.
        """


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that can be booked; aware instants."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Booking:
    """A booked slot. `file_id` is its calendar file (ICS)."""

    id: str
    reference: str
    starts_at: datetime
    ends_at: datetime
    file_id: str


class SlotTaken(Exception):  # noqa: N818 - an answer, not an error
    """Somebody else has that time; `free` are near ones that are still to be had."""

    def __init__(self, free: Sequence[Slot]) -> None:
        super().__init__("taken")
        self.free = tuple(free)


class SlotClosed(Exception):  # noqa: N818
    """That time cannot be had; `free` are near ones.

    `why` is past, too_soon (inside the minimum notice), too_far (beyond the horizon), closed (the
    whole day), outside_hours, or off_grid (bookings start at a quarter of an hour).
    """

    def __init__(self, why: str, free: Sequence[Slot]) -> None:
        super().__init__(why)
        self.why = why
        self.free = tuple(free)


class Slots(Protocol):
    """The calendar of what can be booked, and the bookings."""

    async def free(
        self,
        on: date,
        *,
        kind: str,
        duration_min: int,
        buffer_min: int,
        capacity: int,
        horizon_days: int = 60,
    ) -> list[Slot]:
        """List the free slots of a day in order."""

    async def book(
        self,
        on: date,
        at: time,
        *,
        kind: str,
        duration_min: int,
        buffer_min: int,
        capacity: int,
        horizon_days: int = 60,
        name: str,
        email: str,
    ) -> Booking:
        """Book a slot for this contact, moving the contact's earlier booking of this conversation.

        Raises:
            SlotTaken: no seat is left at that time.
            SlotClosed: closed, past, too soon, too far ahead, outside hours or off the grid.
        """


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead on file; `is_new` tells whether this call made it."""

    id: str
    reference: str
    is_new: bool


class Leads(Protocol):
    """People who may buy."""

    async def save(
        self,
        *,
        name: str,
        email: str | None,
        phone: str | None,
        company: str | None,
        interest: str | None,
    ) -> Lead:
        """Make or complete this contact's lead."""


class ContactCard(Protocol):
    """The contact of this conversation, and no other."""

    async def read(self) -> Card:
        """Give what is known."""

    async def save(
        self,
        *,
        name: str | None = None,
        email: str | None = None,
        phone: str | None = None,
        company: str | None = None,
    ) -> Card:
        """Add to what is known; a None leaves a field as it is."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A person has been asked to take over.

    `open_now` tells whether somebody is there; `next_open_at` when somebody will be (aware), if
    not now.
    """

    id: str
    reference: str
    department: str | None
    open_now: bool
    next_open_at: datetime | None


class Handoffs(Protocol):
    """People."""

    async def ask(self, *, reason: str, summary: str, department: str | None = None) -> Ticket:
        """Ask a person to take this conversation over."""


class Surveys(Protocol):
    """The survey questions, and this contact's answers."""

    async def next(self) -> Question | None:
        """Give the first question this contact has not answered, or None."""

    async def answer(self, number: int, words: str) -> Question | None:
        """Record an answer; gives the next open question, or None."""


ALL: tuple[type, ...] = (Passages, Prices, Slots, Leads, ContactCard, Handoffs, Surveys)
