"""Keeps a spoken call's record while it is held: its row, and a row a turn as it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
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
from appliance.services.calls.values import Turn
from appliance.voice.counts import Counts
from appliance.voice.row import CallRow
from appliance.voice.talk import Talk
from appliance.voice.values import CallOutcome, IncomingCall

_log = logs.get(__name__)


@dataclass(slots=True, kw_only=True)
class Recorder:
    """One call's record."""

    house: Appliance
    talk: Talk
    counts: Counts
    row: CallRow
    _asked: ChatMessage | None = None
    _turns: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @classmethod
    async def begin(
        cls, house: Appliance, talk: Talk, call: IncomingCall, conversation: Conversation
    ) -> Recorder:
        """Record that a call begins."""
        language = house.bots.the_live().config.client.language
        counts = Counts(clock=house.clock, language=language)
        row = await CallRow.begin(house, call, conversation, figures=counts.figures)
        return cls(house=house, talk=talk, counts=counts, row=row)

    def follow(self, session: AgentSession[None]) -> None:
        """Listen to a session from its start."""
        session.on("conversation_item_added", self._item)
        session.on("user_state_changed", self._user)
        session.on("agent_state_changed", self._agent)

    async def end(self, outcome: CallOutcome) -> None:
        """Record the end."""
        self._close_turn(None)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.row.end(outcome)

    async def abandon(self) -> None:
        """Stop without an end: the row is ended as dropped."""
        await self.row.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- what happens ----------------------------------------------------------------------------

    def _item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if not isinstance(item, ChatMessage):
            return
        if item.role == "user":
            self.counts.words.append(item.text_content or "")
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
        self._write(self.house.db.write(lambda c: records.add_turn(c, self.row.call_id, turn)))

    def _user(self, event: UserStateChangedEvent) -> None:
        self.counts.caller_speaks(speaks=event.new_state == "speaking")

    def _agent(self, event: AgentStateChangedEvent) -> None:
        self.counts.bot_speaks(speaks=event.new_state == "speaking")

    # -- rows ------------------------------------------------------------------------------------

    def _write(self, unit: Coroutine[Any, Any, None]) -> None:
        async def kept() -> None:
            try:
                await unit
            except errors.Unavailable as cause:
                _log.warning("a call's record is not complete", why=cause.sentence)

        task = asyncio.create_task(kept(), name="call record")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
