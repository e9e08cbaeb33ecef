"""Who may call: a trunk that asks for a name and a password; and how keys come over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.baresip import telephone
from tests.fakes.running import wait_for
from tests.voice.exchange import Exchange, exchange, needs_livekit

pytestmark = [pytest.mark.slow, needs_livekit(), pytest.mark.calls]

USER, PASSWORD = "pbx", "correct-horse-7"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with exchange(
        tmp_path_factory.mktemp("guarded"),
        f"    ring_s: 40\n    username: {USER}\n    password_secret: trunk\n",
        secret_trunk=PASSWORD,
    ) as made:
        yield made


def test_whoever_proves_the_password_is_answered_and_keys_arrive(guarded: Exchange, tmp_path: Path):
    with telephone(tmp_path / "phone", guarded.host, user=USER, password=PASSWORD) as phone:
        phone.dial(guarded.address)
        phone.wait("CALL_ESTABLISHED", 40)
        guarded.wait("joined", 40)

        for key in "15#":
            phone.press(key)

        wait_for(lambda: len(guarded.diary("pressed")) == 3, 20, "three keys")
        assert [each["key"] for each in guarded.diary("pressed")] == ["1", "5", "#"]
        phone.hang_up()


@pytest.mark.parametrize(("user", "password"), [("", ""), (USER, "wrong"), ("other", PASSWORD)])
def test_whoever_cannot_is_refused_and_never_reaches_the_bot(
    guarded: Exchange, tmp_path: Path, user: str, password: str
):
    joined = len(guarded.diary("joined"))
    told = guarded.log().count("Authentication failed")
    with telephone(tmp_path / "phone", guarded.host, user=user, password=password) as phone:
        phone.dial(guarded.address)

        closed = phone.wait("CALL_CLOSED", 40)

        assert closed["param"].startswith("401")
        assert not phone.events("CALL_ESTABLISHED")
    assert len(guarded.diary("joined")) == joined
    if user:
        wait_for(lambda: guarded.log().count("Authentication failed") > told, 15, "the reason")
    assert PASSWORD not in guarded.log()
