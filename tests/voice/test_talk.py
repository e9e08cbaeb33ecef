"""The five defects of LiveKit's own adapter, each held against our way and against its own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
import sqlalchemy as sa
from livekit.agents import Agent, AgentSession, TurnHandlingOptions
from livekit.agents.voice.run_result import RunResult

from appliance.assembly.calls import SpokenAppliance
from appliance.connectors.messages import Identity
from appliance.conversation import spoken
from appliance.conversation.tables import tool_invocations
from appliance.conversation.values import Message, Role
from appliance.core import ids
from appliance.models.speech import shelf
from appliance.services.bookings.tables import bookings
from appliance.voice import pipeline
from appliance.voice.agent import FrontdeskAgent
from appliance.voice.talk import Pause, Talk
from appliance.voice.values import IncomingCall
from tests.fakes.booking_model import WORDS, book_a_demo
from tests.fakes.model_house import config_for
from tests.fakes.model_server import ModelServer
from tests.voice import stock
from tests.voice.calls import config_text, spoken_house, until

BEFORE_YES = tuple(words for words in WORDS[2:9] if "cost" not in words)
TEXT_ONLY = TurnHandlingOptions(turn_detection=None)


class Caller:
    """Talks without sound."""

    def __init__(self, house: SpokenAppliance) -> None:
        self.house = house
        number = f"+1617{ids.new_id()[-7:]}"
        self.call = IncomingCall(ids.new_id(), "inbound", number, None, "raw")
        self.talk: Talk

    async def dial(self) -> Caller:
        conversation = await self.house.db.write(
            lambda c: spoken.begin(
                c,
                self.house.keyring,
                self.house.clock.now(),
                caller=Identity("phone", str(self.call.caller)),
                account="",
                region="US",
            )
        )
        self.talk = Talk(
            house=self.house, call=self.call, conversation=conversation, filler_after_s=30
        )
        return self

    async def say(self, words: str, *, hears: int | None = None) -> str:
        """Say something; gives what was spoken, or only the first so many characters of it."""
        key = ids.new_id()
        await self.talk.hear(words, key=key)
        told = ""
        async with aclosing(self.talk.reply(key)) as pieces:
            async for piece in pieces:
                told += "" if isinstance(piece, Pause) else piece
                if hears is not None and len(told) >= hears:
                    break
        reply = self.talk.reply_to(key)
        assert reply is not None
        if hears is not None:
            self.talk.was_heard(reply, told[:hears])
            return told[:hears]
        return told

    @property
    def rows(self) -> list[Message]:
        identity = self.call.identity
        found = self.house.history(identity.kind, identity.value, after=0, limit=200)
        return list(found.messages)


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer(book_a_demo) as serving:
        yield serving


@pytest.fixture
async def house(tmp_path: Path, server: ModelServer) -> AsyncIterator[SpokenAppliance]:
    text = config_text(tmp_path, text=config_for(server))
    async with spoken_house(tmp_path, text=text) as opened:
        yield opened


def _count(house: SpokenAppliance, table: sa.Table) -> int:
    query = sa.select(sa.func.count()).select_from(table)
    return int(house.db.read(lambda c: c.execute(query).scalar_one()))


async def test_only_the_models_words_are_spoken(house: SpokenAppliance) -> None:
    caller = await Caller(house).dial()
    for words in BEFORE_YES:
        await caller.say(words)

    told = await caller.say("yes please")
    theirs = await stock.StockAdapter().turn("yes please")
    await caller.talk.close()

    assert "Your demo is booked" in told
    assert "{" not in told
    assert theirs.startswith(stock.RESULT)


async def test_a_model_is_reached_before_the_first_words_are_there(
    house: SpokenAppliance, server: ModelServer
) -> None:
    await until(lambda: server.connections)
    assert server.requests == []

    await (await Caller(house).dial()).say(WORDS[0])

    assert server.requests
    assert server.connections == 1


async def test_a_conversation_is_remembered_once(
    house: SpokenAppliance, server: ModelServer
) -> None:
    caller, adapter = await Caller(house).dial(), stock.StockAdapter()
    for words in WORDS[:3]:
        await caller.say(words)
        await adapter.turn(words)
    await caller.talk.close()

    said = [message.text for message in caller.rows if message.role is Role.CONTACT]
    assert said == list(WORDS[:3])
    replies = [message.text for message in caller.rows if message.role is Role.BOT]
    assert len(replies) == len(set(replies)) == 3
    told = server.requests[-1].words
    assert told == list(WORDS[:3])
    theirs = [message for message in await adapter.memory() if message.type == "ai"]
    assert len(theirs) > 3


async def test_a_booking_is_made_once_however_the_caller_pauses(house: SpokenAppliance) -> None:
    caller = await Caller(house).dial()
    for words in BEFORE_YES:
        await caller.say(words)

    first = ids.new_id()
    await caller.talk.hear("yes", key=first)
    told = await caller.say("yes please")
    adapter = stock.StockAdapter()
    await adapter.turn("yes please", guesses=2)
    await caller.talk.close()

    assert told
    assert _count(house, bookings) == 1
    query = sa.select(tool_invocations.c.tool).where(tool_invocations.c.tool == "schedule_demo")
    assert len(house.db.read(lambda c: c.execute(query).all())) == 1
    assert adapter.bookings == 2


async def test_guesses_at_a_turns_end_are_off(tmp_path: Path) -> None:
    (tmp_path / "script.txt").touch()
    vad = pipeline.voice_activity()
    settings = _voice(tmp_path)
    speech = shelf.open_speech(settings, secret=lambda _: None, mounted=lambda _: None, ends=vad)

    made = pipeline.session(speech, vad)
    usual = AgentSession[None](stt=speech.ears, tts=speech.mouth, vad=vad, llm=pipeline.Unasked())

    assert made.options.preemptive_generation["enabled"] is False
    assert usual.options.preemptive_generation["enabled"] is True
    await speech.close()


async def test_what_was_heard_is_what_is_remembered(
    house: SpokenAppliance, server: ModelServer
) -> None:
    caller, adapter = await Caller(house).dial(), stock.StockAdapter()

    await caller.say("Hello there", hears=10)
    await caller.say("I'd like to book a demo")
    await adapter.turn("hello", heard="Your demo")
    await caller.talk.close()

    first = next(message for message in caller.rows if message.role is Role.BOT)
    assert first.text == "Hello and ..."
    told = next(said.text for said in server.requests[-1].talk if said.role == "bot")
    assert told == f"Hello and {spoken.CUT}"
    assert any(message.text == stock.SAYS for message in await adapter.memory())


async def test_a_reply_nobody_heard_is_told_so_to_the_model(
    house: SpokenAppliance, server: ModelServer
) -> None:
    caller = await Caller(house).dial()

    key = ids.new_id()
    await caller.talk.hear("Hello there", key=key)
    reply = caller.talk.reply_to(key)
    assert reply is not None
    await reply.written  # the desk has answered, and LiveKit has not even begun to speak
    await caller.say("I'd like to book a demo")
    await caller.talk.close()

    told = next(said.text for said in server.requests[-1].talk if said.role == "bot")
    assert told == spoken.CUT


async def test_a_session_answers_by_our_words_and_not_without_a_model_in_its_place(
    house: SpokenAppliance,
) -> None:
    caller = await Caller(house).dial()

    async with AgentSession[None](
        llm=pipeline.Unasked(), vad=None, turn_handling=TEXT_ONLY
    ) as session:
        await session.start(FrontdeskAgent(caller.talk), record=False)
        result: RunResult[None] = await session.run(user_input="Hello there")
        result.expect.next_event().is_message(role="assistant")
        result.expect.no_more_events()
    async with AgentSession[None](vad=None, turn_handling=TEXT_ONLY) as bare:
        await bare.start(Agent(instructions=""), record=False)
        with pytest.raises(RuntimeError, match="without an LLM"):
            await bare.run(user_input="Hello there")
    await caller.talk.close()

    assert [message.text for message in caller.rows if message.role is Role.CONTACT] == [
        "Hello there"
    ]


async def test_the_same_turn_is_kept_once(house: SpokenAppliance) -> None:
    caller = await Caller(house).dial()

    await caller.talk.hear("Hello there", key="item_1")
    await caller.talk.hear("Hello there", key="item_1")
    await caller.talk.close()

    assert caller.talk.turns == 1


async def test_the_model_knows_that_it_is_on_the_phone(
    house: SpokenAppliance, server: ModelServer
) -> None:
    caller = await Caller(house).dial()

    await caller.say("Hello there")
    await caller.talk.close()

    system = json.dumps(server.requests[-1].body["messages"][0])
    assert "This is a phone call" in system


async def test_a_slow_answer_is_bridged_and_the_bridge_is_not_recorded(
    house: SpokenAppliance, server: ModelServer
) -> None:
    caller = await Caller(house).dial()
    caller.talk.filler_after_s = 0.0

    told = await caller.say("Hello there")
    await caller.talk.close()

    assert told.startswith("One moment, please. Hello")
    row = next(message for message in caller.rows if message.role is Role.BOT)
    assert row.text.startswith("Hello")


def _voice(folder: Path):
    from ruamel.yaml import YAML

    from appliance.config.model import VoiceSettings

    found = YAML(typ="safe").load(config_text(folder))["voice"]["config"]
    return VoiceSettings.model_validate(found)
