from __future__ import annotations

import socket
from datetime import UTC, datetime

import pytest

from appliance.core.settings import Settings
from appliance.models import weights
from appliance.services.monitoring import doctor

NOW = datetime(2026, 11, 16, 15, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "data", keys_dir=tmp_path / "keys", port=0)


def states(settings: Settings) -> dict[str, str]:
    found = doctor.examine(settings, config_problems=[], running=False, present=NOW)
    return {one.check: one.state for one in found}


def test_a_healthy_machine_passes_and_nothing_is_made(settings):
    found = states(settings)

    assert set(found.values()) <= {"ok", "warn"}
    assert not settings.data_dir.exists()
    assert not settings.keys_dir.exists()


@pytest.mark.parametrize(
    ("version", "state"), [((3, 10), "fail"), ((3, 11), "ok"), ((3, 13), "ok"), ((3, 14), "fail")]
)
def test_python_has_a_range(version, state):
    assert doctor.python(version).state == state


@pytest.mark.parametrize(("version", "state"), [((3, 51, 2), "fail"), ((3, 51, 3), "ok")])
def test_an_old_sqlite_fails(version, state):
    assert doctor.sqlite(version).state == state


def test_a_folder_under_a_file_fails_and_names_its_variable(tmp_path):
    (tmp_path / "file").touch()

    found = doctor.folder("data folder", tmp_path / "file" / "data", "APPLIANCE_DATA_DIR")

    assert found.state == "fail"
    assert "APPLIANCE_DATA_DIR" in found.says


def test_a_broken_config_is_told_with_its_first_problem_and_the_command(settings):
    found = doctor.config(settings.config, ["bot_config.yaml:1:1: unknown key", "another"])

    assert found.state == "fail"
    assert "bot_config.yaml:1:1" in found.says
    assert "1 more" in found.says
    assert "appliance config validate" in found.says


def test_wrong_weights_fail(monkeypatch, tmp_path):
    wrong = tmp_path / "model.safetensors"
    wrong.write_bytes(b"not the model")
    monkeypatch.setattr(weights, "find", lambda: weights.Files(wrong, wrong))

    assert doctor.embedder().state == "fail"


def test_a_taken_port_fails_unless_it_is_ours(settings):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = settings.model_copy(update={"port": other.getsockname()[1]})

        assert doctor.port(taken, running=False).state == "fail"
        assert doctor.port(taken, running=True).state == "ok"


@pytest.mark.parametrize(
    ("present", "state"),
    [
        (NOW, "ok"),
        (datetime(1970, 1, 1, tzinfo=UTC), "fail"),
        (datetime(2150, 1, 1, tzinfo=UTC), "fail"),
    ],
)
def test_an_unbelievable_clock_fails(present, state):
    assert doctor.clock(present, None).state == state


def test_a_pretended_clock_is_a_warning():
    assert doctor.clock(NOW, NOW).state == "warn"
