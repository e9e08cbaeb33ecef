"""Models in order: the first that answers in time is heard; the last one always answers.

A model that fails after it began to speak is taken back (`on_reset`) before the next one speaks,
so nobody reads half of two answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from langchain_core.language_models.base import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool

from appliance.core.breaker import Breaker
from appliance.core.clock import Clock, SystemClock
from appliance.core.errors import Unavailable
from appliance.models import history, ledger
from appliance.models.answers import whole_answer
from appliance.models.failures import Failed, Garbled, failure_of
from appliance.models.hearing import Deaf, Heard, OnText
from appliance.models.ledger import ModelCall, OpenPurse, Purse, Rates

log = structlog.get_logger(__name__)

OnReset = Callable[[], Awaitable[None]]
OnWhole = Callable[[], Awaitable[None]]

_SHORTEST_S = 0.25
"""With less time left a paid model is not asked any more."""
_PAUSE_S = 0.2


class Source(Protocol):
    """Gives a model when it is asked for: the key is read and the library imported only then."""

    def open(self) -> BaseChatModel:
        """Give the model.

        Raises:
            Failed: the key is missing, or the library cannot make it.
        """


@dataclass(frozen=True, slots=True)
class Link:
    """One model of the chain.

    Attributes:
        name: The provider's name in records.
        model: Any LangChain chat model, or where to get it.
        first_s: Seconds until the first word must be there.
        total_s: Seconds until the answer must be whole.
        called: The provider's name of the model, in records and price lists.
        key: Whose breaker it shares: the same server and model, in every config version.
        retries: How often a passing failure is tried again before a word was heard.
        most_letters: The longest answer, words and arguments of calls together.
        is_foreign: Reads history without our marks, and says why its answer ends.
        rates: What it costs.
    """

    name: str
    model: BaseChatModel | Source
    first_s: float = 8.0
    total_s: float = 20.0
    called: str = ""
    key: str = ""
    retries: int = 0
    most_letters: int | None = None
    is_foreign: bool = False
    rates: Rates = ledger.BUILT_IN


@dataclass(slots=True)
class _Asked:
    """What one call of the chain asks every model."""

    messages: Sequence[BaseMessage]
    tools: Sequence[BaseTool]
    on_text: OnText
    on_reset: OnReset
    on_whole: OnWhole
    purse: Purse


async def _nothing() -> None:
    """Where nobody wants to know that the words are whole."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The models of one config, in order; the last one stands outside breaker and time-out."""

    links: Sequence[Link]
    clock: Clock = field(default_factory=SystemClock)
    breakers: dict[str, Breaker] = field(default_factory=dict)
    _bound: dict[int, _Bound] = field(default_factory=dict)

    async def call(
        self,
        messages: list[BaseMessage],
        tools: list[BaseTool],
        on_text: OnText,
        on_reset: OnReset,
        *,
        on_whole: OnWhole = _nothing,
        purse: Purse | None = None,
    ) -> AIMessage:
        """Answer by the first model that can. `response_metadata["chain"]` tells how it went.

        `on_whole` hears that all words of the answer have come, before its cost is written.

        Raises:
            Unavailable: every model failed, the last one too.
        """
        asked = _Asked(messages, tools, on_text, on_reset, on_whole, purse or OpenPurse())
        failed: list[str] = []
        for place, link in enumerate(self.links):
            try:
                if place == len(self.links) - 1:
                    answer = await self._ask(link, asked, messages, within_s=None)
                else:
                    answer = await self._try(link, asked)
            except Failed as failure:
                failed.append(f"{link.name}: {failure}")
                continue
            answer.response_metadata["chain"]["failed"] = failed
            return answer
        raise Unavailable(
            "No model could answer "
            f"({'; '.join(failed) or 'the chain is empty'}). Try again in a moment."
        )

    async def _try(self, link: Link, asked: _Asked) -> AIMessage:
        """Ask one model: again after a failure that passes, once more after a call it garbled."""
        breaker = self.breakers.setdefault(link.key or link.name, Breaker())
        ends = self._ends(link, asked.purse)
        self._check(link, asked.purse, ends)
        if not breaker.allows(self.clock.monotonic()):
            raise Failed(why="resting")
        try:
            answer = await self._insist(link, asked, ends)
        except Failed as failure:
            log.warning("model failed", provider=link.name, model=link.called, why=str(failure))
            now = self.clock.monotonic()
            if not failure.is_unwell:
                breaker.untried()
            elif failure.retry_after_s:
                breaker.rest(now, failure.retry_after_s)
            else:
                breaker.failed(now)
            raise
        breaker.succeeded()
        return answer

    async def _insist(self, link: Link, asked: _Asked, ends: float) -> AIMessage:
        messages = history.plain(asked.messages) if link.is_foreign else list(asked.messages)
        retries, corrected = 0, False
        while True:
            try:
                within_s = ends - self.clock.monotonic()
                return await self._ask(link, asked, messages, within_s=within_s)
            except Garbled as garbled:
                if corrected:
                    raise Failed(why=garbled.why, is_unwell=False) from None
                corrected = True
                messages = [*messages, HumanMessage(garbled.correction)]
            except Failed as failure:
                pause = failure.retry_after_s or _PAUSE_S * 2**retries
                in_time = self.clock.monotonic() + pause + _SHORTEST_S < ends
                if not failure.passes or retries >= link.retries or not in_time:
                    raise
                retries += 1
                await asyncio.sleep(pause)
            self._check(link, asked.purse, ends)

    def _ends(self, link: Link, purse: Purse) -> float:
        """Give the moment by which a link must have answered."""
        ends = self.clock.monotonic() + link.total_s
        return ends if purse.paid_until is None else min(ends, purse.paid_until)

    def _check(self, link: Link, purse: Purse, ends: float) -> None:
        """Raise Failed where there is no time or no money for this model."""
        if ends - self.clock.monotonic() < min(_SHORTEST_S, link.total_s / 2):
            raise Failed(why="no time left", is_unwell=False)
        why = None if link.rates.is_free(self.clock.now().date()) else purse.closed()
        if why is not None:
            raise Failed(why=why, is_unwell=False)

    async def _ask(
        self, link: Link, asked: _Asked, messages: list[BaseMessage], *, within_s: float | None
    ) -> AIMessage:
        """Hear one model out, handing its text on as it comes; what it cost is taken down."""
        began = self.clock.monotonic()
        heard = Heard()
        outcome = "stopped"
        try:
            await heard.listen(
                self._model(link, asked.tools),
                messages,
                asked.on_text,
                first_s=None if within_s is None else min(link.first_s, within_s),
                total_s=within_s,
                most_letters=link.most_letters,
            )
            answer = whole_answer(
                heard.whole, asked.tools, asked.messages, says_why_it_ends=link.is_foreign
            )
            outcome = "answered"
        except Deaf as deaf:
            raise deaf.cause from None
        except Garbled as garbled:
            outcome = str(garbled)
            if heard.spoke:
                await asked.on_reset()
            raise
        except Exception as trouble:  # noqa: BLE001 - a library may raise anything
            failure = failure_of(trouble)
            outcome = failure.why
            if heard.spoke:
                await asked.on_reset()
                failure.passes = False  # what was heard once is not asked for again
            if isinstance(trouble, TimeoutError) and within_s and within_s < link.first_s:
                failure.is_unwell = False  # it was the turn that had no time left
            raise failure from None
        else:
            await asked.on_whole()  # the last words do not wait for their bill's commit
        finally:
            call = self._call(link, messages, heard, outcome, began)
            await asked.purse.spent(call)
        answer.response_metadata["chain"] = _record(link, answer, call)
        return answer

    def _model(
        self, link: Link, tools: Sequence[BaseTool]
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Give a link's model with the tools bound; binding takes milliseconds, so it is kept."""
        model = link.model if isinstance(link.model, BaseChatModel) else link.model.open()
        if not tools:
            return model
        kept = self._bound.get(id(link))
        if kept is None or not kept.fits(model, tools):
            kept = self._bound[id(link)] = _Bound(model, tuple(tools), model.bind_tools(tools))
        return kept.runnable

    def _call(
        self, link: Link, messages: Sequence[BaseMessage], heard: Heard, outcome: str, began: float
    ) -> ModelCall:
        whole = heard.whole
        usage = whole.usage_metadata if whole is not None else None
        was_heard = whole is not None or outcome in {"too slow", "stopped"}
        letters = sum(len(message.text) for message in messages) if was_heard else 0
        used = ledger.used_of(usage, read=letters, written=heard.letters)
        return ModelCall(
            provider=link.name,
            model=link.called or link.name,
            outcome=outcome,
            latency_ms=int((self.clock.monotonic() - began) * 1000),
            used=used,
            cost=link.rates.cost(used, self.clock.now().date()),
            currency=link.rates.currency,
        )


@dataclass(frozen=True, slots=True)
class _Bound:
    """A model with tools bound to it."""

    model: BaseChatModel
    tools: tuple[BaseTool, ...]
    runnable: Runnable[LanguageModelInput, AIMessage]

    def fits(self, model: BaseChatModel, tools: Sequence[BaseTool]) -> bool:
        """Tell whether it is the same model with the very same tools."""
        return (
            model is self.model
            and len(tools) == len(self.tools)
            and all(one is other for one, other in zip(tools, self.tools, strict=True))
        )


def _record(link: Link, answer: AIMessage, call: ModelCall) -> dict[str, object]:
    return {
        "provider": link.name,
        "model": answer.response_metadata.get("model_name", call.model),
        "latency_ms": call.latency_ms,
        "input_tokens": call.used.read,
        "output_tokens": call.used.written,
        "cost": None if call.cost is None else str(call.cost),
    }
