"""The agent LiveKit runs: its words come from the desk, and only those the gate has released.

LiveKit's LLM, tools and history have no part in it. Generation ahead of the turn's end is off: the
desk records a turn before it answers, so a guess would be a turn. It would hide the model's first
token behind the end-of-turn delay (200 ms of a model that takes 250; see `make bench`).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable
from contextlib import aclosing
from typing import Any

from livekit import rtc
from livekit.agents import (
    Agent,
    ChatContext,
    ChatMessage,
    FlushSentinel,
    ModelSettings,
    StopResponse,
)
from livekit.agents.voice import SpeechHandle

from appliance.core import errors, logs
from appliance.voice import wording
from appliance.voice.speakable import speakable
from appliance.voice.talk import Pause, Reply, Talk

_log = logs.get(__name__)


class FrontdeskAgent(Agent):
    """Speaks for the desk on one call."""

    def __init__(
        self, talk: Talk, *, is_settled: Callable[[str], Awaitable[bool]] | None = None
    ) -> None:
        """`is_settled` takes what the call itself settles, so that nobody has to answer it."""
        super().__init__(instructions="")
        self._talk = talk
        self._is_settled = is_settled
        self._speech: SpeechHandle | None = None

    def follow(self, speech: SpeechHandle) -> None:
        """Take note of the speech that is being made: what of it is heard is told when it ends."""
        self._speech = speech

    async def on_user_turn_completed(
        self,
        turn_ctx: ChatContext,  # noqa: ARG002 - LiveKit's signature
        new_message: ChatMessage,
    ) -> None:
        """Keep the caller's words before anything is made of them."""
        if self._is_settled and await self._is_settled(new_message.text_content or ""):
            raise StopResponse
        await self._hear(new_message)

    async def llm_node(
        self,
        chat_ctx: ChatContext,
        tools: list[Any],  # noqa: ARG002
        model_settings: ModelSettings,  # noqa: ARG002
    ) -> AsyncGenerator[str | FlushSentinel, None]:
        """Give the desk's reply to the newest words."""
        newest = next((m for m in reversed(chat_ctx.messages()) if m.role == "user"), None)
        if newest is None:
            return
        reply = await self._hear(newest)
        if reply is None:
            yield wording.NOT_NOW
            return
        if self._speech is not None:
            self._speech.add_done_callback(lambda speech: self._ended(speech, reply))
        async with aclosing(self._talk.reply(newest.id)) as pieces:
            async for piece in pieces:
                yield FlushSentinel() if isinstance(piece, Pause) else piece

    async def tts_node(
        self, text: AsyncIterable[str], model_settings: ModelSettings
    ) -> AsyncGenerator[rtc.AudioFrame, None]:
        """Speak a text the way it should sound."""

        async def sounding() -> AsyncGenerator[str, None]:
            async for piece in text:
                yield speakable(piece)

        async for frame in Agent.default.tts_node(self, sounding(), model_settings):
            yield frame

    async def _hear(self, message: ChatMessage) -> Reply | None:
        if self._talk.reply_to(message.id) is None and (words := message.text_content):
            try:
                await self._talk.hear(words, key=message.id)
            except errors.Unavailable as cause:
                _log.error("a caller's words could not be kept", why=cause.sentence)
        return self._talk.reply_to(message.id)

    def _ended(self, speech: SpeechHandle, reply: Reply) -> None:
        if speech.interrupted:
            self._talk.was_heard(reply, heard(speech))


def heard(speech: SpeechHandle) -> str:
    """Give what of a speech was heard."""
    return "".join(
        item.text_content or ""
        for item in speech.chat_items
        if isinstance(item, ChatMessage) and item.role == "assistant"
    )
