"""A model without latency that calls one tool a turn, for our engine and for the tutorial's graph.

The same sizes on both sides: question 120, tool result 400, reply 300 characters.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, ToolMessage
from langchain_core.tools import BaseTool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages

from appliance.core import ids
from appliance.models.ledger import Purse
from tests.bench.tools.look_up import PASSAGE

QUESTION = (
    "Which of your plans would you suggest for a team of twelve that works mostly from home? " * 2
)[:120]
REPLY = (
    "For twelve people the middle plan fits well. It holds shared boards and reports. "
    "The smaller one has no reports, and the larger one is made for companies. "
) * 2
REPLY = REPLY[:299] + "."


def answer(messages: list[Any]) -> AIMessage:
    """Call the tool after a question, reply after its result."""
    if isinstance(messages[-1], ToolMessage):
        return AIMessage(REPLY, id=ids.new_id())
    call = {"name": "look_up", "args": {"query": "plan for twelve"}, "id": ids.new_id()}
    return AIMessage("", id=ids.new_id(), tool_calls=[call])


MODEL_CALLS = 2


class Scripted:
    """Our engine's speaker: the reply goes through the send gate word by word.

    Each of a turn's two calls takes `delay_s`.
    """

    def __init__(self, delay_s: float = 0.0) -> None:
        self._delay_s = delay_s

    async def call(
        self,
        messages: list[BaseMessage],
        tools: list[BaseTool],
        on_text: Callable[[str], Awaitable[None]],
        on_reset: Callable[[], Awaitable[None]],
        *,
        on_whole: Callable[[], Awaitable[None]],
        purse: Purse | None = None,
    ) -> AIMessage:
        if self._delay_s:
            await asyncio.sleep(self._delay_s)
        made = answer(messages)
        if made.text:
            for word in made.text.split(" "):
                await on_text(word + " ")
        await on_whole()
        return made


def scripted(*_: object) -> Scripted:
    return Scripted()


class Talk(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


def tutorial(saver: Any) -> Any:
    """The graph every tutorial shows: one thread a conversation, for ever."""

    async def agent(state: Talk) -> dict[str, Any]:
        return {"messages": [answer(state["messages"])]}

    async def tools(state: Talk) -> dict[str, Any]:
        last = state["messages"][-1]
        assert isinstance(last, AIMessage)
        call = last.tool_calls[0]["id"]
        return {"messages": [ToolMessage(PASSAGE, tool_call_id=call, id=ids.new_id())]}

    async def route(state: Talk) -> str:
        last = state["messages"][-1]
        return "tools" if isinstance(last, AIMessage) and last.tool_calls else END

    graph = StateGraph(Talk)
    graph.add_node("agent", agent)
    graph.add_node("tools", tools)
    graph.add_edge(START, "agent")
    graph.add_conditional_edges("agent", route, ["tools", END])
    graph.add_edge("tools", "agent")
    return graph.compile(checkpointer=saver)


@asynccontextmanager
async def on_disk(path: Path) -> AsyncIterator[Any]:
    """The tutorial's graph over AsyncSqliteSaver as it comes: WAL, synchronous FULL."""
    async with AsyncSqliteSaver.from_conn_string(str(path)) as saver:
        await saver.setup()
        yield tutorial(saver)


@asynccontextmanager
async def in_memory(_: Path) -> AsyncIterator[Any]:
    """The tutorial's graph over InMemorySaver: nothing survives the process."""
    yield tutorial(InMemorySaver())


async def ask(graph: Any, thread: str) -> None:
    """One turn of the tutorial's graph."""
    config = {"configurable": {"thread_id": thread}}
    await graph.ainvoke({"messages": [("user", QUESTION)]}, config)
