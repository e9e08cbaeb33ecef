"""What counts as an answer: calls have ids of their own, and what is remembered goes by them."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, ToolMessage
from langchain_core.messages.tool import tool_call, tool_call_chunk
from langchain_core.tools import tool

from appliance.models.answers import whole_answer


@tool
def look(at: str) -> str:
    """Look at something."""
    return at


def heard(call_id: str, **remembered: Any) -> AIMessageChunk:
    call = tool_call_chunk(name="look", args='{"at": "it"}', id=call_id, index=0)
    return AIMessageChunk(content="", tool_call_chunks=[call], response_metadata=remembered)


def earlier(call_id: str) -> list[Any]:
    call = tool_call(name="look", args={"at": "it"}, id=call_id)
    return [AIMessage("", tool_calls=[call]), ToolMessage("it", tool_call_id=call_id)]


def test_a_call_keeps_its_id_where_nobody_has_it() -> None:
    memory = {"frame": {"parts": [{"call": "desk_2", "words": "desk_1"}]}}

    answer = whole_answer(
        heard("desk_2", desk=memory), [look], earlier("desk_1"), says_why_it_ends=False
    )

    assert [call["id"] for call in answer.tool_calls] == ["desk_2"]
    assert answer.response_metadata["desk"] == memory


def test_what_an_answer_remembers_of_its_calls_goes_by_their_new_ids() -> None:
    memory = {"frame": {"parts": ({"call": "desk_1", "text": ""}, {"call": "", "text": "so"})}}

    answer = whole_answer(
        heard("desk_1", desk=memory), [look], earlier("desk_1"), says_why_it_ends=False
    )

    [call] = answer.tool_calls
    assert call["id"] != "desk_1"
    assert answer.response_metadata["desk"]["frame"]["parts"] == [
        {"call": call["id"], "text": ""},
        {"call": "", "text": "so"},
    ]
