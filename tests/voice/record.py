"""What a call leaves in the store, read as the appliance's own processes read it."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from appliance.assembly.office import Office, open_office
from appliance.connectors.phone import access, rooms
from appliance.connectors.phone.rooms import CallRoom, Rooms
from appliance.contacts import identities
from appliance.conversation import records, tickets
from appliance.conversation.tickets import Ticket
from appliance.conversation.values import Message, Role
from appliance.core.settings import Settings
from tests.fakes.running import wait_for
from tests.voice.calls import SOUNDS
from tests.voice.exchange import Exchange

T = TypeVar("T")
NUMBER = "+16175550123"
MONDAY = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)


@dataclass
class Desk:
    """The record of one caller."""

    exchange: Exchange
    office: Office
    number: str = NUMBER

    def messages(self) -> list[Message]:
        """Give what was said to and by the caller, oldest first."""
        db, keyring = self.office.db, self.office.keyring
        contact = db.read(lambda c: identities.find(c, keyring, kind="phone", value=self.number))
        if contact is None:
            return []
        return list(
            db.read(lambda c: records.visible_after(c, keyring, contact, after=0, most=500))
        )

    def said(self, role: Role) -> list[str]:
        return [each.text for each in self.messages() if each.role is role]

    def tickets(self) -> list[Ticket]:
        return self.office.db.read(lambda c: tickets.listed(c, self.office.keyring))

    def rooms(self) -> list[CallRoom]:
        """Ask LiveKit's server which calls there are."""
        return self.asked(lambda opened: opened.all())

    def asked(self, ask: Callable[[Rooms], Awaitable[T]]) -> T:
        """Ask LiveKit's server something."""
        entry = access.of(self.office.keyring, int(str(self.exchange.settings["livekit_port"])))

        async def answered() -> T:
            async with rooms.open_rooms(entry) as opened:
                return await ask(opened)

        return asyncio.run(answered())


def desk_of(exchange: Exchange) -> Desk:
    folder = exchange.folder
    return Desk(exchange, open_office(Settings(data_dir=folder / "data", keys_dir=folder / "keys")))


def hears(desk: Desk, words: str, *, after: int = 0) -> int:
    """Wait until the caller is told something; gives how much was said by then."""
    wait_for(
        lambda: any(words in said for said in desk.said(Role.BOT)[after:]), 40, f"said: {words}"
    )
    return len(desk.said(Role.BOT))


def narrow(sound: str, folder: Path) -> Path:
    """Give a sound as the telephone carries it: 8 kHz; silence follows it.

    baresip ends the call where the sound ends.
    """
    made = folder / f"{sound}.wav"
    subprocess.run(
        [
            "sox",
            str(SOUNDS / f"{sound}.wav"),
            "-r",
            "8000",
            "-c",
            "1",
            str(made),
            "pad",
            "0",
            "600",
        ],
        check=True,
    )
    return made
