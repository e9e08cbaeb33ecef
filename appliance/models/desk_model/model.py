"""DeskModel: basic mode as a LangChain chat model. The same messages give the same answer."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any

from langchain_core.language_models.base import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call, tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import ConfigDict, Field

from appliance.models.desk_model import dialogue, replay, results, turn
from appliance.models.desk_model.manner import Manner, manner_of
from appliance.models.desk_model.move import Call, Desk, Move
from appliance.models.desk_model.pack import DeskPack
from appliance.models.desk_model.slots import holidays
from appliance.models.desk_model.slots.found import Context

NAME = "desk"
_AT_ONCE = 2
"""Answers computed at a time; the event loop stays free for everybody else."""


class DeskModel(BaseChatModel):
    """Basic mode. Needs `additional_kwargs["turn"]` on the system message (see turn.py)."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    pack: DeskPack
    manners: dict[str, Manner] = Field(default_factory=dict)
    disable_streaming: bool = False
    permits: asyncio.Semaphore = Field(
        default_factory=lambda: asyncio.Semaphore(_AT_ONCE), exclude=True, repr=False
    )

    @property
    def _llm_type(self) -> str:
        return NAME

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        **_kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Give a copy that may call these tools; `tool_choice` has no meaning here."""
        manners = [manner_of(tool) for tool in tools if isinstance(tool, BaseTool | Mapping)]
        return self.model_copy(update={"manners": {one.name: one for one in manners}})

    def answer(self, messages: Sequence[BaseMessage]) -> AIMessage:
        """Take the next step of the conversation.

        Raises:
            Refused: the system message does not carry the turn's facts.
        """
        move = self._move(messages)
        return AIMessage(
            content=move.text,
            tool_calls=[tool_call(name=one.name, args=one.args, id=one.id) for one in move.calls],
            response_metadata=_metadata(move),
            usage_metadata=_usage(messages, move),
        )

    def _move(self, messages: Sequence[BaseMessage]) -> Move:
        desk = self._desk(messages)
        history = [one for one in messages if not isinstance(one, SystemMessage)]
        while history and isinstance(history[-1], AIMessage):
            history = history[:-1]
        got: dict[str, ToolMessage] = {}
        while history and isinstance(history[-1], ToolMessage):
            got[history[-1].tool_call_id] = history[-1]
            history = history[:-1]
        if got:
            asked = history[-1] if history and isinstance(history[-1], AIMessage) else None
            calls = tuple(
                Call(id=str(one["id"]), name=one["name"], args=one["args"])
                for one in (asked.tool_calls if asked else ())
            )
            if asked is not None and not _is_ours(asked):
                frame = replay.frame_of(desk, history[:-1])
                frame = replay.without_task(desk, frame, calls, got)
                return results.conclude(desk, frame, calls, got)
            return results.conclude(desk, replay.frame_of(desk, history), calls, got)
        words: list[str] = []
        while history and isinstance(history[-1], HumanMessage):
            words.insert(0, _text(history[-1]))
            history = history[:-1]
        return dialogue.decide(desk, replay.frame_of(desk, history), "\n".join(words))

    def _desk(self, messages: Sequence[BaseMessage]) -> Desk:
        facts = turn.of(messages)
        context = Context(
            now=facts.now,
            open_days=facts.open_days,
            region=self.pack.config.client.region,
            products=self.pack.products,
            named_days={
                **holidays.named(facts.today),
                **{one.name.lower(): one.on for one in self.pack.config.calendar.exceptions},
            },
        )
        said = tuple(_text(one) for one in messages if isinstance(one, HumanMessage))
        return Desk(
            pack=self.pack,
            tools=self.manners,
            turn=facts,
            context=context,
            position=len(messages),
            said=said,
            results=_results(messages),
        )

    def _generate(
        self,
        messages: list[BaseMessage],
        *_args: Any,
        **_kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self.answer(messages))])

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        *_args: Any,
        **_kwargs: Any,
    ) -> ChatResult:
        answer = await self._aside(messages)
        return ChatResult(generations=[ChatGeneration(message=answer)])

    def _stream(
        self,
        messages: list[BaseMessage],
        *_args: Any,
        **_kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        yield from _chunks(self.answer(messages))

    async def _astream(
        self,
        messages: list[BaseMessage],
        *_args: Any,
        **_kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in _chunks(await self._aside(messages)):
            yield chunk

    async def _aside(self, messages: Sequence[BaseMessage]) -> AIMessage:
        """Compute the answer beside the event loop."""
        async with self.permits:
            return await asyncio.to_thread(self.answer, messages)


def _chunks(answer: AIMessage) -> Iterator[ChatGenerationChunk]:
    """Stream an answer sentence by sentence; calls and metadata come with the last chunk."""
    for sentence in re.findall(r".+?(?:[.!?](?=\s)\s+|\n+|$)", str(answer.content), re.S):
        yield ChatGenerationChunk(message=AIMessageChunk(content=sentence))
    calls = [
        tool_call_chunk(name=one["name"], args=json.dumps(one["args"]), id=one["id"], index=place)
        for place, one in enumerate(answer.tool_calls)
    ]
    yield ChatGenerationChunk(
        message=AIMessageChunk(
            content="",
            tool_call_chunks=calls,
            response_metadata=answer.response_metadata,
            usage_metadata=answer.usage_metadata,
            chunk_position="last",
        )
    )


def _is_ours(answer: AIMessage) -> bool:
    """Tell whether basic mode gave an answer."""
    return isinstance(answer.response_metadata.get("desk"), Mapping)


def _results(messages: Sequence[BaseMessage]) -> dict[str, str]:
    """Collect the last result of each tool that did not fail."""
    names: dict[str, str] = {}
    found: dict[str, str] = {}
    for message in messages:
        if isinstance(message, AIMessage):
            names |= {str(one["id"]): one["name"] for one in message.tool_calls}
        elif isinstance(message, ToolMessage) and message.status != "error":
            name = names.get(message.tool_call_id) or message.name
            if name and results.succeeded(str(message.content)):
                found[name] = str(message.content)
    return found


def _metadata(move: Move) -> dict[str, Any]:
    return {
        "model_name": NAME,
        "model_provider": NAME,
        "desk": {
            "frame": move.frame.pack(),
            "citations": list(move.citations),
            "quick_replies": list(move.quick_replies),
            "unsure": move.unsure,
            "intent": move.intent,
        },
    }


def _usage(messages: Sequence[BaseMessage], move: Move) -> UsageMetadata:
    """Count tokens roughly, four letters each; basic mode costs nothing."""
    read = sum(len(_text(one)) for one in messages) // 4
    written = (len(move.text) + sum(len(str(one.args)) for one in move.calls)) // 4
    return UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)


def _text(message: BaseMessage) -> str:
    return message.text if isinstance(message.content, list) else str(message.content)
