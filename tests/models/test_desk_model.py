"""DeskModel as a chat model: pure, streamed, resumable, quick."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import pytest
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.tools import tool as plain_tool

from appliance.conversation.claims import claims_of
from appliance.core.errors import Refused
from appliance.models.chain import Chain, Link
from appliance.models.desk_model import wording
from appliance.models.desk_model.frame import Frame, Offer, Part, Task, unpack
from appliance.models.desk_model.model import DeskModel
from appliance.models.desk_model.pack import DeskPack
from appliance.models.embedder import Embedder
from appliance.models.minilm import Array
from tests.fakes.models import Heard, Scripted
from tests.models import talk
from tests.models.talk import Customer

Make = Callable[..., Customer]


def test_the_same_messages_give_the_same_answer(customer: Make) -> None:
    jane = customer()
    messages = [jane.system, HumanMessage("what does premium cost for 5 users?")]

    first, second = (jane.desk.answer(messages) for _ in range(2))

    assert first.tool_calls == second.tool_calls
    assert first.tool_calls[0]["id"]
    assert first.response_metadata == second.response_metadata


def test_equal_calls_at_different_places_have_different_ids(customer: Make) -> None:
    jane = customer()

    jane.talk("what does premium cost?", "what does premium cost?")

    ids = [c["id"] for m in jane.history if isinstance(m, AIMessage) for c in m.tool_calls]
    assert len(ids) == len(set(ids)) == 2


async def test_an_answer_streams_in_sentences_that_add_up_to_it(customer: Make) -> None:
    jane = customer()
    messages = [jane.system, HumanMessage("are you open on saturday?")]
    whole = jane.desk.answer(messages)

    chunks = [chunk async for chunk in jane.desk.astream(messages)]

    texts = [str(chunk.content) for chunk in chunks if chunk.content]
    assert len(texts) > 1
    assert "".join(texts) == whole.content
    summed = chunks[0]
    for chunk in chunks[1:]:
        assert isinstance(summed, AIMessageChunk)
        summed = summed + chunk
    assert summed.response_metadata == whole.response_metadata


async def test_a_call_streams_with_its_arguments_whole(customer: Make) -> None:
    jane = customer()
    heard = Heard()
    unbound = DeskModel(pack=jane.desk.pack)

    answer = await Chain([Link("desk", unbound)]).call(
        [jane.system, HumanMessage("what does premium cost?")],
        talk.TOOLS,
        heard.on_text,
        heard.on_reset,
    )

    assert [(c["name"], c["args"]) for c in answer.tool_calls] == [
        ("check_pricing", {"product": "Premium"})
    ]
    assert answer.response_metadata["model_name"] == "desk"
    assert answer.response_metadata["chain"]["provider"] == "desk"


async def test_basic_mode_takes_over_when_the_model_before_it_fails(customer: Make) -> None:
    jane = customer()
    heard = Heard()
    chain = Chain(
        [Link("other", Scripted(fails_after=2)), Link("desk", DeskModel(pack=jane.desk.pack))]
    )

    answer = await chain.call(
        [jane.system, HumanMessage("where can I park?")],
        talk.TOOLS,
        heard.on_text,
        heard.on_reset,
    )

    assert heard.resets == 1
    assert heard.text == answer.content
    assert "garage" in heard.text


def test_results_of_another_models_calls_are_worded(customer: Make) -> None:
    jane = customer()
    call = {"name": "check_pricing", "args": {"product": "Premium"}, "id": "x1"}

    answer = jane.desk.answer(
        [
            jane.system,
            HumanMessage("price?"),
            AIMessage("", tool_calls=[call]),
            ToolMessage('{"words": "Premium is $99."}', tool_call_id="x1", name="check_pricing"),
        ]
    )

    assert answer.content == "Premium is $99."


def test_without_the_turns_facts_it_refuses(customer: Make) -> None:
    with pytest.raises(Refused, match="turn"):
        customer().desk.answer([SystemMessage("hi"), HumanMessage("hello")])


@pytest.mark.parametrize(
    "frame",
    [
        Frame(),
        Frame(task=Task("schedule_demo", {"day": "2026-11-19"}, asked="time"), misses=1),
        Frame(offer=Offer("choice", options=("a", "b"), words="hm"), topic="Premium"),
        Frame(last=("check_pricing", {"seats": 3}), done={"x": {"y": None}}, survey=2),
        Frame(parts=(Part(text="a", citations=("b",)), Part(call="c"))),
    ],
)
def test_a_frame_survives_its_trip_through_json(frame: Frame) -> None:
    import json

    assert unpack(json.loads(json.dumps(frame.pack()))) == frame


@pytest.mark.parametrize("kept", [None, 3, {}, {"task": {"nope": 1}}, {"last": []}, {"done": 4}])
def test_a_frame_of_another_version_is_forgotten(kept: object) -> None:
    assert unpack(kept) == Frame()


def test_no_sentence_of_ours_claims_that_something_was_done() -> None:
    sentences = [value for value in vars(wording).values() if isinstance(value, str)]

    claims = {sentence: claims_of(sentence) for sentence in sentences if claims_of(sentence)}

    assert claims == {}


def test_any_tool_is_filled_by_its_schema(cache_dir: Path, customer: Make) -> None:
    @plain_tool
    def rent_a_room(
        room: Literal["single", "double"], guests: int, arrival: str, full_name: str
    ) -> str:
        """Rent a hotel room for some guests."""
        return "ok"

    pack = DeskPack.build(
        talk.config(), [rent_a_room], embedder=talk.minilm(cache_dir), cache_dir=cache_dir
    )
    bound = DeskModel(pack=pack).bind_tools([rent_a_room])
    assert isinstance(bound, DeskModel)
    guest = Customer(bound)

    question = guest.talk("I want to rent a room", "a double", "2", "on friday", "Jane Doe")
    guest.say("yes")

    assert question == (
        "Shall I go ahead with this: Rent a room (room double, guests 2, arrival on friday, "
        "full name Jane Doe)?"
    )
    assert guest.calls == [
        (
            "rent_a_room",
            {"room": "double", "guests": 2, "arrival": "on friday", "full_name": "Jane Doe"},
        )
    ]


def test_a_second_start_is_ready_at_once(cache_dir: Path, customer: Make) -> None:
    customer()  # the first start has left the vectors in the cache
    counting = Counting(talk.minilm(cache_dir))

    DeskPack.build(talk.config(), talk.TOOLS, embedder=counting, cache_dir=cache_dir)

    assert counting.texts == 0


class Counting:
    """An embedder that counts what it is asked to encode."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self.texts = 0

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def words(self) -> frozenset[str]:
        return self._inner.words

    def encode(self, texts: Sequence[str]) -> Array:
        self.texts += len(texts)
        return self._inner.encode(texts)

    def of_words(self, words: Sequence[str]) -> Array:
        return self._inner.of_words(words)
