"""Runs a turn's graph within its limits and says how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage, messages_from_dict
from langgraph.errors import GraphRecursionError
from langgraph.types import Command

from appliance.conversation import graph, parking
from appliance.conversation.limits import LimitReached
from appliance.conversation.parking import Parking
from appliance.conversation.receipts import Receipt
from appliance.conversation.run import Run
from appliance.conversation.toolbox import LaneLost, Toolbox
from appliance.conversation.values import Question
from appliance.core import logs

_log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended: the messages it added, and what stopped it, if anything.

    `failed` is a limit's name or "error"; then the desk says so and hands over.
    """

    added: tuple[BaseMessage, ...]
    questions: tuple[Question, ...] = ()
    failed: str | None = None


class Engine:
    """Model and tools, over one compiled graph."""

    def __init__(self, toolbox: Toolbox, lot: Parking) -> None:
        self._lot = lot
        self._graph = graph.compiled(toolbox, lot.memory)

    async def answer(
        self,
        run: Run,
        messages: Sequence[BaseMessage],
        *,
        begun: Sequence[BaseMessage],
        limit_s: float,
    ) -> Ending:
        """Run a turn on history and new words; `begun` is what an earlier life of it recorded."""
        given = {"messages": [*messages, *begun]}
        return await self._run(run, given, known=len(messages), limit_s=limit_s)

    async def resume(
        self,
        run: Run,
        decisions: Mapping[str, Mapping[str, Any]],
        *,
        begun: Sequence[BaseMessage],
        limit_s: float,
    ) -> Ending | None:
        """Go on with a parked turn; None where it is not parked any more.

        Where an earlier resumption got past the parked calls before it died, what it recorded
        (`begun`) is where this one goes on.
        """
        self._lot.forget(run.turn_id)
        if not await self._lot.unpark(run.turn_id):
            return None
        state = await self._graph.aget_state(parking.thread(run.turn_id))
        messages: list[BaseMessage] = state.values["messages"]
        known = max(i for i, message in enumerate(messages) if message.type == "human") + 1
        given: Any = Command(resume=dict(decisions))
        if _went_past(messages, begun):
            self._lot.forget(run.turn_id)
            given = {"messages": [*messages[:known], *begun]}
        return await self._run(run, given, known=known, limit_s=limit_s)

    async def discard(self, turn_id: str) -> None:
        """Forget a parked turn that has ended."""
        await self._lot.discard(turn_id)

    async def _run(self, run: Run, given: Any, *, known: int, limit_s: float) -> Ending:
        config = parking.thread(run.turn_id)
        config["recursion_limit"] = 4 + 2 * (run.meter.model_calls_most + run.meter.tool_calls_most)
        try:
            async with asyncio.timeout(limit_s):
                result = await self._graph.ainvoke(given, config, context=run, durability="exit")
        except (LimitReached, TimeoutError, GraphRecursionError) as stop:
            return Ending((), failed=stop.which if isinstance(stop, LimitReached) else "seconds")
        except LaneLost:
            raise
        except Exception as cause:  # noqa: BLE001 - whatever broke, the contact gets an answer
            _log.error("a turn broke", turn=run.turn_id, kind=type(cause).__name__, exc_info=cause)
            return Ending((), failed="error")
        else:
            waits = tuple(_question(found) for found in result.get("__interrupt__", ()))
            if waits:
                await self._lot.park(run.turn_id)
            return Ending(tuple(result["messages"][known:]), waits)
        finally:
            self._lot.forget(run.turn_id)


def _went_past(parked: Sequence[BaseMessage], begun: Sequence[BaseMessage]) -> bool:
    """Tell whether every call the turn was parked on has its recorded result."""
    last = next((m for m in reversed(parked) if isinstance(m, AIMessage)), None)
    asked = {call["id"] for call in last.tool_calls} if last else set()
    return bool(asked) and asked <= {
        message.tool_call_id for message in begun if isinstance(message, ToolMessage)
    }


def begun_by(receipts: Sequence[Receipt]) -> list[BaseMessage]:
    """Give the messages an earlier life of a turn recorded: answers with calls, and tool results.

    The last answer may lack results; its calls are run (again, by receipt) before the model speaks.
    """
    answers: dict[str, AIMessage] = {}
    results: dict[str, list[ToolMessage]] = {}
    for receipt in receipts:
        answer = messages_from_dict([receipt.call["ai"]])[0]
        assert isinstance(answer, AIMessage)
        mark = ",".join(str(call["id"]) for call in answer.tool_calls)
        answers.setdefault(mark, answer)
        if receipt.part == "result":
            call = receipt.call["call"]
            status = "success" if receipt.value["status"] == "success" else "error"
            results.setdefault(mark, []).append(
                ToolMessage(
                    content=receipt.value["content"],
                    tool_call_id=call["id"],
                    name=call["name"],
                    status=status,
                )
            )
    return [
        message for mark, answer in answers.items() for message in (answer, *results.get(mark, ()))
    ]


def _question(found: Any) -> Question:
    value = found.value
    return Question(found.id, value["tool"], value["question"], value["customer"], value["reason"])
