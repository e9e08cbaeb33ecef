"""Real client libraries against fake servers: whatever a provider does, an answer comes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool

from appliance.models.speaker import Provider
from tests.fakes.asking import DIALECTS, WORDS, Asking, failed
from tests.fakes.clock import FakeClock
from tests.fakes.model_script import Script, Step, Wanted, always, in_order
from tests.fakes.model_server import ModelServer

TOLD = "We are open from nine to five. Shall I book a demo for you?"


@tool
def book(day: str, name: str = "") -> str:
    """Book a day."""
    return f"booked {day} {name}"


@tool
def look_up(words: str) -> str:
    """Look something up."""
    return words


@asynccontextmanager
async def asking(
    clock: FakeClock, dialect: str, script: Script, **settings: Any
) -> AsyncIterator[tuple[Asking, ModelServer]]:
    async with ModelServer(script) as server:
        asked = Asking(clock)
        asked.add(dialect, server, **settings)
        try:
            yield asked, server
        finally:
            await asked.close()


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_words_come_as_they_are_said_and_are_counted_and_paid(
    clock: FakeClock, dialect: str
) -> None:
    step = Step(text=TOLD, usage=(1000, 20, 600))
    async with asking(clock, dialect, always(step)) as (asked, server):
        answer = await asked.ask()

    assert answer.content == asked.heard.text == TOLD
    assert len(asked.heard.chunks) > 10
    (call,) = asked.book.calls
    assert (call.used.read, call.used.cached, call.used.written) == (1000, 600, 20)
    assert str(call.cost) == "0.00195"  # 400 x 2.50 + 600 x 1.25 + 20 x 10, a million each
    assert (call.provider, call.model, call.outcome) == (dialect, "fast-1", "answered")
    (request,) = server.requests
    assert request.model == "fast-1"
    assert [said.role for said in request.talk] == ["system", "user"]
    assert any(value.endswith("k-123") for value in request.headers.values())


async def test_a_caller_who_listens_for_a_while_finds_the_connection_still_open(
    clock: FakeClock,
) -> None:
    async with AsyncExitStack() as opened:
        every = [
            await opened.enter_async_context(asking(clock, each, always(Step(text=TOLD))))
            for each in DIALECTS
        ]
        for asked, _ in every:
            await asked.ask()

        await asyncio.sleep(5.2)  # by themselves the libraries keep one for 5 s
        for asked, _ in every:
            await asked.ask()

    assert [server.connections for _, server in every] == [1] * len(DIALECTS)


async def test_a_connection_that_was_made_before_is_the_one_that_is_asked(
    clock: FakeClock, dialect: str
) -> None:
    async with asking(clock, dialect, always(Step(text=TOLD))) as (asked, server):
        provider = asked.links[0].model
        assert isinstance(provider, Provider)
        await provider.connect()
        assert (server.connections, server.requests) == (1, [])

        await asked.ask()

        assert (server.connections, len(server.requests)) == (1, 1)
        await server.die()
        await provider.connect()  # and that there is none is for the first turn to say


async def test_tool_calls_come_whole_and_in_parallel(clock: FakeClock, dialect: str) -> None:
    calls = (Wanted("look_up", {"words": "a b c"}), Wanted("book", {"day": "monday", "name": "Jo"}))
    step = Step(text="One moment. ", calls=calls, fragment=3)
    async with asking(clock, dialect, always(step)) as (asked, server):
        answer = await asked.ask(tools=[book, look_up])

    assert [(call["name"], call["args"]) for call in answer.tool_calls] == [
        ("look_up", {"words": "a b c"}),
        ("book", {"day": "monday", "name": "Jo"}),
    ]
    assert len({call["id"] for call in answer.tool_calls}) == 2
    assert set(server.requests[0].tools) == {"book", "look_up"}


SILENT = {
    "too many requests": (Step(status=429), "too many requests (429)", 2),
    "too many requests, come back in a minute": (
        Step(status=429, headers={"retry-after": "60"}),
        "too many requests (429)",
        1,
    ),
    "an error of its own": (Step(status=500), "HTTP 500", 2),
    "overloaded": (Step(status=529), "overloaded (529)", 2),
    "a key that is not valid": (Step(status=401), "the key is not valid (401)", 1),
    "a model there is not": (Step(status=404), "no such model or address (404)", 1),
    "a request it does not like": (Step(status=400), "refused the request (400)", 1),
    "a web page": (Step(garbage="<html>It works!</html>"), "what came back is no answer", 2),
    "broken JSON": (Step(garbage='data: {"choices": [{'), "what came back is no answer", 2),
    "nothing said": (Step(), "said nothing", 1),
    "only spaces": (Step(text="   "), "said nothing", 1),
    "silence": (Step(delay_s=60), "too slow", 1),
    "a byte now and then": (Step(text=TOLD, drip_s=0.2), "too slow", 1),
}


@pytest.mark.parametrize("name", SILENT)
async def test_a_provider_that_says_nothing_of_use_is_passed_over(
    clock: FakeClock, dialect: str, name: str
) -> None:
    step, why, requests = SILENT[name]
    patience = {"first_s": 3.0} if why == "too slow" else {}  # a busy machine may take a second
    async with asking(clock, dialect, always(step), **patience) as (asked, server):
        answer = await asked.ask()

    assert answer.content == "The last one."
    assert asked.heard.text.strip() == "The last one."
    assert failed(answer) == [f"{dialect}: {why}"]
    assert len(server.requests) == requests


HALF = {
    "cut in the middle of a word": (Step(text=TOLD * 3, cut_after=1_500), "the connection broke"),
    "an end without an end": (Step(text=TOLD, ends_early=6), "broke off"),
    "no more room": (Step(text=TOLD, finish="length"), "cut off"),
    "a filter": (Step(text="We are open", finish="content_filter"), "refused"),
    "words without an end": (Step(text="na" * 60 + " ", endless=True), "would not end"),
    "too slow to the end": (Step(text=TOLD * 9, pace_s=0.1), "too slow"),
}


@pytest.mark.parametrize("name", HALF)
async def test_half_an_answer_is_taken_back_and_never_shown_beside_another(
    clock: FakeClock, dialect: str, name: str
) -> None:
    step, why = HALF[name]
    patience = {"total_s": 1.5} if why == "too slow" else {}
    async with asking(clock, dialect, always(step), **patience) as (asked, server):
        answer = await asked.ask()

    assert answer.content == "The last one."
    assert (asked.heard.text, asked.heard.resets) == ("The last one.", 1)
    assert failed(answer)[0].startswith(f"{dialect}: {why}")
    assert len(server.requests) == 1
    assert asked.book.calls[0].outcome != "answered"


@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
async def test_a_call_whose_arguments_are_cut_off_is_never_guessed(
    clock: FakeClock, dialect: str
) -> None:
    cut = Step(text="I book it. ", calls=(Wanted("book", raw='{"day": "monday", "name": "Jo'),))
    good = Step(calls=(Wanted("book", {"day": "monday", "name": "Jo Smith"}),))
    async with asking(clock, dialect, in_order(cut, good)) as (asked, server):
        answer = await asked.ask(tools=[book])

    assert [call["args"] for call in answer.tool_calls] == [{"day": "monday", "name": "Jo Smith"}]
    assert asked.heard.resets == 1
    assert "not complete JSON" in server.requests[1].last.text
    assert server.requests[1].last.role == "user"


@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
async def test_a_call_that_stays_broken_goes_to_the_next_model(
    clock: FakeClock, dialect: str
) -> None:
    cut = Step(calls=(Wanted("book", raw='{"day": "monday"'),))
    async with asking(clock, dialect, always(cut)) as (asked, server):
        answer = await asked.ask(tools=[book])

    assert answer.content == "The last one."
    assert failed(answer) == [f"{dialect}: garbled a tool call"]
    assert len(server.requests) == 2


async def test_a_tool_there_is_not_is_named_once_and_then_given_up(
    clock: FakeClock, dialect: str
) -> None:
    made_up = Step(calls=(Wanted("transfer_money", {"amount": 7}),))
    async with asking(clock, dialect, always(made_up)) as (asked, server):
        answer = await asked.ask(tools=[book])

    assert failed(answer) == [f"{dialect}: called a tool there is not"]
    assert "The tools are: book" in server.requests[1].last.text


async def test_the_same_call_twice_in_one_breath_is_made_once(
    clock: FakeClock, dialect: str
) -> None:
    twice = (Wanted("book", {"day": "monday"}), Wanted("book", {"day": "monday"}))
    async with asking(clock, dialect, always(Step(calls=twice))) as (asked, _):
        answer = await asked.ask(tools=[book])

    assert [call["args"]["day"] for call in answer.tool_calls] == ["monday"]


@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
@pytest.mark.parametrize("given", ["", "call_0", "not/valid\n" * 20])
async def test_ids_that_are_missing_doubled_or_strange_become_unique(
    clock: FakeClock, dialect: str, given: str
) -> None:
    calls = tuple(Wanted("book", {"day": day}, id=given) for day in ("monday", "tuesday"))
    before = AIMessage("", tool_calls=[{"name": "book", "args": {}, "id": "call_0"}])
    done = ToolMessage("done", tool_call_id="call_0")
    async with asking(clock, dialect, always(Step(calls=calls))) as (asked, _):
        answer = await asked.ask(*WORDS, before, done, tools=[book])

    found = {str(call["id"]) for call in answer.tool_calls}
    assert len(found) == 2
    assert "call_0" not in found
    assert all(len(each) <= 64 and each.replace("_", "").isalnum() for each in found)


async def test_a_failure_that_passes_is_tried_again_after_the_time_asked_for(
    clock: FakeClock, dialect: str
) -> None:
    script = in_order(Step(status=429, headers={"retry-after": "0.3"}), Step(text=TOLD))
    async with asking(clock, dialect, script) as (asked, server):
        began = time.monotonic()
        answer = await asked.ask()

        assert time.monotonic() - began >= 0.3
        assert answer.content == TOLD
        assert failed(answer) == []
        assert len(server.requests) == 2


async def test_a_server_that_is_not_there_costs_no_time(clock: FakeClock, dialect: str) -> None:
    async with asking(clock, dialect, always(Step(text=TOLD))) as (asked, server):
        await server.die()
        answer = await asked.ask()
        await server.revive()
        again = await asked.ask()

    assert failed(answer) == [f"{dialect}: the connection broke"]
    assert again.content == TOLD


async def test_without_a_key_the_next_model_answers_and_the_record_says_why(
    clock: FakeClock, dialect: str
) -> None:
    async with asking(clock, dialect, always(Step(text=TOLD))) as (asked, server):
        key = asked.keys.pop("model-key")
        answer = await asked.ask()
        asked.keys["model-key"] = key
        again = await asked.ask()

    assert failed(answer) == [f"{dialect}: the secret model-key is not set"]
    assert again.content == TOLD
    assert len(server.requests) == 1


async def test_a_new_key_is_used_from_the_next_call_on(clock: FakeClock, dialect: str) -> None:
    async with asking(clock, dialect, always(Step(text=TOLD))) as (asked, server):
        await asked.ask()
        asked.keys["model-key"] = "k-456"
        await asked.ask()

    used = [{v[-5:] for v in request.headers.values()} for request in server.requests]
    assert "k-123" in used[0]
    assert "k-456" in used[1]


HISTORY: list[BaseMessage] = [
    SystemMessage("Be brief."),
    ToolMessage("orphan", tool_call_id="gone"),
    AIMessage("Your demo is tomorrow."),
    HumanMessage("move it"),
    HumanMessage("please \ud800 \x00"),
    AIMessage(
        [
            {"type": "thinking", "thinking": "hmm secret thought", "signature": "x"},
            {"type": "text", "text": "Let me look."},
            {"type": "tool_use", "id": "toolu_1", "name": "book", "input": {"day": "x"}},
        ],
        tool_calls=[
            {"name": "book", "args": {"day": "x"}, "id": "toolu_1"},
            {"name": "look up!", "args": {}, "id": "desk_/" + "9" * 90},
        ],
    ),
    ToolMessage("", tool_call_id="toolu_1", name="book"),
    ToolMessage("nobody asked", tool_call_id="other"),
    AIMessage(""),
    AIMessage("Done."),
    AIMessage("(A colleague wrote:) Hello!"),
    HumanMessage(""),
]


async def test_every_provider_takes_a_history_that_others_wrote(
    clock: FakeClock, dialect: str
) -> None:
    async with asking(clock, dialect, always(Step(text=TOLD))) as (asked, server):
        answer = await asked.ask(*HISTORY, tools=[book])

    assert answer.content == TOLD
    (request,) = server.requests
    said = [(each.role, each.text) for each in request.talk]
    assert said[0] == ("system", "Be brief.")
    roles = " ".join(role for role, _ in said)
    assert roles == "system user bot user bot tool tool bot user"
    assert said[2] == ("bot", "Your demo is tomorrow.")
    assert said[3] == ("user", "move it\nplease ?")
    assert said[7] == ("bot", "Done.\n\n(A colleague wrote:) Hello!")
    assert all(text for role, text in said if role in {"user", "tool"})
    assert "secret thought" not in str(request.body)
    assert "orphan" not in str(request.body)
    assert "nobody asked" not in str(request.body)
    names = [call.name for each in request.talk for call in each.calls]
    assert names == ["book", "look_up_"]


async def test_the_library_itself_never_tries_again(clock: FakeClock, dialect: str) -> None:
    async with asking(clock, dialect, always(Step(status=500)), retries=0) as (asked, server):
        await asked.ask()

    assert len(server.requests) == 1
