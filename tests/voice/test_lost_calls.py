"""Calls that are lost: which are, and what their callers are written."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from appliance.assembly.calls import SpokenAppliance
from appliance.assembly.office import Office, open_office
from appliance.connectors.messages import InboundMessage, Kind
from appliance.conversation.inbox import Inbox
from appliance.core import ids
from appliance.core.settings import Settings
from appliance.services.calls import records
from appliance.services.calls.values import Call, Lost
from appliance.voice import keypad
from appliance.voice.keypad import Opening
from appliance.voice.values import CallOutcome, Ended, IncomingCall
from tests.fakes import whatsapp
from tests.fakes.running import ROOT, free_port, wait_for
from tests.faults.test_channel_kill import SECRETS, control, fake
from tests.voice.calls import SOUNDS, Caller, config_text, spoken_house, until
from tests.voice.keyline import Line

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

NUMBER = "+16175550188"
SORRY = "We were cut off. Write here and we go on."


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SpokenAppliance]:
    async with spoken_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture
def script(house: SpokenAppliance) -> Path:
    return house.settings.config.parent / "script.txt"


def lost_of(house: SpokenAppliance, outcome: CallOutcome) -> Lost | None:
    """Find what became of the last call of a conversation."""
    calls = house.db.read(lambda c: records.of_conversation(c, outcome.conversation_id))
    return house.db.read(lambda c: records.find_lost(c, calls[-1].id))


async def test_whoever_hangs_up_before_a_word_of_ours_has_called_in_vain(
    house: SpokenAppliance, script: Path
) -> None:
    async with Caller(house, script) as caller:
        outcome = await caller.hang_up()

    lost = lost_of(house, outcome)
    assert (outcome.ended, outcome.is_lost) == (Ended.CALLER, True)
    assert lost is not None
    assert lost.state == "due"


async def test_whoever_hangs_up_before_the_answer_has_asked_in_vain(
    house: SpokenAppliance, script: Path
) -> None:
    async with Caller(house, script) as caller:
        await caller.greeted()
        caller.speak("hours", "what are your opening hours")
        await until(lambda: caller.line.session and caller.line.session.agent_state == "thinking")
        outcome = await caller.hang_up()

    assert outcome.is_lost
    assert lost_of(house, outcome) is not None


async def test_a_call_that_was_answered_is_not_lost(house: SpokenAppliance, script: Path) -> None:
    async with Caller(house, script) as caller:
        await caller.greeted()
        await caller.say("hours", "what are your opening hours")
        outcome = await caller.hang_up()

    assert lost_of(house, outcome) is None


async def test_a_call_that_we_end_in_the_middle_is_lost(
    house: SpokenAppliance, script: Path
) -> None:
    async with Caller(house, script) as caller:
        await caller.greeted()
        house.draining.set()
        try:
            outcome = await caller.held
        finally:
            house.draining.clear()

    assert outcome.ended is Ended.STOPPED
    assert lost_of(house, outcome) is not None


@pytest.mark.parametrize(
    ("keys", "opening", "is_lost"),
    [
        ([], Opening.MENU, False),
        (["1"], Opening.INSTEAD, False),
        ([], Opening.INSTEAD, True),
    ],
)
async def test_by_keys_a_call_is_lost_where_speech_broke_and_nothing_was_chosen(
    house: SpokenAppliance, keys: list[str], opening: Opening, is_lost: bool
) -> None:
    number = f"+1617{ids.new_id()[-7:]}"
    incoming = IncomingCall(ids.new_id(), "inbound", number, "100", "sip")

    line = Line(list(keys), hangs_up=True)
    outcome = await keypad.answer(incoming, line, house, opening=opening)

    assert (lost_of(house, outcome) is not None) == is_lost


# -- a process that is killed, the jobs process, and WhatsApp --------------------------------------


@pytest.fixture
def graph() -> Iterator[int]:
    port = free_port()
    with fake("tests.fakes.graph_api", port):
        yield port


@pytest.fixture
def folder(tmp_path: Path, graph: int) -> Path:
    (tmp_path / "script.txt").write_text("what are your opening hours\n")
    text = config_text(tmp_path).replace(
        "      - type: web_chat\n",
        "      - type: whatsapp\n"
        f'        phone_number_id: "{whatsapp.NUMBER}"\n'
        f"        base_url: http://127.0.0.1:{graph}\n"
        "      - type: web_chat\n",
        1,
    )
    missed = f'  missed_call: {{ text: "{SORRY}", not_before: "00:00", not_after: "23:59" }}\n'
    (tmp_path / "bot_config.yaml").write_text(text.replace("voice:\n", f"voice:\n{missed}", 1))
    return tmp_path


@contextlib.contextmanager
def process(folder: Path, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command of the appliance in the folder; whatever is left of it is killed."""
    settings = {
        "data_dir": folder / "data",
        "keys_dir": folder / "keys",
        "config": folder / "bot_config.yaml",
        **SECRETS,
    }
    environment = {f"APPLIANCE_{name.upper()}": str(value) for name, value in settings.items()}
    with (
        (folder / "log.txt").open("ab") as log,
        subprocess.Popen(
            [sys.executable, "-m", *command],
            env={**os.environ, **environment},
            cwd=ROOT,
            start_new_session=True,
            stdout=log,
            stderr=log,
        ) as running,
    ):
        try:
            yield running
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)


