"""What is said and heard in a call by keys: recordings out, keys and messages in, all counted."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from appliance.assembly.house import Appliance
from appliance.conversation.values import Conversation
from appliance.core import errors
from appliance.services.calls import records
from appliance.services.calls.values import Turn
from appliance.voice import notes, phrases, voicemail
from appliance.voice.counts import Counts
from appliance.voice.phrases import Sentence
from appliance.voice.row import CallRow
from appliance.voice.transfer import Errand, Handed
from appliance.voice.values import Ended

_WAIT_S = 8.0


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

    async def hand_over(self, errand: Errand) -> Handed:
        """Put the caller through to a person."""

    async def hang_up(self) -> None:
        """End the call, once what was said is heard."""


class Over(Exception):  # noqa: N818 - not an error
    """The call does not go on: the caller has hung up, or the house stops."""

    def __init__(self, ended: Ended) -> None:
        super().__init__(ended)
        self.ended = ended


@dataclass(slots=True, kw_only=True)
class KeyTalk:
    """One call's. `turns` counts the choices that were answered."""

    house: Appliance
    line: KeypadLine
    conversation: Conversation
    row: CallRow
    counts: Counts
    turns: int = 0
    _began: float = field(init=False)
    _chosen_at: float | None = None
    _has_spoken: bool = False

    def __post_init__(self) -> None:
        self._began = self.house.clock.monotonic()

    @property
    def owes_answer(self) -> bool:
        """Whether nothing was said yet: at all, or to what was chosen last."""
        return not self._has_spoken or self._chosen_at is not None

    def chosen(self) -> None:
        """Take note that the caller has chosen something: what is said next answers it."""
        self._chosen_at = self.house.clock.monotonic()

    async def say(self, sentence: Sentence, *, is_law: bool = False) -> None:
        """Speak a sentence; a key ends it, unless the law wants it whole.

        Raises:
            Over: the caller is gone, or the house stops.
        """
        if over := self._over():
            raise Over(over)
        await self._record(sentence, is_law=is_law)
        chosen_at, self._chosen_at, self._has_spoken = self._chosen_at, None, True
        begins = self.house.clock.monotonic()
        if is_law:
            self.counts.disclosed_ms = round((begins - self._began) * 1000)
        await self._play(
            sentence, until=lambda: self._is_stopping or (self.line.has_key() and not is_law)
        )
        if chosen_at is not None:
            await self._add_turn(round((begins - chosen_at) * 1000))

    async def last_words(self, sentence: Sentence) -> None:
        """Speak a last sentence, even where nothing can be recorded any more."""
        with contextlib.suppress(errors.Error):
            await self._record(sentence)
        await self._play(sentence, until=lambda: False)

    async def _play(self, sentence: Sentence, *, until: Callable[[], bool]) -> None:
        self.counts.bot_speaks(speaks=True)
        try:
            await self.line.play(sentence.samples(phrases.own(self.house)), until=until)
        finally:
            self.counts.bot_speaks(speaks=False)

    async def _record(self, sentence: Sentence, *, is_law: bool = False) -> None:
        """Record a sentence in the conversation, with its second in the call."""
        extras = {
            "aside": True,
            "keypad": True,
            "offset_s": round(self.house.clock.monotonic() - self._began, 2),
            "is_disclosure": is_law,
        }
        await notes.said(self.house, self.conversation, sentence.text, extras)

    async def _add_turn(self, reply_ms: int) -> None:
        """Record a choice and when its answer began: there is nothing else to measure."""
        turn = Turn(
            ordinal=self.turns,
            message_id=None,
            end_of_turn_ms=None,
            stt_ms=None,
            first_token_ms=None,
            first_audio_ms=None,
            reply_ms=reply_ms,
            was_cut=self.line.has_key(),
            at=self.house.clock.now(),
        )
        self.turns += 1
        await self.house.db.write(lambda c: records.add_turn(c, self.row.call_id, turn))

    async def record(self, most_s: float) -> bytes:
        """Sound the tone and listen to what is said then: 16 bits at 8 kHz."""
        await self.line.play(phrases.TONE, until=lambda: False)
        heard = await self.line.record(most_s)
        if voicemail.is_message(heard):
            self.counts.caller.total_s += voicemail.seconds(heard)
        return heard

    async def key(self) -> str | None:
        """Give the next key; None where none is pressed for a while.

        Raises:
            Over: the caller is gone, or the house stops.
        """
        key = await self.line.key(_WAIT_S)
        if key is None and (over := self._over()):
            raise Over(over)
        return key

    def _over(self) -> Ended | None:
        """Say why the call does not go on."""
        if self.line.gone.is_set():
            return Ended.CALLER
        return Ended.STOPPED if self._is_stopping else None

    @property
    def _is_stopping(self) -> bool:
        return self.house.draining.is_set()
