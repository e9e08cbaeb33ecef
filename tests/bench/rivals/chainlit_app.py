"""The tutorial's graph behind Chainlit, in memory as its own examples have it."""

from __future__ import annotations

import chainlit as cl
from graph import builder
from langgraph.checkpoint.memory import InMemorySaver

graph = builder.compile(checkpointer=InMemorySaver())


@cl.on_message
async def answer(said: cl.Message) -> None:
    config = {"configurable": {"thread_id": cl.user_session.get("id")}}
    result = await graph.ainvoke({"messages": [("user", said.content)]}, config)
    await cl.Message(content=result["messages"][-1].content).send()
