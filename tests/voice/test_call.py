"""A whole call on raw sound: voice detection, end of turn, desk, gate, and what is recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from appliance.assembly.calls import SpokenAppliance
from appliance.connectors.messages import Identity
from appliance.contacts import identities
from appliance.conversation import arrivals, entries, spoken
from appliance.conversation.values import Conversation, Role
from appliance.core import errors
from appliance.core.store.database import Connection
from appliance.voice import notes, played, raw, speakable, wording
from appliance.voice.transfer import Errand, Handed
from appliance.voice.values import Ended
from tests.voice.calls import Caller, manners, spoken_house, until

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SpokenAppliance]:
    async with spoken_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture
def script(house: SpokenAppliance) -> Path:
    return house.settings.config.parent / "script.txt"


async def test_a_caller_is_told_of_the_machine_first_and_answered_from_the_same_facts(
    house: SpokenAppliance, script: Path
) -> None:
    async with Caller(house, script) as caller:
        await caller.greeted()

        reply = await caller.say("hours", "what are your opening hours")
        outcome = await caller.hang_up()

    assert "Monday to Friday" in reply
    assert outcome.ended is Ended.CALLER
    assert outcome.turns == 1
    first, second, *_ = caller.messages
    assert (first.text, first.extras["is_disclosure"]) == ("A machine speaks.", True)
    assert first.extras["offset_s"] <= second.extras["offset_s"]
    assert second.text == "Hello there."


async def test_a_greeting_goes_on_where_its_first_sentence_cannot_be_recorded(
    house: SpokenAppliance, script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, refusals = notes.said, [errors.Unavailable("The database core.db is locked.")]

    async def locked_once(*given: Any, **named: Any) -> None:
        if refusals:
            raise refusals.pop()
        await said(*given, **named)

    monkeypatch.setattr(notes, "said", locked_once)
    async with Caller(house, script) as caller:
        await until(lambda: any(message.text == "Hello there." for message in caller.messages), 15)
        outcome = await caller.hang_up()

    assert outcome.is_disclosed


async def test_a_person_who_is_asked_for_gets_a_ticket_and_the_call_knows(
    house: SpokenAppliance, script: Path
) -> None:
    async with Caller(house, script) as caller:
        await caller.greeted()

        reply = await caller.say("person", "i would like to talk to a person")
        outcome = await caller.hang_up()

    assert outcome.handoff is not None
    assert outcome.handoff in reply


class Busy(raw.RawLine):
    """A line on which every person is asked for in vain."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def hand_over(self, errand: Errand) -> Handed:
        self.asked += 1
        return Handed.NOT_TAKEN


async def test_a_person_whom_nobody_brought_can_be_asked_for_again_in_the_same_words(
    house: SpokenAppliance, script: Path
) -> None:
    line = Busy()
    async with Caller(house, script, line=line) as caller:
        await caller.greeted()

        await caller.say("person", "i would like to talk to a person")
        await until(lambda: line.asked == 1)
        await until(lambda: [m.text for m in caller.messages].count(wording.NOBODY_TOOK) == 1)
        await caller.say("person", "i would like to talk to a person")
        await until(lambda: line.asked == 2)
        await caller.hang_up()


async def test_whoever_speaks_over_a_reply_is_recorded_as_having_heard_its_beginning(
    house: SpokenAppliance, script: Path
) -> None:
    async with Caller(house, script) as caller:
        await caller.greeted()
        caller.speak("hours", "what are your opening hours")
        await until(lambda: caller.replies and caller.line.speaker.is_playing)
        whole = caller.replies[-1].text

        caller.speak("stop", "i would like to talk to a person")
        await until(lambda: caller.line.speaker.said[-1].was_cut)
        await until(lambda: len(caller.replies) == 2)
        await caller.hang_up()

    cut = caller.replies[0]
    assert cut.extras["is_cut"]
    assert cut.text.endswith("...")
    assert whole.startswith(cut.text.removesuffix("...").strip())
    assert len(cut.text) < len(whole)
    assert cut.extras["unheard"] == whole


async def test_a_caller_may_have_the_last_reply_spelled(
    house: SpokenAppliance, script: Path
) -> None:
    async with Caller(house, script) as caller:
        await caller.greeted()
        reply = await caller.say("person", "i would like to talk to a person")
        reference = next(word for word in reply.split() if word.startswith("T-")).strip(".,")[:8]

        caller.speak("hours", "can you spell that please")
        await until(lambda: caller.messages[-1].text.startswith("The reference: T, "))
        outcome = await caller.hang_up()

    assert caller.messages[-1].text == f"The reference: {speakable.spelled(reference)}."
    assert caller.messages[-2].text == "can you spell that please"
    assert outcome.turns == 1


async def test_words_of_another_conversation_are_not_spelled_into_a_call(
    house: SpokenAppliance, script: Path
) -> None:
    async with Caller(house, script) as caller:
        await caller.greeted()
        await _write_elsewhere(house, caller, "Your code is T-SECRET.")

        await caller.say("hours", "can you spell that please")
        await caller.hang_up()

    assert not any(message.text.startswith("The reference") for message in caller.messages)


async def _write_elsewhere(house: SpokenAppliance, caller: Caller, text: str) -> None:
    """Let the bot have written to this caller on another channel."""

    def unit(connection: Connection) -> None:
        contact_id = identities.find(
            connection,
            house.keyring,
            kind=caller.incoming.identity.kind,
            value=caller.incoming.identity.value,
        )
        assert contact_id is not None
        now = house.clock.now()
        other = arrivals.conversation_of(connection, now, contact_id, "whatsapp", "1")
        entries.record(
            connection,
            house.keyring,
            now,
            conversation_id=other.id,
            contact_id=contact_id,
            role=Role.BOT,
            text=text,
        )

    await house.db.write(unit)


async def test_a_caller_who_never_speaks_is_asked_then_told_goodbye(
    house: SpokenAppliance, script: Path
) -> None:
    with manners(house, prompt_after_s=0.5, goodbye_after_s=3.0):
        async with Caller(house, script) as caller:
            outcome = await caller.held

    assert outcome.ended is Ended.SILENCE
    said = [message.text for message in caller.messages]
    assert said[2:] == [wording.STILL_THERE, wording.GOODBYE]


async def test_keys_are_a_way_in(house: SpokenAppliance, script: Path) -> None:
    async with Caller(house, script) as caller:
        await caller.greeted()

        caller.line.press("42#")
        await until(lambda: caller.replies)

    assert [m.text for m in caller.messages if m.role is Role.CONTACT] == ["42"]


async def test_a_played_call_shows_the_newest_of_a_long_conversation(
    house: SpokenAppliance,
) -> None:
    def talk_long(connection: Connection) -> Conversation:
        now, caller = house.clock.now(), Identity("phone", "+16175550177")
        conversation = spoken.begin(
            connection, house.keyring, now, caller=caller, account="", region="US"
        )
        for number in range(1100):
            spoken.said(connection, house.keyring, now, conversation, f"word {number}", {})
        return conversation

    conversation = await house.db.write(talk_long)

    lines = played.lines_of(house, conversation.id)

    assert len(lines) == 1000
    assert lines[-1] == ("bot", "word 1099")
