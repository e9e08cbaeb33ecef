"""The graph every tutorial shows, with the benches' model: one tool call a turn, no latency.

The same sizes as `tests/bench/scripted.py`: tool result 400, reply 300 characters.
"""

from __future__ import annotations

import uuid
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AIMessage, AnyMessage, ToolMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages

PASSAGE = "t" * 400
REPLY = "For twelve people the middle plan fits well. ".ljust(300, "a")


class Talk(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


async def agent(state: Talk) -> dict[str, Any]:
    if isinstance(state["messages"][-1], ToolMessage):
        return {"messages": [AIMessage(REPLY, id=uuid.uuid4().hex)]}
    call = {"name": "look_up", "args": {"query": "plan for twelve"}, "id": uuid.uuid4().hex}
    return {"messages": [AIMessage("", id=uuid.uuid4().hex, tool_calls=[call])]}


async def tools(state: Talk) -> dict[str, Any]:
    call = state["messages"][-1].tool_calls[0]["id"]
    return {"messages": [ToolMessage(PASSAGE, tool_call_id=call, id=uuid.uuid4().hex)]}


# An async router stays on the event loop; a plain function would cost a thread hop a call.
async def route(state: Talk) -> str:
    return "tools" if state["messages"][-1].tool_calls else END


builder = StateGraph(Talk)
builder.add_node("agent", agent)
builder.add_node("tools", tools)
builder.add_edge(START, "agent")
builder.add_conditional_edges("agent", route, ["tools", END])
builder.add_edge("tools", "agent")
graph = builder.compile()
