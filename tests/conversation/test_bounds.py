"""Tool calls beyond measure are cut before anything stores, hashes or follows them."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage

from appliance.conversation.bounds import LONGEST_NAME, TOO_LARGE, bounded


def answer(*arguments: dict[str, Any], name: str = "find") -> AIMessage:
    calls = [{"name": name, "args": each, "id": f"c{n}"} for n, each in enumerate(arguments)]
    return AIMessage("", tool_calls=calls)


def deep(levels: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for _ in range(levels):
        made = {"in": made}
    return made


def test_an_ordinary_answer_stays_as_it_is() -> None:
    given = answer({"query": "x" * 2000, "more": [1, 2.5, None, True]}, {"of": deep(5)})

    assert bounded(given, most=8) is given


@pytest.mark.parametrize(
    "arguments",
    [{"query": "x" * 20_000}, {"q": ["x"] * 20_000}, {"n": 10**60_000}, deep(5000),
     {f"a{n}": n for n in range(5000)}],
    ids=["long", "many", "big number", "deep", "many names"],
)  # fmt: skip
def test_arguments_beyond_measure_are_left_out(arguments: dict[str, Any]) -> None:
    (call,) = bounded(answer(arguments), most=8).tool_calls

    assert call["args"] == TOO_LARGE
    assert (call["name"], call["id"]) == ("find", "c0")


def test_a_name_beyond_measure_is_cut() -> None:
    (call,) = bounded(answer({}, name="x" * 100_000), most=8).tool_calls

    assert len(call["name"]) == LONGEST_NAME


def test_only_so_many_calls_are_kept() -> None:
    assert len(bounded(answer(*[{"n": n} for n in range(10_000)]), most=9).tool_calls) == 9
