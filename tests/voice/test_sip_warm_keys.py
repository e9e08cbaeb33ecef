"""A warm transfer without any speech service: recordings speak, to the caller and to the person."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.conversation.values import Role
from tests.fakes.baresip import telephone
from tests.fakes.running import free_port, wait_for
from tests.voice.exchange import HOUSE, exchange, needs_livekit, own_address
from tests.voice.record import MONDAY, NUMBER, desk_of
from tests.voice.test_sip_warm import hears, person, tone

pytestmark = [pytest.mark.slow, needs_livekit(), pytest.mark.calls]


def test_a_caller_by_keys_is_announced_by_a_recording_and_joined(tmp_path: Path):
    port = free_port()
    phone = f"""voice:
  enabled: true
  phone:
    allowed_addresses: [{own_address()}]
    ring_s: 60
    transfer: warm
    transfer_to: sip:200@{own_address()}:{port}
"""
    whole = (HOUSE / "bot_config.yaml").read_text()
    text = whole.replace("voice:\n  enabled: false\n", phone)
    source = f"aufile,{tone(tmp_path, 'persons', 600)}"
    with (
        exchange(
            tmp_path / "exchange",
            module="appliance.switchboard",
            text=text,
            clock_start=MONDAY.isoformat(),
        ) as opened,
        person(tmp_path / "person", port, source=source) as taker,
        telephone(tmp_path / "caller", own_address(), number=NUMBER) as caller,
    ):
        desk = desk_of(opened)
        caller.dial(opened.address)
        caller.wait("CALL_ESTABLISHED", 60)
        wait_for(lambda: any("press four" in said for said in desk.said(Role.BOT)), 40, "the menu")

        caller.press("4")
        taker.wait("CALL_ESTABLISHED", 40)
        wait_for(lambda: len(taker.heard()) > 8000, 40, "the announcement")
        taker.press("1")

        caller.say(tone(tmp_path, "callers", 1000))
        wait_for(lambda: hears(taker, 1000), 40, "the caller")
        wait_for(lambda: hears(caller, 600), 40, "the person")
        caller.hang_up()
        taker.wait("CALL_CLOSED", 40)
        desk.office.close()
