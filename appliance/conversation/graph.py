"""The seed's two nodes: model and tools. Each tool call is a task of its own.

Compiled once per process; the bot, the receipts and everything else a run needs come with the
runtime context, so that a checkpoint holds messages only.
"""

from __future__ import annotations

import operator
from typing import Annotated, Any, TypedDict, cast

from langchain_core.messages import AIMessage, AnyMessage, ToolMessage
from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command, Send, interrupt

from appliance.conversation.bounds import bounded
from appliance.conversation.run import Run
from appliance.conversation.toolbox import Toolbox
from appliance.core import errors
from appliance.toolkit import ApprovalNeeded, Decision

Graph = CompiledStateGraph[Any, Any, Any, Any]


class Talk(TypedDict):
    """A turn's messages: history, the new words, and what the turn adds."""

    messages: Annotated[list[AnyMessage], operator.add]


class Task(TypedDict):
    """One tool call, with the answer it stands in and its count among equal calls."""

    answer: AIMessage
    call: dict[str, Any]
    ordinal: int


def compiled(toolbox: Toolbox, saver: BaseCheckpointSaver[Any]) -> Graph:
    """Build the graph over a toolbox."""

    async def model(state: Talk, runtime: Runtime[Run]) -> Command[Any]:
        run = runtime.context
        run.meter.model_call()
        await run.gate.paragraph()
        answer = await run.bot.speaker.call(
            [run.system, *state["messages"]],
            run.bot.offered,
            run.gate.feed,
            run.on_reset,
            on_whole=run.gate.flush,
            purse=run.purse,
        )
        answer = bounded(answer, most=run.meter.tool_calls_most + 1)
        # Where to go stands in the answer: a router beside it would be a task of its own.
        goto = _pending([*state["messages"], answer]) or END
        return Command(update={"messages": [answer]}, goto=goto)

    async def tools(task: Task, runtime: Runtime[Run]) -> dict[str, Any]:
        run = runtime.context
        run.meter.tool_call()
        answer, call, ordinal = task["answer"], task["call"], task["ordinal"]
        try:
            message = await toolbox.run(run, answer, call, ordinal=ordinal)
        except ApprovalNeeded as need:
            decided = interrupt(
                {
                    "tool": call["name"],
                    "question": need.question,
                    "customer": need.customer,
                    "reason": need.reason,
                }
            )
            decision = Decision(**decided)
            try:
                message = await toolbox.run(run, answer, call, decision=decision, ordinal=ordinal)
            except ApprovalNeeded:
                raise errors.Rejected(
                    f"The tool {call['name']} asks for an approval that was already decided. "
                    "It must heed ToolContext.decision."
                ) from None
        return {"messages": [message]}

    graph: StateGraph[Any, Run, Any, Any] = StateGraph(Talk, context_schema=Run)
    graph.add_node("model", model, destinations=("tools", END))
    graph.add_node("tools", cast(Any, tools))
    graph.add_conditional_edges(START, _Enter(), ["model", "tools"])
    graph.add_edge("tools", "model")
    return graph.compile(checkpointer=saver)


class _Enter(Runnable[Talk, list[Send] | str]):
    """Where a turn begins: with the calls of an earlier life, or with the model.

    A Runnable, because LangGraph traces a plain function and gives it a task of its own.
    """

    name = "enter"

    def invoke(
        self,
        input: Talk,  # noqa: A002 - LangChain's name
        config: RunnableConfig | None = None,  # noqa: ARG002
        **_kwargs: Any,
    ) -> list[Send] | str:
        return _pending(input["messages"]) or "model"

    async def ainvoke(
        self,
        input: Talk,  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> list[Send] | str:
        return self.invoke(input, config, **kwargs)


def _pending(messages: list[AnyMessage]) -> list[Send]:
    """Give a task for each call of the last answer that has no result yet."""
    answered: set[str] = set()
    for place in range(len(messages) - 1, -1, -1):
        message = messages[place]
        if isinstance(message, ToolMessage):
            answered.add(message.tool_call_id)
            continue
        if not isinstance(message, AIMessage):
            break
        return [
            Send("tools", {"answer": message, "call": call, "ordinal": ordinal})
            for call, ordinal in _counted(messages[:place], message)
            if call["id"] not in answered
        ]
    return []


def _counted(earlier: list[AnyMessage], answer: AIMessage) -> list[tuple[dict[str, Any], int]]:
    """Number equal calls within the turn: from 0, in the order the model asked for them."""
    since = 0
    for place in range(len(earlier) - 1, -1, -1):
        if earlier[place].type == "human":
            since = place
            break
    seen = [
        (call["name"], call["args"])
        for message in earlier[since:]
        if isinstance(message, AIMessage)
        for call in message.tool_calls
    ]
    counted = []
    for call in answer.tool_calls:
        same = (call["name"], call["args"])
        counted.append((dict(call), seen.count(same)))
        seen.append(same)
    return counted
