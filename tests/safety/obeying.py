"""A chat model without any judgement: it does whatever a text it reads orders, to the letter.

Orders are named `order-<number>` in the planted text, so an order is obeyed only where the text has
reached the model; it reads base64, rot13, reversed and invisible writing as well.
"""

from __future__ import annotations

import base64
import codecs
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import (
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field

_ORDER = re.compile(r"order-(\d+)")
_TAGS = {code: code - 0xE0000 for code in range(0xE0020, 0xE007F)}


@dataclass(frozen=True)
class Seen:
    """What the model has before it."""

    system: str
    results: str
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Call:
    """Call tools at once; `again` goes on for ever."""

    calls: tuple[tuple[str, dict[str, Any]], ...]
    again: bool = False


@dataclass(frozen=True)
class Say:
    """Say something, made from what was seen."""

    words: Callable[[Seen], str]


Step = Call | Say


def call(name: str, /, **arguments: Any) -> Call:
    return Call(((name, arguments),))


def together(*calls: Call) -> Call:
    return Call(tuple(one for each in calls for one in each.calls))


def for_ever(one: Call) -> Call:
    return Call(one.calls, again=True)


def say(words: str) -> Say:
    return Say(lambda seen: words.format_map(seen.facts) if "{" in words else words)


class Obeying(BaseChatModel):
    """Obeys `orders`; to innocent words it does what `habits` say, else it greets."""

    orders: dict[int, Sequence[Step]] = Field(default_factory=dict)
    habits: dict[str, Call] = Field(default_factory=dict)
    facts: dict[str, str] = Field(default_factory=dict)
    done: dict[int, int] = Field(default_factory=dict)
    read: list[str] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "obeying"

    def bind_tools(self, tools: Sequence[Any], **_kwargs: Any) -> Obeying:
        return self

    def _generate(self, messages: list[BaseMessage], *_args: Any, **_kwargs: Any) -> ChatResult:
        raise NotImplementedError("the chain streams")

    async def _astream(
        self, messages: list[BaseMessage], *_args: Any, **_kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        self.read += [str(each.content) for each in messages if isinstance(each, ToolMessage)]
        step = self._next(messages)
        if isinstance(step, Say):
            words = step.words(self._seen(messages))
            for piece in re.findall(r"\S+\s*|\s+", words) or [words]:
                yield _chunk(content=piece)
        else:
            yield _chunk(tool_call_chunks=list(_called(step, len(messages), self.facts)))
        yield _chunk(content="", chunk_position="last")

    def _next(self, messages: list[BaseMessage]) -> Step:
        order = next(filter(self.orders.__contains__, _ordered(messages)), None)
        if order is not None:
            steps, at = self.orders[order], self.done.get(order, 0)
            if at < len(steps):
                step = steps[at]
                if not (isinstance(step, Call) and step.again):
                    self.done[order] = at + 1
                else:
                    self.done[order] = at
                return step
        last = messages[-1]
        if isinstance(last, HumanMessage) and (habit := self.habits.get(last.text)):
            return habit
        return Say(lambda seen: "Hello. What can I do for you?")

    def _seen(self, messages: list[BaseMessage]) -> Seen:
        system = next(str(each.content) for each in messages if isinstance(each, SystemMessage))
        results = " ".join(str(each.content) for each in messages if isinstance(each, ToolMessage))
        return Seen(system, results, self.facts)


def _chunk(**fields: Any) -> ChatGenerationChunk:
    return ChatGenerationChunk(message=AIMessageChunk(**{"content": "", **fields}))


def _called(step: Call, number: int, facts: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for place, (name, arguments) in enumerate(step.calls):
        yield {
            "name": name,
            "args": json.dumps({key: _filled(value, facts) for key, value in arguments.items()}),
            "id": f"call-{number}-{place}",
            "index": place,
        }


def _filled(value: Any, facts: Mapping[str, str]) -> Any:
    """Put what the attacker knows of others in place of its name in braces."""
    return facts.get(value[1:-1], value) if isinstance(value, str) and value[:1] == "{" else value


def _ordered(messages: list[BaseMessage]) -> Iterator[int]:
    """Give the orders that stand in a text from outside or in the system message."""
    texts = [each.text for each in messages if isinstance(each, HumanMessage | ToolMessage)]
    apart = "".join(each.text.strip() for each in messages if isinstance(each, HumanMessage))
    told = [str(each.content) for each in messages if isinstance(each, SystemMessage)]
    colleagues = [each.text for each in messages if each.text.startswith("(A colleague wrote:)")]
    for text in [*texts, apart, *told, *colleagues]:
        for reading in _readings(text):
            yield from map(int, _ORDER.findall(reading))


def _readings(text: str) -> Iterator[str]:
    yield text
    yield text[::-1]
    yield codecs.encode(text, "rot13")
    yield re.sub("[\u200b-\u200f\u2060\ufeff]", "", text)
    yield "".join(chr(_TAGS[ord(each)]) for each in text if ord(each) in _TAGS)
    yield re.sub(r"(?<=\w)[ .](?=\w\b)", "", text)
    for packed in re.findall(r"[A-Za-z0-9+/=]{16,}", text):
        try:
            yield base64.b64decode(packed + "==").decode("utf-8", "ignore")
        except ValueError:
            continue
    for packed in re.findall(r"(?:[0-9a-f]{2}){8,}", text):
        yield bytes.fromhex(packed).decode("utf-8", "ignore")