def newest(office: Office) -> Call | None:
    found = office.db.read(lambda c: records.newest(c, most=1))
    return found[0] if found else None


async def _has_written(office: Office) -> None:
    """Let the caller have written on WhatsApp before: something that asks for no answer."""
    inbox = Inbox(db=office.db, keyring=office.keyring, clock=office.clock, region=lambda: "US")
    await inbox.take(
        [
            InboundMessage(
                channel="whatsapp",
                account=whatsapp.NUMBER,
                provider_id="wamid.1",
                sender=NUMBER,
                identity_kind="phone",
                text="a sticker",
                kind=Kind.STICKER,
                is_described=True,
                sent_at=office.clock.now(),
            )
        ]
    )


async def test_whose_call_dies_with_its_process_is_written_to_within_seconds_and_once(
    folder: Path, graph: int
) -> None:
    office = open_office(Settings(data_dir=folder / "data", keys_dir=folder / "keys"))
    await _has_written(office)
    wav = ["--wav", str(SOUNDS / "hours.wav"), str(folder / "out.wav"), "--wait-s", "120"]

    with (
        process(folder, "appliance", "call", "--from", NUMBER, *wav) as call,
        process(folder, "appliance.jobs"),
    ):
        wait_for(lambda: _turns(office) > 0 or call.poll() is not None, 60, "an answer")
        assert call.poll() is None, (folder / "log.txt").read_text()
        assert not control(graph)["accepted"]
        os.killpg(call.pid, signal.SIGKILL)
        took_s = wait_for(lambda: bool(control(graph)["accepted"]), 15, "the message")
        time.sleep(2.5)  # longer than the jobs' round, so that a second one would have come
        accepted = control(graph)["accepted"]

    found = newest(office)
    assert found is not None
    lost = office.db.read(lambda c: records.find_lost(c, found.id))
    office.close()
    print(f"written {took_s:.1f} s after the call's process was killed")
    assert [(each["to"], _words(each)) for each in accepted] == [(NUMBER.lstrip("+"), SORRY)]
    assert found.state == "dropped"
    assert lost is not None
    assert (lost.state, lost.channel) == ("written", "whatsapp")


def _turns(office: Office) -> int:
    found = newest(office)
    return len(office.db.read(lambda c: records.turns_of(c, found.id))) if found else 0


def _words(accepted: dict[str, Any]) -> str:
    return str(accepted["body"]["text"]["body"])
