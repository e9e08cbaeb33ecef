"""The provider dies before, during or after any of twelve turns; the contact gets their booking.

The whole appliance with the sample config, a real client library, and a model server that dies.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from appliance.assembly.house import Appliance
from appliance.services.bookings.tables import bookings
from tests.fakes.booking_model import WORDS, book_a_demo
from tests.fakes.model_house import Contact, config_for, model_house
from tests.fakes.model_script import Asked, Step
from tests.fakes.model_server import ModelServer

GIVEN = {"day": 3, "time": 4, "name": 5, "email": 7}
"""The turn (from 0) in which the contact tells each of what a booking needs."""
ASKS = {
    "day": r"which day",
    "time": r"what time",
    "name": r"(?:have|is) your name",
    "email": r"which e-mail",
}

MOMENTS = {
    "before": range(len(WORDS)),
    "during": range(len(WORDS)),
    # After the first answer of a turn; where that is the whole turn, it is before the next.
    "after": (1, 6, 9, len(WORDS) - 1),
}


@dataclass
class Provider:
    """A model server that can be told to break off, and counts what it is asked."""

    server: ModelServer
    breaks: bool = False
    dies_after: int | None = None
    answered: int = 0

    def script(self, asked: Asked) -> Step:
        self.answered += 1
        step = book_a_demo(asked)
        if self.breaks:
            return replace(step, cut_after=260, text=step.text or "One moment please.")
        if self.dies_after is not None and self.answered > self.dies_after:
            return Step(status=503)
        return step


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with ModelServer() as server:
        made = Provider(server)
        server.script = made.script
        yield made


@pytest.fixture
async def house(tmp_path: Path, provider: Provider) -> AsyncIterator[Appliance]:
    text = config_for(provider.server).replace("capacity: 1", "capacity: 100")
    async with model_house(tmp_path, text) as opened:
        assert opened.mode() == "model"
        yield opened


def booked(house: Appliance, contact: Contact) -> list[tuple[str, str, str]]:
    """Give the contact's bookings: when (UTC), name, e-mail."""
    first = house.history("visitor", contact.name, after=0, limit=1).messages[0]
    wanted = sa.select(bookings).where(bookings.c.contact_id == first.contact_id)
    keyring = house.keyring
    return [
        (
            f"{row.starts_at:%Y-%m-%d %H:%M}",
            keyring.open("bookings|name", row.id, row.name),
            keyring.open("bookings|email", row.id, row.email),
        )
        for row in house.db.read(lambda c: c.execute(wanted).all())
    ]


def asked_again(replies: list[str]) -> list[str]:
    """List what was asked for after it had been given."""
    return [
        f"{slot} in turn {turn + 1}: {reply}"
        for slot, given in GIVEN.items()
        for turn, reply in enumerate(replies)
        if turn >= given and re.search(ASKS[slot], reply, re.I)
    ]


def said_twice(reply: str) -> list[str]:
    sentences = [one.strip() for one in re.split(r"(?<=[.!?])\s+|\n+", reply) if one.strip()]
    return [one for one, times in Counter(sentences).items() if times > 1]


def is_whole(contact: Contact) -> None:
    """Check what must hold however the conversation went."""
    assert booked(contact.house, contact) == [("2026-11-19 21:00", "Jane Doe", "jane@example.com")]
    assert asked_again(contact.replies) == []
    assert [said_twice(reply) for reply in contact.replies if said_twice(reply)] == []
    assert all(contact.replies)


@pytest.mark.slow
@pytest.mark.timeout(400)  # 25 conversations of twelve turns; a busy machine takes its time
async def test_whenever_the_provider_dies_the_same_demo_is_booked(
    house: Appliance, provider: Provider
) -> None:
    for moment, deaths in MOMENTS.items():
        for turn in deaths:
            contact = Contact(house)
            house.speakers.breakers.clear()
            await provider.server.revive()
            for place, words in enumerate(WORDS):
                provider.breaks = place == turn and moment == "during"
                if place == turn and moment == "before":
                    await provider.server.die()
                if place == turn and moment == "after":
                    provider.dies_after, provider.answered = 1, 0
                await contact.say(words)
                if place == turn:
                    provider.breaks, provider.dies_after = False, None
                    await provider.server.die()

            where = f"{moment} turn {turn + 1}: {contact.replies}"
            try:
                is_whole(contact)
            except AssertionError as wrong:
                raise AssertionError(where) from wrong
            assert set(contact.by[:turn]) <= {"openai_compatible"}, where
            assert set(contact.by[turn + 1 :]) <= {"desk"}, where


async def test_while_a_provider_is_left_alone_the_page_says_basic_mode(
    house: Appliance, provider: Provider
) -> None:
    contact = Contact(house)
    await provider.server.die()

    for words in ("Hello", "When do you open?", "Thank you"):
        await contact.say(words)

    assert house.mode() == "basic"
    house.speakers.breakers.clear()
    assert house.mode() == "model"


async def test_a_provider_that_comes_and_goes_books_one_demo_all_the_same(
    house: Appliance, provider: Provider
) -> None:
    for first in (0, 1):
        contact = Contact(house)
        for place, words in enumerate(WORDS):
            house.speakers.breakers.clear()
            if place % 2 == first:
                await provider.server.die()
            else:
                await provider.server.revive()
            await contact.say(words)

        is_whole(contact)
        assert set(contact.by) == {"desk", "openai_compatible"}
