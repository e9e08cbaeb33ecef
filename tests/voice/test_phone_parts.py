"""The phone's parts that need no call: tokens, programs, what is said of trouble."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from livekit import api
from livekit.protocol.models import ParticipantInfo

from appliance.config import model
from appliance.connectors.phone import access, prompts, refusals, rooms, servers
from appliance.core.crypto import Keyring
from appliance.core.settings import Settings
from appliance.switchboard import plan
from appliance.switchboard.child import fields, is_trouble, read

KEYS = Keyring(bytes(range(32)))
VOICE = model.Voice(enabled=True)


def test_the_key_is_long_and_the_same_in_every_process():
    one, other = access.of(KEYS, 7880), access.of(Keyring(bytes(range(32))), 7880)

    assert one == other
    assert len(one.secret) >= 32
    assert access.of(Keyring(bytes(32)), 7880).secret != one.secret


def test_a_callers_token_opens_one_room_and_calls_the_bot_into_it():
    entry = access.of(KEYS, 7880)

    token = entry.call_token(
        datetime.now(UTC), room="call-1", identity="v1", metadata={"kind": "web"}
    )

    claims = api.TokenVerifier(entry.key, entry.secret).verify(token)
    assert claims.identity == "v1"
    assert claims.video is not None
    assert (claims.video.room, claims.video.room_join) == ("call-1", True)
    assert not claims.video.room_admin
    assert claims.room_config is not None
    (agent,) = claims.room_config.agents
    assert (agent.agent_name, json.loads(agent.metadata)) == ("frontdesk", {"kind": "web"})


def test_a_token_is_good_for_ten_minutes():
    entry = access.of(KEYS, 7880)
    old = entry.call_token(datetime.now(UTC) - timedelta(minutes=12), room="call-1", identity="v1")

    with pytest.raises(jwt.ExpiredSignatureError):
        api.TokenVerifier(entry.key, entry.secret).verify(old)


def test_nothing_runs_while_the_voice_is_off(tmp_path: Path):
    assert plan.plan(model.Voice(), Settings(), access.of(KEYS, 7880), tmp_path) == plan.Plan()


def test_what_is_missing_is_named_with_the_command_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))

    made = plan.plan(VOICE, Settings(), access.of(KEYS, 7880), tmp_path)

    assert made.programs == ()
    assert made.problems == ("The program livekit-server is missing. Run: make livekit",)
    assert "apt-get install redis-server" in " ".join(plan.lacking_for_telephones())


def test_without_the_bridge_browsers_can_still_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    (tmp_path / servers.SERVER).touch(mode=0o755)

    made = plan.plan(VOICE, Settings(), access.of(KEYS, 7880), tmp_path)

    assert [each.name for each in made.programs] == ["livekit-server", "voice", "warden"]
    assert "Telephones are not answered" in made.problems[-1]
    assert not made.has_trunk


def test_no_secret_stands_in_a_command_and_signalling_stays_on_this_machine(tmp_path: Path):
    entry = access.of(KEYS, 7880)
    server = servers.livekit_server(entry, plan.ports(Settings()), tmp_path / "redis.sock")
    bridge = servers.livekit_sip(entry, plan.ports(Settings()), tmp_path / "redis.sock")

    assert not any(entry.secret in word for word in (*server.command, *bridge.command))
    assert "--dev" not in server.command
    assert json.loads(server.environment["LIVEKIT_CONFIG"])["bind_addresses"] == ["127.0.0.1"]


def test_a_rejected_call_is_logged_with_its_reason_and_no_number_in_plain_fields():
    line = json.dumps(
        {
            "level": "warn",
            "msg": "Rejecting inbound, doesn't match any Trunks",
            "fromUser": "+15551234567",
            "fromHost": "203.0.113.9",
        }
    ).encode()

    told = read(line)
    said = fields(told, line)

    assert is_trouble(told)
    assert said["said_msg"] == "Rejecting inbound, doesn't match any Trunks"
    assert said["said_fromhost"] == "203.0.113.9"
    assert {name for name, value in said.items() if "+1555" in value} == {"pii_said"}


@pytest.mark.parametrize(
    "line", [b"", b"not json", b"[]", b'"text"', b'{"level": "info", "msg": "fine"}', b"\xff\xfe"]
)
def test_lines_without_trouble_say_nothing(line: bytes):
    assert not is_trouble(read(line))
    assert refusals.reason(read(line), VOICE.phone) is None


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"msg": "Cannot start media", "fromIP": "203.0.113.9"}, refusals.ADDRESS),
        ({"msg": "Cannot start media", "fromIP": "no address"}, refusals.ADDRESS),
        ({"msg": "Cannot start media", "fromIP": "192.168.7.1"}, refusals.NUMBER),
        ({"msg": "Cannot start media", "fromIP": "192.168.7.1", "sipTrunk": "ST_1"}, None),
        ({"msg": "Authentication failed - response mismatch"}, refusals.LOGIN),
        ({"msg": "Rejecting inbound flood"}, refusals.NO_TRUNK),
    ],
)
def test_why_a_call_was_turned_away_is_named(said: dict[str, str], why: str | None):
    assert refusals.reason(said, model.Phone(numbers=["100"])) == why


def test_an_operators_own_recording_comes_before_ours(tmp_path: Path):
    ours = prompts.samples("welcome")
    (tmp_path / "welcome.wav").write_bytes(
        (Path(prompts.__file__).parent / "recordings" / "goodbye.wav").read_bytes()
    )

    assert ours
    assert prompts.samples("welcome", own=tmp_path) == prompts.samples("goodbye")
    assert prompts.samples("moment", own=tmp_path) == prompts.samples("moment")


def test_a_bot_whose_process_is_no_more_is_known_to_be_dead():
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()

    def bot(process: object) -> ParticipantInfo:
        return ParticipantInfo(
            kind=ParticipantInfo.Kind.AGENT, attributes={access.PROCESS: str(process)}
        )

    caller = ParticipantInfo(
        kind=ParticipantInfo.Kind.SIP, attributes={access.PROCESS: str(ended.pid)}
    )
    assert rooms.is_dead(bot(ended.pid))
    assert not rooms.is_dead(bot(os.getpid()))
    assert not rooms.is_dead(bot("not a number"))
    assert not rooms.is_dead(ParticipantInfo(kind=ParticipantInfo.Kind.AGENT))
    assert not rooms.is_dead(caller)
