"""The router over several providers: who rests, who is asked again, what time and money allow."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from langchain_core.messages import HumanMessage

from appliance.config.model import ModelPrice
from appliance.models import ledger
from appliance.models.ledger import BUILT_IN, Rates, Used
from tests.fakes.asking import Asking, failed
from tests.fakes.clock import FakeClock
from tests.fakes.model_house import Contact, config_for, model_house
from tests.fakes.model_script import Step, always, in_order
from tests.fakes.model_server import ModelServer
from tests.fakes.running import wait_for

GOOD = Step(text="We are open.")


@pytest.fixture
async def asked(clock: FakeClock) -> AsyncIterator[Asking]:
    made = Asking(clock)
    yield made
    await made.close()


async def test_a_provider_that_fails_three_times_rests_and_then_one_call_tries(
    asked: Asking, clock: FakeClock
) -> None:
    async with ModelServer(always(Step(status=500))) as server:
        asked.add("openai", server, retries=0)

        for _ in range(5):
            answer = await asked.ask()
        assert failed(answer) == ["openai: resting"]
        assert len(server.requests) == 3
        assert asked.speakers.resting() == 1

        clock.advance(seconds=31)
        await asked.ask()
        await asked.ask()
        assert len(server.requests) == 4

        clock.advance(seconds=31)
        server.script = always(GOOD)
        answers = [await asked.ask() for _ in range(2)]
        assert [answer.content for answer in answers] == ["We are open."] * 2
        assert asked.speakers.resting() == 0


async def test_a_new_config_version_does_not_forget_that_a_provider_rests(asked: Asking) -> None:
    async with ModelServer(always(Step(status=500))) as server:
        asked.add("openai", server, retries=0)
        for _ in range(3):
            await asked.ask()

        asked.links.clear()
        asked.add("openai", server, retries=0, temperature=0.9)
        answer = await asked.ask()

        assert failed(answer) == ["openai: resting"]
        assert len(server.requests) == 3


async def test_words_a_provider_does_not_like_do_not_make_it_rest_for_everybody(
    asked: Asking,
) -> None:
    async with ModelServer(always(Step(status=400))) as server:
        asked.add("openai", server)
        for _ in range(6):
            await asked.ask()

        server.script = always(GOOD)
        assert (await asked.ask()).content == "We are open."


async def test_a_provider_that_asks_for_a_pause_is_left_alone_for_it(
    asked: Asking, clock: FakeClock
) -> None:
    busy = Step(status=429, headers={"retry-after": "120"})
    async with ModelServer(in_order(busy, then=always(GOOD))) as server:
        asked.add("openai", server)
        await asked.ask()

        clock.advance(seconds=100)
        assert failed(await asked.ask()) == ["openai: resting"]
        clock.advance(seconds=25)
        assert (await asked.ask()).content == "We are open."
        assert len(server.requests) == 2


async def test_the_next_provider_begins_clean_and_reads_the_same_history(asked: Asking) -> None:
    half = Step(text="We are op en from nine to", ends_early=6)
    async with ModelServer(always(half)) as first, ModelServer(always(GOOD)) as second:
        asked.add("openai", first)
        asked.add("anthropic", second)
        answer = await asked.ask()

    assert answer.content == asked.heard.text == "We are open."
    assert asked.heard.resets == 1
    assert failed(answer) == ["openai: broke off"]
    (request,) = second.requests
    assert [said.text for said in request.talk] == ["Be brief.", "hello"]
    assert [call.outcome for call in asked.book.calls] == ["broke off", "answered"]


async def test_where_no_time_is_left_only_the_last_model_is_asked(
    asked: Asking, clock: FakeClock
) -> None:
    async with ModelServer(always(GOOD)) as server:
        asked.add("openai", server)
        asked.book.paid_until = clock.monotonic() + 0.1
        answer = await asked.ask()

    assert failed(answer) == ["openai: no time left"]
    assert server.requests == []


async def test_a_provider_cut_short_by_the_turns_own_limit_is_not_blamed(
    asked: Asking, clock: FakeClock
) -> None:
    async with ModelServer(always(Step(delay_s=60))) as server:
        asked.add("openai", server)
        for _ in range(4):
            asked.book.paid_until = clock.monotonic() + 0.6
            answer = await asked.ask()

    assert failed(answer) == ["openai: too slow"]
    assert asked.speakers.resting() == 0


async def test_a_compatible_server_is_told_the_longest_answer_in_the_older_word(
    asked: Asking,
) -> None:
    async with ModelServer(always(GOOD)) as server:
        asked.add("openai_compatible", server, max_tokens=77, credentials_secret=None)
        asked.add("openai", server, max_tokens=78)
        await asked.ask()
        asked.links.pop(0)
        await asked.ask()

    compatible, own = (request.body for request in server.requests)
    assert compatible["max_tokens"] == 77
    assert "max_completion_tokens" not in compatible
    assert own["max_completion_tokens"] == 78
    assert "temperature" not in own


async def test_a_slow_provider_leaves_basic_mode_the_time_to_answer(tmp_path: Path) -> None:
    slow = Step(text="Well, you see, " * 40, pace_s=0.3)
    async with ModelServer(always(slow)) as server:
        text = config_for(
            server, llm="first_s: 60\ntotal_s: 60", behavior="  limits: { seconds: 10 }\n"
        )
        async with model_house(tmp_path, text) as house:
            jane = Contact(house)
            reply = await jane.say("Where can I park?")

            assert "garage" in reply
            assert "Well" not in reply
            assert jane.by == ["desk"]
            assert jane.kept[0]["models_failed"] == ["openai_compatible: too slow"]


def price(first: date, **more: object) -> ModelPrice:
    fields = {"model": "m", "input": 1, "output": 2, "valid_from": first, **more}
    return ModelPrice.model_validate(fields)


def test_the_price_that_has_begun_last_holds() -> None:
    rates = Rates((price(date(2026, 6, 1), input=5), price(date(2026, 1, 1))))
    used = Used(1_000_000, 0)

    assert rates.cost(used, date(2026, 5, 31)) == 1
    assert rates.cost(used, date(2026, 6, 1)) == 5
    assert rates.cost(used, date(2025, 12, 31)) is None


def test_kept_tokens_cost_like_others_unless_they_have_a_price() -> None:
    used = Used(1_000_000, 0, cached=400_000)

    assert Rates((price(date(2026, 1, 1)),)).cost(used, date(2026, 2, 1)) == 1
    cheap = Rates((price(date(2026, 1, 1), cached_input="0.5"),))
    assert cheap.cost(used, date(2026, 2, 1)) == Decimal("0.8")


def test_what_is_spent_is_never_told_too_small_and_adds_up_exactly() -> None:
    assert ledger.nanos(Decimal("0.0000000001")) == 1
    assert ledger.nanos(None) is None
    assert ledger.money(ledger.nanos(Decimal("0.15")) or 0) == Decimal("0.15")
    assert BUILT_IN.cost(Used(10**9, 10**9), date(2026, 1, 1)) == 0


def test_a_fake_server_runs_as_a_process_and_follows_its_script(tmp_path: Path) -> None:
    import subprocess

    steps = [{"text": "first"}, {"status": 503}]
    script = tmp_path / "steps.json"
    script.write_text(json.dumps(steps))
    command = [
        sys.executable,
        "-m",
        "tests.fakes.model_server",
        "--port",
        "0",
        "--script",
        str(script),
    ]
    log = tmp_path / "log"
    with log.open("wb") as sink, subprocess.Popen(command, stdout=sink) as process:
        try:
            wait_for(lambda: "http://" in log.read_text(), 30, "the server's address")
            url = log.read_text().split()[-1] + "/v1/chat/completions"
            body = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
            answers = [httpx.post(url, json=body) for _ in range(3)]
        finally:
            process.terminate()

    assert [answer.status_code for answer in answers] == [200, 503, 200]
    assert answers[0].json()["choices"][0]["message"]["content"] == "first"


async def test_a_very_long_message_is_cut_in_the_middle_before_it_is_sent(asked: Asking) -> None:
    async with ModelServer(always(GOOD)) as server:
        asked.add("openai", server)
        await asked.ask(HumanMessage("begin " + "x" * 100_000 + " end"))

    sent = server.requests[0].last.text
    assert len(sent) <= 20_000
    assert sent.startswith("begin")
    assert sent.endswith("end")
