"""What LiveKit's own adapter for LangGraph does, in small.

`livekit-plugins-langchain` is no dependency of ours, so its behaviour, measured with 1.8.9, stands
here: it sends the whole chat with LiveKit's ids on every turn, forwards anything with content, runs
the graph again for every guess at the end of a turn, and learns nothing of what was heard.
"""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages

RESULT = '{"booked": true, "reference": "D-4711"}'
SAYS = "Your demo is booked. Is there anything else?"


class _State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


class StockAdapter:
    """A booking graph behind the adapter. `bookings` counts what the tool did."""

    def __init__(self) -> None:
        self.bookings = 0
        self._chat: list[tuple[str, str, str]] = []
        graph = StateGraph(_State)
        graph.add_node("model", self._model)
        graph.add_node("tools", self._tools)
        graph.add_edge(START, "model")
        graph.add_conditional_edges("model", _calls, ["tools", END])
        graph.add_edge("tools", "model")
        self._graph = graph.compile(checkpointer=InMemorySaver())
        self._config: Any = {"configurable": {"thread_id": "call"}}

    async def turn(self, words: str, *, guesses: int = 1, heard: str | None = None) -> str:
        """Take a turn of the caller's; gives what is spoken. LiveKit keeps what was `heard`."""
        spoken, before = "", list(self._chat)
        for guess in range(guesses):  # each is a message of its own to LiveKit
            self._chat = [*before, (f"item_{len(before)}_{guess}", "user", words)]
            spoken = await self._run()
        self._chat.append((f"item_{len(self._chat)}", "assistant", heard or spoken))
        return spoken

    async def memory(self) -> list[BaseMessage]:
        """Give what the model will be told of the past."""
        found: list[BaseMessage] = (await self._graph.aget_state(self._config)).values["messages"]
        return found

    async def _run(self) -> str:
        kinds = {"user": HumanMessage, "assistant": AIMessage}
        given: Any = {"messages": [kinds[role](text, id=key) for key, role, text in self._chat]}
        spoken = ""
        stream: Any = self._graph.astream(given, self._config, stream_mode="messages")
        async for piece, _ in stream:
            spoken += str(piece.content)
        return spoken

    async def _model(self, state: _State) -> dict[str, Any]:
        last = state["messages"][-1]
        if isinstance(last, HumanMessage) and "yes" in str(last.content):
            call = {"name": "schedule_demo", "args": {}, "id": f"c{self.bookings}"}
            return {"messages": [AIMessage("", tool_calls=[call])]}
        return {"messages": [AIMessage(SAYS)]}

    async def _tools(self, state: _State) -> dict[str, Any]:
        self.bookings += 1
        answer = state["messages"][-1]
        assert isinstance(answer, AIMessage)
        return {"messages": [ToolMessage(RESULT, tool_call_id=answer.tool_calls[0]["id"])]}


def _calls(state: _State) -> str:
    return "tools" if getattr(state["messages"][-1], "tool_calls", None) else END
