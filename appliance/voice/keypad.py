"""The keypad menu: what the telephone offers with neither a model nor a key.

Hours, the next free appointment, a message, a person: spoken by recordings, chosen by keys. It asks
no recogniser and no language model, and books through the same calendar as the bot.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from livekit import rtc

from appliance.assembly.house import Appliance
from appliance.config.model import BotConfig, MenuChoice
from appliance.conversation.values import Conversation
from appliance.core import errors, logs
from appliance.services.bookings.port import BookedSlots
from appliance.toolkit.ports import Booking, Slot, SlotClosed, SlotTaken
from appliance.voice import notes, phrases, transfer, voicemail
from appliance.voice.counts import Counts
from appliance.voice.keytalk import KeypadLine, KeyTalk, Over
from appliance.voice.row import CallRow
from appliance.voice.transfer import Errand, Handed
from appliance.voice.values import CUT_OFF, CallOutcome, Ended, IncomingCall

_LAST_WAITS = 2
_AHEAD_DAYS = 60
_MOST_OFFERED = 20
_BOOKED_BY = "schedule_demo"
_SERVED = {Ended.SERVED, Ended.TRANSFERRED}

_log = logs.get(__name__)


class Opening(StrEnum):
    """What a call by keys begins with."""

    MENU = "menu"
    # Speech broke in the call, after the caller was told that they talk to a machine, or before.
    INSTEAD = "instead"
    INSTEAD_UNTOLD = "instead_untold"
    # The company is closed: hours, and a tone for a message.
    CLOSED = "closed"

    @property
    def is_instead(self) -> bool:
        """Whether speech broke in the call."""
        return self in {Opening.INSTEAD, Opening.INSTEAD_UNTOLD}


async def answer(
    call: IncomingCall, line: KeypadLine, house: Appliance, *, opening: Opening = Opening.MENU
) -> CallOutcome:
    """Hold a call by keys to its end.

    Raises:
        Unavailable: the appliance is in safe mode, or its store cannot be written.
    """
    config = house.bots.the_live().config
    conversation = await notes.begin(house, call)
    counts = Counts(clock=house.clock)
    row = await CallRow.begin(house, call, conversation, figures=counts.figures)
    began = house.clock.monotonic()
    menu = Menu(
        house=house,
        call=call,
        config=config,
        conversation=conversation,
        talk=KeyTalk(house=house, line=line, conversation=conversation, row=row, counts=counts),
    )
    try:
        ended = await _to_the_end(menu, opening)
        await line.hang_up()
        if ended is Ended.FAILED or (opening.is_instead and ended not in _SERVED):
            menu.reference = (await notes.ask_for_a_person(house, conversation)).reference
        outcome = CallOutcome(
            call_id=call.call_id,
            ended=ended,
            conversation_id=conversation.id,
            turns=menu.talk.turns,
            seconds=house.clock.monotonic() - began,
            handoff=menu.reference,
            is_lost=ended in CUT_OFF or (ended is Ended.CALLER and _is_in_vain(menu, opening)),
        )
        await row.end(outcome)
    finally:
        await row.stop()
    return outcome


def _is_in_vain(menu: Menu, opening: Opening) -> bool:
    """Tell whether a caller who has hung up got nothing of what they called for."""
    return menu.talk.owes_answer or (opening.is_instead and menu.talk.turns == 0)


async def _to_the_end(menu: Menu, opening: Opening) -> Ended:
    """Hold the call; whatever breaks, the caller hears of it."""
    try:
        if opening is not Opening.INSTEAD:
            await menu.talk.say(phrases.WELCOME, is_law=True)
        if opening is Opening.CLOSED:
            return await menu.take_message()
        if opening is not Opening.MENU:
            await menu.talk.say(phrases.BY_KEYS)
        return await menu.run()
    except Over as over:
        if over.ended is Ended.STOPPED:
            await menu.talk.last_words(phrases.STOPPING)
        return over.ended
    except errors.Error as cause:
        _log.error("a call by keys broke", call=menu.call.call_id, why=cause.sentence)
        await menu.talk.last_words(phrases.TROUBLE)
        return Ended.FAILED


@dataclass(slots=True, kw_only=True)
class Menu:
    """One call's menu. `reference` is the ticket of the message that was left."""

    house: Appliance
    call: IncomingCall
    config: BotConfig
    conversation: Conversation
    talk: KeyTalk
    reference: str | None = None

    async def run(self) -> Ended:
        """Offer the menu again and again until the caller is served or silent."""
        offered = self.config.voice.phone.menu
        doing: dict[MenuChoice, Callable[[], Awaitable[Ended | None]]] = {
            "hours": self._hours,
            "booking": self._booking,
            "message": self._message,
            "person": self._person,
        }
        silences = 0
        while silences < _LAST_WAITS:
            await self.talk.say(phrases.menu(offered))
            key = await self.talk.key()
            if key is None:
                silences += 1
                await self.talk.say(phrases.STILL_THERE)
                continue
            silences = 0
            if key.isdigit() and 0 < int(key) <= len(offered):
                self.talk.chosen()
                ended = await doing[offered[int(key) - 1]]()
                if ended is not None:
                    return ended
            elif key not in {"*", "#"}:
                await self.talk.say(phrases.UNKNOWN)
        await self.talk.say(phrases.GOODBYE)
        return Ended.SILENCE

    async def take_message(self) -> Ended:
        """Say when the company is open, and take a message."""
        await self.talk.say(phrases.CLOSED_NOW)
        await self._hours()
        ended = await self._message()
        if ended is None:
            await self.talk.say(phrases.GOODBYE)
        return ended or Ended.SILENCE

    # -- what can be chosen ----------------------------------------------------------------------

    async def _hours(self) -> None:
        await self.talk.say(phrases.hours(self.house.bots.the_live().calendar))

    async def _booking(self) -> Ended | None:
        """Offer free appointments one by one."""
        if self.call.caller is None:
            await self.talk.say(phrases.NO_NUMBER)
            return await self._message()
        for slot in await self._free():
            await self.talk.say(phrases.offer(slot.starts_at.astimezone(self._zone)))
            key = await self.talk.key()
            if key == "1":
                return await self._book(slot)
            if key != "2":
                return None
        await self.talk.say(phrases.NONE_FREE)
        return None

    async def _book(self, slot: Slot) -> Ended | None:
        at = slot.starts_at.astimezone(self._zone)
        try:
            booking: Booking = await self._slots().book_by_phone(
                at.date(), at.time(), number=self.call.caller or "", **self._terms()
            )
        except (SlotTaken, SlotClosed):
            await self.talk.say(phrases.JUST_TAKEN)
            return await self._booking()
        _log.info("an appointment was booked by keys", reference=booking.reference)
        await self.talk.say(phrases.booked(at, booking.reference))
        await self.talk.say(phrases.GOODBYE)
        return Ended.SERVED

    async def _message(self) -> Ended | None:
        """Take a message; a person gets a ticket for it."""
        await self.talk.say(phrases.LEAVE_MESSAGE)
        heard = await self.talk.record(voicemail.LONGEST_S)
        kept = await voicemail.keep(self.house, self.conversation, self.call, heard)
        if kept is None:
            await self.talk.say(phrases.MESSAGE_EMPTY)
            return None
        self.reference = kept
        await self.talk.say(phrases.MESSAGE_KEPT)
        await self.talk.say(phrases.GOODBYE)
        return Ended.SERVED

    async def _person(self) -> Ended | None:
        await self.talk.say(phrases.PUTTING_THROUGH)
        errand = Errand(
            department=None,
            announcement=self._announcement,
            still=partial(self.talk.say, phrases.MOMENT),
        )
        if await self.talk.line.hand_over(errand) is Handed.TAKEN:
            return Ended.TRANSFERRED
        await self.talk.say(phrases.NOBODY_THERE)
        return await self._message()

    async def _announcement(self) -> list[rtc.AudioFrame]:
        """Give what a person hears who is to take this caller."""
        return transfer.frames(phrases.PERSON_WAITING.samples(phrases.own(self.house)))

    # -- parts -----------------------------------------------------------------------------------

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
