"""Keeps a call's record while it is held: a row a turn as it ends, and a sign of life.

What a killed process leaves is complete to its last turn; `services.calls` ends its row.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from livekit.agents import (
    AgentSession,
    AgentStateChangedEvent,
    ChatMessage,
    ConversationItemAddedEvent,
    UserStateChangedEvent,
)

from appliance.assembly.house import Appliance
from appliance.conversation.values import Conversation
from appliance.core import errors, logs
from appliance.services.calls import records
from appliance.services.calls.values import Figures, Turn
from appliance.voice.talk import Talk
from appliance.voice.values import CallOutcome, IncomingCall

_ALIVE_S = 5.0
_DEAD_S = 15.0

_log = logs.get(__name__)


@dataclass(slots=True)
class _Stretch:
    """How long somebody has spoken."""

    since: float | None = None
    total_s: float = 0.0

    def now(self, at: float, *, speaks: bool) -> None:
        if self.since is not None:
            self.total_s += at - self.since
        self.since = at if speaks else None

    def ms(self, at: float) -> int:
        return round((self.total_s + (at - self.since if self.since is not None else 0)) * 1000)


@dataclass(slots=True, kw_only=True)
class Recorder:
    """One call's record."""

    house: Appliance
    talk: Talk
    call_id: str
    disclosed_ms: int | None = None
    failures: int = 0
    _caller: _Stretch = field(default_factory=_Stretch)
    _bot: _Stretch = field(default_factory=_Stretch)
    _asked: ChatMessage | None = None
    _turns: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _beat: asyncio.Task[None] | None = None

    @classmethod
    async def begin(
        cls, house: Appliance, talk: Talk, call: IncomingCall, conversation: Conversation
    ) -> Recorder:
        """Record that a call begins."""
        now = house.clock.now()
        call_id = await house.db.write(
            lambda c: records.begin(
                c,
                now,
                conversation_id=conversation.id,
                contact_id=conversation.contact_id,
                kind=call.kind,
                direction=call.direction,
                alive_until=now + timedelta(seconds=_DEAD_S),
            )
        )
        return cls(house=house, talk=talk, call_id=call_id)

    def follow(self, session: AgentSession[None]) -> None:
        """Listen to a session from its start."""
        session.on("conversation_item_added", self._item)
        session.on("user_state_changed", self._user)
        session.on("agent_state_changed", self._agent)
        self._beat = asyncio.create_task(self._live(), name="sign of life")

    async def end(self, outcome: CallOutcome) -> None:
        """Record the end."""
        await self._stop()
        self._close_turn(None)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        now, figures = self.house.clock.now(), self._figures
        await self.house.db.write(
            lambda c: records.end(
                c,
                now,
                self.call_id,
                figures,
                outcome=str(outcome.ended),
                handoff=outcome.handoff,
            )
        )

    async def abandon(self) -> None:
        """Stop without an end: the row is ended as dropped."""
        await self._stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _stop(self) -> None:
        if self._beat is not None:
            self._beat.cancel()
            await asyncio.gather(self._beat, return_exceptions=True)
            self._beat = None

    # -- what happens ----------------------------------------------------------------------------

    def _item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if not isinstance(item, ChatMessage):
            return
        if item.role == "user":
            self._close_turn(None)
            self._asked = item
        elif self._asked is not None:
            self._close_turn(item)

    def _close_turn(self, answer: ChatMessage | None) -> None:
        """Write the turn that is open; without an answer nothing of it was heard."""
        asked, self._asked = self._asked, None
        if asked is None:
            return
        told: Any = answer.metrics if answer else {}
        reply = self.talk.reply_to(asked.id)
        turn = Turn(
            ordinal=self._turns,
            message_id=reply.accepted.message_id if reply else None,
            end_of_turn_ms=_ms(asked.metrics.get("end_of_turn_delay")),
            stt_ms=_ms(asked.metrics.get("transcription_delay")),
            first_token_ms=_ms(told.get("llm_node_ttft")),
            first_audio_ms=_ms(told.get("tts_node_ttfb")),
            reply_ms=_ms(told.get("e2e_latency")),
            was_cut=answer is None or answer.interrupted,
            at=self.house.clock.now(),
        )
        self._turns += 1
        self._write(self.house.db.write(lambda c: records.add_turn(c, self.call_id, turn)))

    def _user(self, event: UserStateChangedEvent) -> None:
        self._caller.now(self.house.clock.monotonic(), speaks=event.new_state == "speaking")

    def _agent(self, event: AgentStateChangedEvent) -> None:
        self._bot.now(self.house.clock.monotonic(), speaks=event.new_state == "speaking")

    # -- rows ------------------------------------------------------------------------------------

    @property
    def _figures(self) -> Figures:
        at = self.house.clock.monotonic()
        return Figures(
            caller_ms=self._caller.ms(at),
            bot_ms=self._bot.ms(at),
            failures=self.failures,
            disclosed_ms=self.disclosed_ms,
        )

    def _write(self, unit: Coroutine[Any, Any, None]) -> None:
        async def kept() -> None:
            try:
                await unit
            except errors.Unavailable as cause:
                _log.warning("a call's record is not complete", why=cause.sentence)

        task = asyncio.create_task(kept(), name="call record")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(_ALIVE_S)
            lives = partial(
                records.goes_on,
                call_id=self.call_id,
                figures=self._figures,
                until=self.house.clock.now() + timedelta(seconds=_DEAD_S),
            )
            with contextlib.suppress(errors.Unavailable):
                await self.house.db.write(lives)


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
