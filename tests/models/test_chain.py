"""The chain: who is heard, who is taken back, who is left alone."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import BaseMessage, HumanMessage

from appliance.core.errors import Unavailable
from appliance.models.chain import Chain, Link
from appliance.models.ledger import ModelCall, OpenPurse
from tests.fakes.clock import FakeClock
from tests.fakes.models import Heard, Scripted, said

WORDS: list[BaseMessage] = [HumanMessage("hello")]


def chain(*models: Scripted, clock: FakeClock, **times: Any) -> Chain:
    links = [Link(f"model-{place}", model, **times) for place, model in enumerate(models)]
    return Chain(links, clock)


async def test_the_first_model_that_answers_is_heard(clock: FakeClock) -> None:
    heard = Heard()
    speaker = chain(Scripted(says="first one"), Scripted(says="second"), clock=clock)

    answer = await speaker.call(WORDS, [], heard.on_text, heard.on_reset)

    assert said(answer) == heard.text == "first one"
    assert heard.chunks == ["first ", "one"]
    record = dict(answer.response_metadata["chain"])
    assert 0 <= record.pop("latency_ms") < 5000
    assert record == {
        "provider": "model-0",
        "model": "scripted-1",
        "input_tokens": 7,
        "output_tokens": 2,
        "cost": "0",
        "failed": [],
    }


async def test_the_last_words_do_not_wait_for_their_bill(clock: FakeClock) -> None:
    told: list[str] = []

    class Bill(OpenPurse):
        async def spent(self, call: ModelCall) -> None:
            told.append(call.outcome)

    async def whole() -> None:
        told.append(heard.text)

    heard, purse = Heard(), Bill()
    speaker = chain(Scripted(fails_after=2), Scripted(says="whole answer"), clock=clock)

    await speaker.call(WORDS, [], heard.on_text, heard.on_reset, on_whole=whole, purse=purse)

    assert told == ["the connection broke", "whole answer", "answered"]


async def test_a_model_that_raises_before_speaking_is_passed_over_without_a_reset(
    clock: FakeClock,
) -> None:
    heard = Heard()
    speaker = chain(Scripted(fails_after=0), Scripted(says="second"), clock=clock)

    answer = await speaker.call(WORDS, [], heard.on_text, heard.on_reset)

    assert (said(answer), heard.text, heard.resets) == ("second", "second", 0)
    assert answer.response_metadata["chain"]["failed"] == ["model-0: the connection broke"]


async def test_half_an_answer_is_taken_back_before_the_next_model_speaks(clock: FakeClock) -> None:
    heard = Heard()
    speaker = chain(Scripted(fails_after=2), Scripted(says="whole answer"), clock=clock)

    answer = await speaker.call(WORDS, [], heard.on_text, heard.on_reset)

    assert (said(answer), heard.text, heard.resets) == ("whole answer", "whole answer", 1)


async def test_a_model_that_hangs_is_given_up_after_its_time_for_the_first_word(
    clock: FakeClock,
) -> None:
    heard = Heard()
    speaker = chain(Scripted(hangs_after=0), Scripted(says="second"), clock=clock, first_s=0.05)

    answer = await speaker.call(WORDS, [], heard.on_text, heard.on_reset)

    assert said(answer) == "second"
    assert answer.response_metadata["chain"]["failed"] == ["model-0: too slow"]


async def test_a_model_that_stops_in_the_middle_is_given_up_after_its_whole_time(
    clock: FakeClock,
) -> None:
    heard = Heard()
    speaker = chain(Scripted(hangs_after=2), Scripted(says="second"), clock=clock, total_s=0.1)

    answer = await speaker.call(WORDS, [], heard.on_text, heard.on_reset)

    assert (said(answer), heard.text, heard.resets) == ("second", "second", 1)


async def test_the_last_model_may_take_its_time(clock: FakeClock) -> None:
    heard = Heard()
    slow = Scripted(says="slow but sure", pace_s=0.05)
    speaker = chain(slow, clock=clock, first_s=0.01, total_s=0.02)

    answer = await speaker.call(WORDS, [], heard.on_text, heard.on_reset)

    assert said(answer) == "slow but sure"


async def test_a_model_that_fails_three_times_rests_and_then_may_try_again(
    clock: FakeClock,
) -> None:
    heard = Heard()
    bad = Scripted(fails_after=0, calls=[])
    speaker = chain(bad, Scripted(says="second"), clock=clock)

    for _ in range(5):
        await speaker.call(WORDS, [], heard.on_text, heard.on_reset)
    tried_before_rest = len(bad.calls)
    clock.advance(seconds=31)
    await speaker.call(WORDS, [], heard.on_text, heard.on_reset)

    assert tried_before_rest == 3
    assert len(bad.calls) == 4


async def test_an_empty_answer_counts_as_a_failure(clock: FakeClock) -> None:
    heard = Heard()
    speaker = chain(Scripted(says=""), Scripted(says="second"), clock=clock)

    answer = await speaker.call(WORDS, [], heard.on_text, heard.on_reset)

    assert said(answer) == "second"


async def test_when_every_model_fails_the_caller_is_told_without_the_customers_words(
    clock: FakeClock,
) -> None:
    heard = Heard()
    speaker = chain(Scripted(fails_after=0), Scripted(fails_after=1), clock=clock)

    with pytest.raises(Unavailable) as trouble:
        await speaker.call(WORDS, [], heard.on_text, heard.on_reset)

    assert "the connection broke" in trouble.value.sentence
    assert "secret words" not in trouble.value.sentence
    assert heard.text == ""


async def test_a_listener_that_fails_is_not_blamed_on_the_model(clock: FakeClock) -> None:
    second = Scripted(says="second", calls=[])
    speaker = chain(Scripted(says="first"), second, clock=clock)

    async def broken(_: str) -> None:
        raise RuntimeError("the screen is gone")

    with pytest.raises(RuntimeError, match="screen"):
        await speaker.call(WORDS, [], broken, Heard().on_reset)

    assert second.calls == []
