"""The key file is missing, another one, or none at all: nothing starts over existing data."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.server import Server, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

MISCONFIGURED = 78


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which somebody has been answered."""
    folder: Path = tmp_path_factory.mktemp("used")
    with serving(Server(folder)) as server:
        server.visitor().talk("When are you open?")
        assert server.stop() == 0
    return folder


@pytest.fixture
def folder(used: Path, tmp_path: Path) -> Path:
    shutil.copytree(used, tmp_path, dirs_exist_ok=True)
    return tmp_path


def missing(key: Path) -> None:
    key.unlink()


def folder_missing(key: Path) -> None:
    shutil.rmtree(key.parent)


def another(key: Path) -> None:
    key.write_bytes(bytes(reversed(key.read_bytes())))


def one_bit(key: Path) -> None:
    old = key.read_bytes()
    key.write_bytes(bytes([old[0] ^ 1]) + old[1:])


def too_short(key: Path) -> None:
    key.write_bytes(key.read_bytes()[:31])


def too_long(key: Path) -> None:
    key.write_bytes(key.read_bytes() + b"\n")


def empty(key: Path) -> None:
    key.write_bytes(b"")


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (missing, "is missing, but the database holds data sealed with it"),
        (folder_missing, "is missing, but the database holds data sealed with it"),
        (another, "is not the one this data was sealed with"),
        (one_bit, "is not the one this data was sealed with"),
        (too_short, "it has 31 bytes instead of 32"),
        (too_long, "it has 33 bytes instead of 32"),
        (empty, "it has 0 bytes instead of 32"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_wrong_key_is_refused_and_never_replaced(
    folder: Path, harm: Callable[[Path], None], sentence: str
):
    key = folder / "keys" / "master.key"
    harm(key)
    harmed = key.read_bytes() if key.exists() else None

    with serving(Server(folder), start=False) as server:
        code = server.launch().wait(60)
        lines = [line for line in server.log.splitlines() if line.startswith("appliance: ")]

        assert code == MISCONFIGURED
        assert len(lines) == 1
        assert sentence in lines[0]
        assert "Traceback" not in server.log
        assert (key.read_bytes() if key.exists() else None) == harmed


def test_a_command_without_the_key_is_refused_and_the_key_put_back_is_enough(folder: Path):
    key = folder / "keys" / "master.key"
    original = key.read_bytes()
    key.unlink()

    with serving(Server(folder), start=False) as server:
        command = server.command("tickets", "list")
        assert command.returncode == MISCONFIGURED
        assert "is missing, but the database" in " ".join(command.stderr.decode().split())
        assert not key.exists()

        key.write_bytes(original)
        server.start()
        assert "9:00 am" in server.visitor().talk("When are you open?")


def test_the_first_start_makes_a_key_only_its_owner_can_read(tmp_path):
    with serving(Server(tmp_path)):
        key = tmp_path / "keys" / "master.key"

        assert len(key.read_bytes()) == 32
        assert key.stat().st_mode & 0o077 == 0
        assert key.parent.stat().st_mode & 0o077 == 0
