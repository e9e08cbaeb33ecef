"""Look something up in what the company knows: its facts, policies and documents."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from appliance.toolkit import ToolContext, tool
from appliance.toolkit.ports import Passages


class Settings(BaseModel, extra="forbid"):
    """What bot_config.yaml may set for this tool."""

    max_results: int = Field(default=3, ge=1, le=20, description="The most passages given at once.")
    min_score: float = Field(
        default=0.35, ge=0, le=1, description="Passages less sure than this are left out."
    )


class Found(BaseModel):
    """Words of the company that may be quoted; `score` is in 0..1.

    Where `sure` is false they speak of something near and may not answer: say so, or say that you
    do not know.
    """

    text: str
    source: str
    score: float
    sure: bool


def says(found: list[Found]) -> str:
    """Quote the best passage with its source."""
    if not found:
        return "I don't have that in our information. Would you like to talk to a person?"
    return f"{found[0].text} ({found[0].source})"


@tool(
    timeout_s=10,
    effect="read",
    settings=Settings,
    says=says,
    asks={"query": "What would you like to know?"},
)
async def search_knowledge(
    ctx: ToolContext[Settings],
    library: Passages,
    query: Annotated[
        str, Field(max_length=500, description="The question, in the customer's words.")
    ],
) -> list[Found]:
    """Find what the company's own information says about a question.

    Use it before you answer a question about the company, its services or its rules. Answer only
    from what it gives; where it gives nothing, say that you do not know. What is not `sure` speaks
    of something near: use it only where it truly answers.
    """
    passages = await library.search(query, limit=ctx.settings.max_results)
    return [
        Found(
            text=passage.text,
            source=passage.source,
            score=round(passage.score, 3),
            sure=passage.sure,
        )
        for passage in passages
        if passage.score >= ctx.settings.min_score
    ]
