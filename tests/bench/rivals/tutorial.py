"""The code every tutorial shows: FastAPI over a LangGraph thread. SAVER=sqlite or memory."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from graph import builder
from pydantic import BaseModel

compiled: dict[str, Any] = {}


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    if os.environ["SAVER"] == "memory":
        from langgraph.checkpoint.memory import InMemorySaver

        compiled["graph"] = builder.compile(checkpointer=InMemorySaver())
        yield
        return
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    async with AsyncSqliteSaver.from_conn_string("tutorial.db") as saver:
        compiled["graph"] = builder.compile(checkpointer=saver)
        yield


app = FastAPI(lifespan=lifespan)


class Said(BaseModel):
    session: str
    text: str


@app.post("/chat")
async def chat(said: Said) -> dict[str, str]:
    config = {"configurable": {"thread_id": said.session}}
    result = await compiled["graph"].ainvoke({"messages": [("user", said.text)]}, config)
    return {"reply": result["messages"][-1].content}


@app.get("/ok")
async def ok() -> dict[str, bool]:
    return {"ok": True}


@app.post("/bare")
async def bare(said: Said) -> dict[str, str]:
    """The bare handler: reads its JSON, keeps nothing, answers."""
    return {"session": said.session}
