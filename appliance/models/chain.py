"""Models in order: the first that answers in time is heard; the last one always answers.

A model that fails after it began to speak is taken back (`on_reset`) before the next one speaks,
so nobody reads half of two answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog
from langchain_core.language_models.base import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool

from appliance.core.breaker import Breaker
from appliance.core.clock import Clock, SystemClock
from appliance.core.errors import Unavailable

log = structlog.get_logger(__name__)

OnText = Callable[[str], Awaitable[None]]
OnReset = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Link:
    """One model of the chain.

    Attributes:
        name: The provider's name in records.
        model: Any LangChain chat model.
        first_s: Seconds until the first chunk must be there.
        total_s: Seconds until the answer must be whole.
    """

    name: str
    model: BaseChatModel
    first_s: float = 8.0
    total_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Chain:
    """The models of one config, in order; the last one stands outside breaker and time-out."""

    links: Sequence[Link]
    clock: Clock = field(default_factory=SystemClock)
    _breakers: dict[str, Breaker] = field(default_factory=dict)

    async def call(
        self,
        messages: list[BaseMessage],
        tools: list[BaseTool],
        on_text: OnText,
        on_reset: OnReset,
    ) -> AIMessage:
        """Answer by the first model that can. `response_metadata["chain"]` tells how it went.

        Raises:
            Unavailable: every model failed, the last one too.
        """
        failed: list[str] = []
        for place, link in enumerate(self.links):
            is_last = place == len(self.links) - 1
            breaker = self._breakers.setdefault(link.name, Breaker())
            if not is_last and not breaker.allows(self.clock.monotonic()):
                failed.append(f"{link.name}: resting")
                continue
            try:
                answer = await self._ask(link, messages, tools, on_text, on_reset, is_last=is_last)
            except _Failed as failure:
                breaker.failed(self.clock.monotonic())
                failed.append(f"{link.name}: {failure}")
                log.warning("model failed", provider=link.name, why=str(failure))
                continue
            breaker.succeeded()
            answer.response_metadata["chain"]["failed"] = failed
            return answer
        raise Unavailable(
            "No model could answer "
            f"({'; '.join(failed) or 'the chain is empty'}). Try again in a moment."
        )

    async def _ask(
        self,
        link: Link,
        messages: list[BaseMessage],
        tools: list[BaseTool],
        on_text: OnText,
        on_reset: OnReset,
        *,
        is_last: bool,
    ) -> AIMessage:
        """Hear one model out, handing its text on as it comes."""
        began = self.clock.monotonic()
        whole: AIMessageChunk | None = None
        spoke = False
        model = link.model.bind_tools(tools) if tools else link.model
        try:
            async for chunk in _in_time(model, messages, link, unhurried=is_last):
                whole = chunk if whole is None else whole + chunk
                if text := chunk.text:
                    spoke = True
                    await _heard(on_text, text)
        except _Deaf as deaf:
            raise deaf.cause from None
        except Exception as trouble:
            if spoke:
                await on_reset()
            raise _Failed(_reason(trouble)) from trouble
        if whole is None or not (whole.text or whole.tool_calls):
            raise _Failed("said nothing")
        return _finished(whole, link, int((self.clock.monotonic() - began) * 1000))


class _Failed(Exception):  # noqa: N818 - a fact, not an error
    """A model did not answer; the next one is asked."""


class _Deaf(Exception):  # noqa: N818
    """The listener failed, not the model: no other model may be asked."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


async def _heard(on_text: OnText, text: str) -> None:
    try:
        await on_text(text)
    except Exception as trouble:
        raise _Deaf(trouble) from trouble


async def _in_time(
    model: Runnable[LanguageModelInput, AIMessage],
    messages: list[BaseMessage],
    link: Link,
    *,
    unhurried: bool,
) -> AsyncIterator[AIMessageChunk]:
    """Give the chunks; the first one and the whole each have their time."""
    stream = model.astream(messages)
    loop = asyncio.get_running_loop()
    end = None if unhurried else loop.time() + link.total_s
    first = None if unhurried else loop.time() + min(link.first_s, link.total_s)
    try:
        while True:
            async with asyncio.timeout_at(first if first is not None else end):
                try:
                    chunk = await anext(stream)
                except StopAsyncIteration:
                    return
            first = None
            yield _chunk(chunk)
    finally:
        close = getattr(stream, "aclose", None)
        if close is not None:
            await close()


def _chunk(chunk: object) -> AIMessageChunk:
    if not isinstance(chunk, AIMessageChunk):
        raise TypeError(f"a chunk is {type(chunk).__name__}, not AIMessageChunk")
    return chunk


def _reason(trouble: Exception) -> str:
    """Name a failure without its text, which may carry what the customer wrote."""
    return "too slow" if isinstance(trouble, TimeoutError) else type(trouble).__name__


def _finished(whole: AIMessageChunk, link: Link, latency_ms: int) -> AIMessage:
    usage = whole.usage_metadata
    return AIMessage(
        content=whole.content,
        tool_calls=whole.tool_calls,
        invalid_tool_calls=whole.invalid_tool_calls,
        usage_metadata=usage,
        response_metadata={
            **whole.response_metadata,
            "chain": {
                "provider": link.name,
                "model": whole.response_metadata.get("model_name", link.name),
                "latency_ms": latency_ms,
                "input_tokens": usage["input_tokens"] if usage else 0,
                "output_tokens": usage["output_tokens"] if usage else 0,
            },
        },
    )
