"""The whole way of a call: telephone, livekit-sip, livekit-server, worker, desk, database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from appliance.conversation.values import Role
from appliance.services.calls import records
from appliance.services.calls.values import Call
from appliance.voice import phrases
from tests.fakes.baresip import Telephone, telephone
from tests.fakes.running import wait_for
from tests.voice.calls import config_text
from tests.voice.exchange import exchange, needs_livekit, own_address
from tests.voice.record import MONDAY, NUMBER, Desk, desk_of, hears, narrow

pytestmark = [pytest.mark.slow, needs_livekit(), pytest.mark.calls]


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telephone]:
    with telephone(
        tmp_path_factory.mktemp("person"), own_address(), number="200", answers=True
    ) as made:
        yield made


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, person: Telephone) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("whole")
    (folder / "script.txt").write_text("")
    phone = f"""  phone:
    allowed_addresses: [{own_address()}]
    ring_s: 60
    transfer_to: sip:200@{own_address()}:{person.sip}
  manners:"""
    text = config_text(folder).replace("  manners:", phone)
    with exchange(
        folder, module="appliance.switchboard", text=text, clock_start=MONDAY.isoformat()
    ) as opened:
        made = desk_of(opened)
        yield made
        made.office.close()


@pytest.fixture
def caller(tmp_path: Path, desk: Desk) -> Iterator[Telephone]:
    with telephone(tmp_path / "caller", own_address(), number=NUMBER) as made:
        yield made


def tell(desk: Desk, caller: Telephone, sound: Path, words: str) -> str:
    """Say something by telephone; gives what the bot says to it."""
    before, heard = len(desk.said(Role.BOT)), len(caller.heard())
    speak(desk, caller, sound, words)
    wait_for(lambda: len(desk.said(Role.BOT)) > before, 30, "a reply")
    wait_for(lambda: is_over(caller.heard()[heard:]), 30, "the end of the reply")
    return desk.said(Role.BOT)[-1]


def speak(desk: Desk, caller: Telephone, sound: Path, words: str) -> None:
    """Say something; the recogniser hears `words`."""
    with (desk.exchange.folder / "script.txt").open("a") as script:
        script.write(words + "\n")
    caller.say(sound)
    wait_for(lambda: words in desk.said(Role.CONTACT), 30, f"heard: {words}")


def is_over(heard: np.ndarray) -> bool:
    """Tell whether something was said and a second and a half of silence came after it."""
    last = heard[-12_000:]
    return len(heard) > 12_000 and np.abs(heard).max() > 1000 and np.abs(last).max() < 500


def test_a_telephone_books_a_demo_and_is_then_put_through_to_a_person(
    desk: Desk, caller: Telephone, person: Telephone, tmp_path: Path
):
    caller.dial(desk.exchange.address)
    caller.wait("CALL_ESTABLISHED", 60)
    wait_for(lambda: len(desk.said(Role.BOT)) == 2, 40, "disclosure and greeting")
    wait_for(lambda: is_over(caller.heard()), 30, "the end of the greeting")
    assert desk.said(Role.BOT) == ["A machine speaks.", "Hello there."]

    asked = tell(
        desk,
        caller,
        narrow("book", tmp_path),
        "book a demo on 2026-11-18 at 10:00 for Ada Lovelace, ada@example.com",
    )
    booked = tell(desk, caller, narrow("yes", tmp_path), "yes please")

    assert "Ada Lovelace" in asked
    assert "booked" in booked.lower()
    (message, *_) = [each for each in desk.messages() if each.text == booked]
    assert message.turn_id

    speak(desk, caller, narrow("person", tmp_path), "i would like to talk to a person")
    person.wait("CALL_ESTABLISHED", 30)
    caller.wait("TRANSFER")
    assert {each.conversation_id for each in desk.messages()} == {message.conversation_id}


def test_where_the_recogniser_breaks_in_a_call_it_goes_on_by_keys(
    desk: Desk, caller: Telephone, tmp_path: Path
):
    before = len(desk.said(Role.BOT))
    caller.dial(desk.exchange.address)
    caller.wait("CALL_ESTABLISHED", 60)
    wait_for(lambda: len(desk.said(Role.BOT)) == before + 2, 40, "disclosure and greeting")
    wait_for(lambda: is_over(caller.heard()), 30, "the end of the greeting")
    heard = len(caller.heard())

    (desk.exchange.folder / "script.txt").write_text("!gone\n")
    caller.say(narrow("hours", tmp_path))
    hears(desk, phrases.BY_KEYS.text, after=before)
    hears(desk, "For our opening hours, press one", after=before)
    caller.press("1")

    hears(desk, "We are open Monday through Friday", after=before)
    assert np.abs(caller.heard()[heard:]).max() > 1000
    assert not caller.events("CALL_CLOSED")
    caller.hang_up()
    wait_for(
        lambda: [each.outcome for each in calls(desk)][-2:] == ["by_keys", "caller_hung_up"],
        30,
        "rows",
    )


def calls(desk: Desk) -> list[Call]:
    """List the calls there were, oldest first."""
    return desk.office.db.read(lambda c: records.newest(c, most=10))[::-1]
