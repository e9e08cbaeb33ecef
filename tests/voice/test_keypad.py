"""The keypad menu on a line that is pressed by script."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from appliance.assembly.calls import SpokenAppliance
from appliance.connectors.phone import prompts
from appliance.conversation import tickets
from appliance.conversation.values import Role
from appliance.core import errors, ids
from appliance.services.calls import metrics, records
from appliance.voice import keypad, phrases, voicemail
from appliance.voice.keypad import Opening
from appliance.voice.values import CallOutcome, Ended, IncomingCall
from tests.voice.calls import ROOT, spoken_house
from tests.voice.keyline import HEARD_S, SPEECH, Line

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SpokenAppliance]:
    text = (ROOT / "bot_config.yaml").read_text("utf-8")
    text = text.replace("voice:\n  enabled: false\n", "voice:\n  enabled: true\n")
    async with spoken_house(tmp_path_factory.mktemp("house"), text=text) as opened:
        yield opened


async def called(
    house: SpokenAppliance,
    line: Line,
    *,
    caller: str | None = "",
    opening: Opening = Opening.MENU,
) -> tuple[CallOutcome, list[str]]:
    """Make a call; gives how it went and what was said."""
    number = f"+1617{ids.new_id()[-7:]}" if caller == "" else caller
    call = IncomingCall(ids.new_id(), "inbound", number, "100", "sip")
    outcome = await keypad.answer(call, line, house, opening=opening)
    identity = call.identity
    found = house.history(identity.kind, identity.value, after=0, limit=500).messages
    return outcome, [each.text for each in found if each.role is Role.BOT]


async def test_the_hours_are_said_as_the_calendar_has_them(house: SpokenAppliance) -> None:
    outcome, said = await called(house, Line(["1"], hangs_up=True))

    assert "We are open Monday through Friday from nine A M to five P M" in said[2]
    assert outcome.ended is Ended.CALLER


async def test_the_second_free_appointment_is_booked(house: SpokenAppliance) -> None:
    outcome, said = await called(house, Line(["2", "2", "1"]))

    assert outcome.ended is Ended.SERVED
    first, second = (each for each in said if each.startswith("The next free"))
    assert first != second
    assert "Your appointment is booked. Your reference is B dash" in said[-2]


async def test_a_hidden_number_cannot_book_and_may_leave_a_message(house: SpokenAppliance) -> None:
    outcome, said = await called(house, Line(["2"], message=SPEECH), caller=None)

    assert outcome.handoff is not None
    assert outcome.ended is Ended.SERVED
    assert not any("booked" in each for each in said)


async def test_a_message_is_kept_sealed_with_a_ticket(house: SpokenAppliance) -> None:
    outcome, _ = await called(house, Line(["3"], message=SPEECH))

    assert outcome.handoff is not None
    reference = outcome.handoff
    ticket = house.db.read(lambda c: tickets.get(c, house.keyring, reference))
    message_id = ticket.summary.split(" ")[-2]
    sound = voicemail.open_message(house.settings.data_dir, house.keyring, message_id)
    assert SPEECH in sound
    with pytest.raises(errors.NotFound):
        voicemail.open_message(house.settings.data_dir, house.keyring, "../core")


async def test_silence_is_no_message(house: SpokenAppliance) -> None:
    outcome, said = await called(house, Line(["3"], message=bytes(32_000), hangs_up=True))

    assert outcome.handoff is None
    assert "I could not hear a message." in said


async def test_a_caller_is_put_through_or_leaves_a_message(house: SpokenAppliance) -> None:
    through, _ = await called(house, Line(["4"], person=True))
    nobody, said = await called(house, Line(["4"], message=SPEECH))

    assert through.ended is Ended.TRANSFERRED
    assert nobody.handoff is not None
    assert any(each.startswith("Nobody can take your call") for each in said)


async def test_a_caller_who_presses_nothing_is_asked_and_then_let_go(
    house: SpokenAppliance,
) -> None:
    outcome, said = await called(house, Line([]))

    assert outcome.ended is Ended.SILENCE
    assert said.count("Are you still there?") == 2


async def test_a_key_without_meaning_is_told_so(house: SpokenAppliance) -> None:
    _, said = await called(house, Line(["8"], hangs_up=True))

    assert "Sorry, that key has no meaning here." in said


async def test_a_call_by_keys_leaves_the_row_that_a_spoken_one_leaves(
    house: SpokenAppliance,
) -> None:
    line = Line(["1", "3"], message=SPEECH)

    outcome, said = await called(house, line)

    [call] = house.db.read(lambda c: records.of_conversation(c, outcome.conversation_id))
    turns = house.db.read(lambda c: records.turns_of(c, call.id))
    figures = metrics.of_call(call, turns)
    assert (call.kind, call.direction, call.state) == ("sip", "inbound", "ended")
    assert (call.outcome, call.handoff) == ("served", outcome.handoff)
    assert call.disclosed_ms is not None
    assert call.caller_ms == 3000
    assert call.bot_ms >= len(said) * HEARD_S * 1000
    assert [turn.ordinal for turn in turns] == [0, 1]
    assert figures.turns == outcome.turns == 2
    assert figures.response_latency_ms is not None
    assert figures.talk_ratio == round(call.bot_ms / (call.bot_ms + 3000), 3)
    assert figures.handoff_occurred


async def test_a_key_that_cuts_an_answer_short_is_an_interruption(house: SpokenAppliance) -> None:
    outcome, _ = await called(house, Line(["1", "1"], hangs_up=True))

    [call] = house.db.read(lambda c: records.of_conversation(c, outcome.conversation_id))
    turns = house.db.read(lambda c: records.turns_of(c, call.id))
    assert [turn.was_cut for turn in turns] == [True, False]
    assert call.outcome == "caller_hung_up"


async def test_a_call_is_told_when_the_house_stops(house: SpokenAppliance) -> None:
    try:
        outcome, said = await called(house, Line([], when_silent=house.draining.set))
        late, told = await called(house, Line(["2"]))
    finally:
        house.draining.clear()

    assert (outcome.ended, said[-1]) == (Ended.STOPPED, phrases.STOPPING.text)
    assert (late.ended, told) == (Ended.STOPPED, [phrases.STOPPING.text])
    [call] = house.db.read(lambda c: records.of_conversation(c, late.conversation_id))
    assert (call.outcome, call.disclosed_ms) == ("stopped", None)


async def test_a_message_that_is_being_left_when_the_house_stops_is_kept(
    house: SpokenAppliance,
) -> None:
    class Stopping(Line):
        async def record(self, most_s: float) -> bytes:
            house.draining.set()
            return SPEECH

    try:
        outcome, said = await called(house, Stopping(["3"]))
    finally:
        house.draining.clear()

    assert outcome.handoff is not None
    assert (outcome.ended, said[-1]) == (Ended.STOPPED, phrases.STOPPING.text)


async def test_a_message_that_cannot_be_kept_is_told_and_the_row_says_so(
    tmp_path: Path, house: SpokenAppliance
) -> None:
    (house.settings.data_dir / voicemail.FOLDER).rename(tmp_path / "aside")
    (house.settings.data_dir / voicemail.FOLDER).write_text("in the way")
    try:
        outcome, said = await called(house, Line(["3"], message=SPEECH))
    finally:
        (house.settings.data_dir / voicemail.FOLDER).unlink()
        (tmp_path / "aside").rename(house.settings.data_dir / voicemail.FOLDER)

    assert (outcome.ended, said[-1]) == (Ended.FAILED, phrases.TROUBLE.text)
    [call] = house.db.read(lambda c: records.of_conversation(c, outcome.conversation_id))
    assert call.outcome == "failed"


async def test_while_the_company_is_closed_its_hours_are_said_and_a_message_is_taken(
    house: SpokenAppliance,
) -> None:
    outcome, said = await called(house, Line([], message=SPEECH), opening=Opening.CLOSED)

    assert outcome.ended is Ended.SERVED
    assert outcome.handoff is not None
    assert said[:2] == [phrases.WELCOME.text, phrases.CLOSED_NOW.text]
    assert said[2].startswith("We are open Monday through Friday")
    assert said[3:] == [
        each.text for each in (phrases.LEAVE_MESSAGE, phrases.MESSAGE_KEPT, phrases.GOODBYE)
    ]


async def test_whoever_leaves_no_message_is_told_goodbye(house: SpokenAppliance) -> None:
    outcome, said = await called(house, Line([]), opening=Opening.CLOSED)

    assert (outcome.ended, outcome.handoff) == (Ended.SILENCE, None)
    assert said[-2:] == [phrases.MESSAGE_EMPTY.text, phrases.GOODBYE.text]


async def test_whom_keys_do_not_help_after_speech_broke_is_called_back(
    house: SpokenAppliance,
) -> None:
    left, said = await called(house, Line(["1"], hangs_up=True), opening=Opening.INSTEAD)
    helped, _ = await called(house, Line(["2", "1"]), opening=Opening.INSTEAD_UNTOLD)

    assert said[0] == phrases.BY_KEYS.text
    reference = left.handoff
    assert reference is not None
    ticket = house.db.read(lambda c: tickets.get(c, house.keyring, reference))
    assert ticket.reason == "call_failed"
    [call] = house.db.read(lambda c: records.of_conversation(c, left.conversation_id))
    assert call.handoff == reference
    assert (helped.ended, helped.handoff) == (Ended.SERVED, None)


async def test_every_phrase_has_its_recording() -> None:
    recordings = Path(prompts.__file__).parent / "recordings"

    assert {path.stem for path in recordings.glob("*.wav")} == set(phrases.words())
    assert all(prompts.samples(name) for name in phrases.words())
