"""Chat models that say what they are told to, and misbehave on request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field


class Scripted(BaseChatModel):
    """Streams `says` word by word.

    Attributes:
        says: The answer.
        fails_after: Raise after so many chunks; 0 raises at once.
        hangs_after: Never speak again after so many chunks.
        pace_s: Seconds between chunks.
        calls: How often it was asked; shared by bound copies.
    """

    says: str = "Hello from the model."
    fails_after: int | None = None
    hangs_after: int | None = None
    pace_s: float = 0.0
    calls: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **_kwargs: Any) -> Scripted:
        return self

    def _generate(self, messages: list[BaseMessage], *_args: Any, **_kwargs: Any) -> ChatResult:
        raise NotImplementedError("the chain streams")

    async def _astream(
        self, messages: list[BaseMessage], *_args: Any, **_kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        self.calls.append(messages)
        words = self.says.split(" ")
        for place, word in enumerate(words):
            self._misbehave(place)
            if place == self.hangs_after:
                await asyncio.sleep(3600)
            await asyncio.sleep(self.pace_s)
            text = word if place == len(words) - 1 else f"{word} "
            yield ChatGenerationChunk(message=AIMessageChunk(content=text))
        self._misbehave(len(words))
        usage = UsageMetadata(input_tokens=7, output_tokens=len(words), total_tokens=7 + len(words))
        yield ChatGenerationChunk(
            message=AIMessageChunk(
                content="",
                response_metadata={"model_name": "scripted-1"},
                usage_metadata=usage,
                chunk_position="last",
            )
        )

    def _misbehave(self, place: int) -> None:
        if place == self.fails_after:
            raise ConnectionError("the provider hung up; the customer wrote: secret words")


class Heard:
    """What a listener of the chain has on the screen."""

    def __init__(self) -> None:
        self.text = ""
        self.chunks: list[str] = []
        self.resets = 0

    async def on_text(self, text: str) -> None:
        self.text += text
        self.chunks.append(text)

    async def on_reset(self) -> None:
        self.text = ""
        self.resets += 1


def said(answer: AIMessage) -> str:
    return str(answer.content)
