"""Who holds a call: the bot, keys where speech is missing or breaks, or an apology. Never silence.

While the company is closed a tone for a message may stand before all of them (`voice.when_closed`).
All this is for who calls us: whom we call is spoken with, or hears the apology.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from appliance.assembly.house import Appliance
from appliance.core import errors, logs
from appliance.voice import call as calling
from appliance.voice import keypad, phrases
from appliance.voice.keypad import Opening
from appliance.voice.keytalk import KeypadLine
from appliance.voice.line import SessionIO
from appliance.voice.values import Ended, IncomingCall

_APOLOGY_S = 20.0

_log = logs.get(__name__)


async def hold(
    call: IncomingCall,
    line: SessionIO,
    house: Appliance,
    *,
    by_keys: Callable[[], Awaitable[KeypadLine]],
) -> None:
    """Hold a call to its end. `by_keys` gives the call's sound to recordings and keys."""
    try:
        if call.direction == "outbound":
            await calling.answer(call, line, house)
            return
        opening = await _spoken(call, line, house)
        if opening is not None:
            await keypad.answer(call, await by_keys(), house, opening=opening)
    except errors.Error as cause:
        _log.error("a call could not be held", call=call.call_id, why=cause.sentence)
        if not line.gone.is_set():
            await _apologise(line, house, by_keys)


async def _spoken(call: IncomingCall, line: SessionIO, house: Appliance) -> Opening | None:
    """Hold a call by speech; gives how keys go on with it, None where it is over."""
    voice = house.bots.the_live().config.voice
    if voice.when_closed == "voicemail" and not house.open_now():
        return Opening.CLOSED
    if voice.config is None:
        return Opening.MENU
    try:
        outcome = await calling.answer(call, line, house, has_keys=True)
    except errors.Error as cause:
        _log.error("speech cannot hold the call: keys do", call=call.call_id, why=cause.sentence)
        return None if line.gone.is_set() else Opening.MENU
    if outcome.ended is not Ended.BY_KEYS:
        return None
    return Opening.INSTEAD if outcome.is_disclosed else Opening.INSTEAD_UNTOLD


async def _apologise(
    line: SessionIO, house: Appliance, by_keys: Callable[[], Awaitable[KeypadLine]]
) -> None:
    """Say by a recording that nothing works, and hang up."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(_APOLOGY_S):
            speaker = await by_keys()
            await speaker.play(phrases.TROUBLE.samples(phrases.own(house)), until=lambda: False)
            await speaker.hang_up()
    await line.hang_up()
