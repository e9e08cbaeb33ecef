"""Hearing a model out: its first word, its whole answer and its length each have their bound."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from langchain_core.language_models.base import LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.runnables import Runnable

from appliance.models.failures import Failed

OnText = Callable[[str], Awaitable[None]]


class Deaf(Exception):  # noqa: N818
    """The listener failed, not the model: no other model may be asked."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


@dataclass(slots=True, kw_only=True)
class Heard:
    """What has come so far. `letters` counts words and the arguments of calls."""

    whole: AIMessageChunk | None = None
    letters: int = 0
    spoke: bool = False

    async def listen(
        self,
        model: Runnable[LanguageModelInput, AIMessage],
        messages: Sequence[BaseMessage],
        on_text: OnText,
        *,
        first_s: float | None,
        total_s: float | None,
        most_letters: int | None,
    ) -> None:
        """Take the stream in, handing text on as it comes.

        Raises:
            TimeoutError: the first word or the end did not come in time.
            Failed: it does not stop talking.
            Deaf: `on_text` failed.
        """
        stream = _in_time(model.astream(list(messages)), first_s=first_s, total_s=total_s)
        async with contextlib.aclosing(stream):
            async for chunk in stream:
                self.whole = chunk if self.whole is None else self.whole + chunk
                text = chunk.text
                self.letters += len(text) + sum(
                    len(call["args"] or "") for call in chunk.tool_call_chunks
                )
                if most_letters is not None and self.letters > most_letters:
                    raise Failed(why="would not end", is_unwell=False)
                if text:
                    self.spoke = True
                    try:
                        await on_text(text)
                    except Exception as trouble:
                        raise Deaf(trouble) from trouble


async def _in_time(
    stream: AsyncIterator[BaseMessage], *, first_s: float | None, total_s: float | None
) -> AsyncGenerator[AIMessageChunk, None]:
    """Give the chunks; the first one that says anything and the whole each have their time."""
    loop = asyncio.get_running_loop()
    end = None if total_s is None else loop.time() + total_s
    first = None if first_s is None else loop.time() + min(first_s, total_s or first_s)
    try:
        while True:
            async with asyncio.timeout_at(first if first is not None else end):
                try:
                    chunk = await anext(stream)
                except StopAsyncIteration:
                    return
            if not isinstance(chunk, AIMessageChunk):
                raise TypeError(f"a chunk is {type(chunk).__name__}, not AIMessageChunk")
            if chunk.text or chunk.tool_call_chunks:
                first = None
            yield chunk
    finally:
        close = getattr(stream, "aclose", None)
        if close is not None:
            await close()
