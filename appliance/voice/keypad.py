"""The keypad menu: what the telephone offers with neither a model nor a key.

Hours, the next free appointment, a message, a person: spoken by recordings, chosen by keys. It asks
no recogniser and no language model, and books through the same calendar as the bot.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from appliance.assembly.house import Appliance
from appliance.config.model import BotConfig, MenuChoice
from appliance.conversation import spoken
from appliance.conversation.values import Conversation
from appliance.core import errors, logs
from appliance.services.bookings.port import BookedSlots
from appliance.toolkit.ports import Booking, Slot, SlotClosed, SlotTaken
from appliance.voice import phrases, voicemail
from appliance.voice.phrases import Sentence
from appliance.voice.values import CallOutcome, Ended, IncomingCall

_WAIT_S = 8.0
_LAST_WAITS = 2
_AHEAD_DAYS = 60
_MOST_OFFERED = 20
_BOOKED_BY = "schedule_demo"

_log = logs.get(__name__)


class KeypadLine(Protocol):
    """A call's sound, for a voice made of recordings."""

    @property
    def gone(self) -> asyncio.Event:
        """Set once the other side has hung up."""

    async def play(self, samples: bytes, *, until: Callable[[], bool]) -> None:
        """Speak samples of 16 bits at 8 kHz; stop early once `until` says so."""

    async def key(self, within_s: float) -> str | None:
        """Give the next key, pressed already or in time; else None."""

    def has_key(self) -> bool:
        """Tell whether a key waits to be read."""

    async def record(self, most_s: float) -> bytes:
        """Listen until a key is pressed, the caller is gone or the time is up: 16 bits at 8 kHz."""

    async def hand_over(self) -> bool:
        """Put the caller through to a person; False where nobody took the call."""

    async def hang_up(self) -> None:
        """End the call, once what was said is heard."""


class _Left(Exception):  # noqa: N818 - not an error
    """The caller has hung up."""


async def answer(call: IncomingCall, line: KeypadLine, house: Appliance) -> CallOutcome:
    """Hold a call by keys to its end.

    Raises:
        Unavailable: the appliance is in safe mode, or its store cannot be written.
    """
    config = house.bots.the_live().config
    conversation = await house.db.write(
        lambda c: spoken.begin(
            c,
            house.keyring,
            house.clock.now(),
            caller=call.identity,
            account=call.called or "",
            region=config.client.region,
        )
    )
    menu = Menu(house=house, call=call, line=line, config=config, conversation=conversation)
    began = house.clock.monotonic()
    try:
        ended = await menu.run()
    except _Left:
        ended = Ended.CALLER
    await line.hang_up()
    return CallOutcome(
        call_id=call.call_id,
        ended=ended,
        conversation_id=conversation.id,
        turns=menu.choices,
        seconds=house.clock.monotonic() - began,
        handoff=menu.reference,
    )


