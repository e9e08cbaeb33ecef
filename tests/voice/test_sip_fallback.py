"""A call that no bot answers: it goes where a person is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.baresip import telephone
from tests.fakes.running import free_port
from tests.voice.exchange import exchange, needs_livekit, own_address

pytestmark = [pytest.mark.slow, needs_livekit(), pytest.mark.calls]


def test_a_call_no_worker_answers_within_two_rings_goes_to_the_fallback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PHONE_WORKER", "idle_worker")
    host, port = own_address(), free_port()
    extra = f"    ring_s: 6\n    fallback: sip:200@{host}:{port}\n"
    with (
        telephone(tmp_path / "person", host, number="200", answers=True, sip=port) as person,
        exchange(tmp_path / "exchange", extra) as opened,
        telephone(tmp_path / "caller", host) as caller,
    ):
        caller.dial(opened.address)

        person.wait("CALL_ESTABLISHED", 60)
        assert f"sip:200@{host}:{port}" in caller.wait("TRANSFER")["param"]
