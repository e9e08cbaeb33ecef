"""A recorded call by telephone: what the line carried is on it, from LiveKit's own room."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from appliance.conversation.values import Role
from appliance.services.calls import recordings, records
from tests.fakes.baresip import telephone
from tests.fakes.running import wait_for
from tests.voice.calls import config_text
from tests.voice.exchange import exchange, needs_livekit, own_address
from tests.voice.record import MONDAY, NUMBER, desk_of, narrow
from tests.voice.test_recording import loud_s, played

pytestmark = [pytest.mark.slow, needs_livekit(), pytest.mark.calls]

SENTENCE = "We record this call."


def _loud(heard: np.ndarray) -> int:
    return int(np.count_nonzero(np.abs(heard) > 1000))


def test_a_call_by_telephone_is_recorded_with_both_sides(tmp_path: Path) -> None:
    (tmp_path / "script.txt").write_text("what are your opening hours\n")
    extra = f"""  phone: {{ allowed_addresses: [{own_address()}], ring_s: 60 }}
  recording: {{ enabled: true, sentence: {SENTENCE} }}
  manners:"""
    text = config_text(tmp_path).replace("  manners:", extra)
    with exchange(
        tmp_path, module="appliance.switchboard", text=text, clock_start=MONDAY.isoformat()
    ) as opened:
        desk = desk_of(opened)
        with telephone(tmp_path / "caller", own_address(), number=NUMBER) as caller:
            caller.dial(opened.address)
            caller.wait("CALL_ESTABLISHED", 60)
            wait_for(lambda: len(desk.said(Role.BOT)) == 3, 60, "the greeting")
            caller.say(narrow("hours", tmp_path))
            before = len(caller.heard())
            wait_for(lambda: _loud(caller.heard()[before:]) > 8_000, 60, "a second of the reply")
            caller.hang_up()
            db = desk.office.db
            wait_for(
                lambda: (
                    [r.state for r in db.read(lambda c: records.recordings(c, most=9))] == ["kept"]
                ),
                60,
                "the recording is kept",
            )
        [kept] = db.read(lambda c: records.recordings(c, most=9))
        folder = desk.office.settings.data_dir / recordings.FOLDER
        heard = recordings.read(desk.office.keyring, folder, kept.call_id)
        assert desk.said(Role.BOT)[1] == SENTENCE
        desk.office.close()

    caller_side, bot_side = played(heard)
    assert kept.sound_ms == pytest.approx(len(bot_side) / 48, abs=300)
    assert 0.5 < loud_s(caller_side) < 5
    assert loud_s(bot_side) > 1