@dataclass(slots=True, kw_only=True)
class Menu:
    """One call's menu. `choices` counts the keys that led somewhere."""

    house: Appliance
    call: IncomingCall
    line: KeypadLine
    config: BotConfig
    conversation: Conversation
    choices: int = 0
    reference: str | None = None
    _words: list[str] = field(default_factory=list)

    async def run(self) -> Ended:
        """Offer the menu again and again until the caller is served or silent."""
        await self._say(phrases.WELCOME)
        offered = self.config.voice.phone.menu
        doing: dict[MenuChoice, Callable[[], Awaitable[Ended | None]]] = {
            "hours": self._hours,
            "booking": self._booking,
            "message": self._message,
            "person": self._person,
        }
        silences = 0
        while silences < _LAST_WAITS:
            await self._say(phrases.menu(offered))
            key = await self._key()
            if key is None:
                silences += 1
                await self._say(phrases.STILL_THERE)
                continue
            silences = 0
            if key.isdigit() and 0 < int(key) <= len(offered):
                self.choices += 1
                ended = await doing[offered[int(key) - 1]]()
                if ended is not None:
                    return ended
            elif key not in {"*", "#"}:
                await self._say(phrases.UNKNOWN)
        await self._say(phrases.GOODBYE)
        return Ended.SILENCE

    # -- what can be chosen ----------------------------------------------------------------------

    async def _hours(self) -> None:
        await self._say(phrases.hours(self.house.bots.the_live().calendar))

    async def _booking(self) -> Ended | None:
        """Offer free appointments one by one."""
        if self.call.caller is None:
            await self._say(phrases.NO_NUMBER)
            return await self._message()
        for slot in await self._free():
            await self._say(phrases.offer(slot.starts_at.astimezone(self._zone)))
            key = await self._key()
            if key == "1":
                return await self._book(slot)
            if key != "2":
                return None
        await self._say(phrases.NONE_FREE)
        return None

    async def _book(self, slot: Slot) -> Ended | None:
        at = slot.starts_at.astimezone(self._zone)
        try:
            booking: Booking = await self._slots().book_by_phone(
                at.date(), at.time(), number=self.call.caller or "", **self._terms()
            )
        except (SlotTaken, SlotClosed):
            await self._say(phrases.JUST_TAKEN)
            return await self._booking()
        _log.info("an appointment was booked by keys", reference=booking.reference)
        await self._say(phrases.booked(at, booking.reference))
        await self._say(phrases.GOODBYE)
        return Ended.SERVED

    async def _message(self) -> Ended | None:
        """Take a message; a person gets a ticket for it."""
        await self._say(phrases.LEAVE_MESSAGE)
        await self.line.play(phrases.TONE, until=lambda: False)
        heard = await self.line.record(voicemail.LONGEST_S)
        self.reference = await voicemail.keep(self.house, self.conversation, self.call, heard)
        if self.reference is None:
            await self._say(phrases.MESSAGE_EMPTY)
            return None
        await self._say(phrases.MESSAGE_KEPT)
        await self._say(phrases.GOODBYE)
        return Ended.SERVED

    async def _person(self) -> Ended | None:
        await self._say(phrases.PUTTING_THROUGH)
        if await self.line.hand_over():
            return Ended.TRANSFERRED
        await self._say(phrases.NOBODY_THERE)
        return await self._message()

    # -- parts -----------------------------------------------------------------------------------

    async def _say(self, sentence: Sentence) -> None:
        """Speak a sentence; a key ends it. It stands in the conversation's record."""
        if self.line.gone.is_set():
            raise _Left
        await self.house.db.write(
            lambda c: spoken.said(
                c,
                self.house.keyring,
                self.house.clock.now(),
                self.conversation,
                sentence.text,
                {"aside": True, "keypad": True},
            )
        )
        own = self.house.settings.data_dir / "recordings"
        await self.line.play(sentence.samples(own), until=self.line.has_key)

    async def _key(self) -> str | None:
        key = await self.line.key(_WAIT_S)
        if key is None and self.line.gone.is_set():
            raise _Left
        return key

    async def _free(self) -> Sequence[Slot]:
        """List the next free appointments in order."""
        found: list[Slot] = []
        today = self.house.clock.now().astimezone(self._zone).date()
        for ahead in range(_AHEAD_DAYS):
            found += await self._slots().free(today + timedelta(days=ahead), **self._terms())
            if len(found) >= _MOST_OFFERED:
                break
        return found[:_MOST_OFFERED]

    @property
    def _zone(self) -> ZoneInfo:
        return self.house.bots.the_live().calendar.zone

    def _slots(self) -> BookedSlots:
        async def once(part: str, unit: Callable[[Any], Any]) -> Any:  # noqa: ARG001
            return await self.house.db.write(unit)

        return BookedSlots(
            db=self.house.db,
            keyring=self.house.keyring,
            clock=self.house.clock,
            calendar=self.house.bots.the_live().calendar,
            contact_id=self.conversation.contact_id,
            conversation_id=self.conversation.id,
            once=once,
        )

    def _terms(self) -> dict[str, Any]:
        """Give what the booking tool's settings say of appointments."""
        made = self.house.toolkit.settings_of(_BOOKED_BY)
        given = next(
            (each.config for each in self.config.workflow.tools if each.name == _BOOKED_BY), {}
        )
        if made is None:
            raise errors.Misconfigured(f"The tool {_BOOKED_BY} has no settings to book by.")
        try:
            return {"kind": "demo", **made.model_validate(given).model_dump()}
        except ValueError as cause:
            raise errors.Misconfigured(f"The settings of {_BOOKED_BY} are not valid.") from cause
