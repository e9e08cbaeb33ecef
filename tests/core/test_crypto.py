"""Keys and sealed fields: what was sealed opens only where it was put, with the key it had."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.core import crypto, errors
from appliance.core.crypto import Keyring


def test_a_sealed_text_opens_in_its_place_and_nowhere_else(keyring: Keyring) -> None:
    sealed = keyring.seal("messages|body", "row1", "grüß dich \ud83d\ude00")

    assert keyring.open("messages|body", "row1", sealed) == "grüß dich \ud83d\ude00"
    for place, row in (("messages|body", "row2"), ("messages|extras", "row1")):
        with pytest.raises(errors.Misconfigured, match="does not open"):
            keyring.open(place, row, sealed)


def test_a_changed_byte_is_noticed(keyring: Keyring) -> None:
    sealed = bytearray(keyring.seal("t|c", "1", "hello"))
    sealed[-1] ^= 1

    with pytest.raises(errors.Misconfigured, match="does not open"):
        keyring.open("t|c", "1", bytes(sealed))


def test_another_key_is_named_as_such(keyring: Keyring) -> None:
    sealed = keyring.seal("t|c", "1", "hello")

    with pytest.raises(errors.Misconfigured, match="another key"):
        Keyring(bytes(32)).open("t|c", "1", sealed)


def test_equal_identities_have_equal_blind_indexes_and_others_do_not(keyring: Keyring) -> None:
    assert keyring.blind("email", "a@b.c") == keyring.blind("email", "a@b.c")
    assert keyring.blind("email", "a@b.c") != keyring.blind("phone", "a@b.c")
    assert keyring.blind("email", "a@b.c") != Keyring(bytes(32)).blind("email", "a@b.c")


def test_the_first_start_makes_a_key_only_its_owner_may_read(tmp_path: Path) -> None:
    first = crypto.load_or_create(tmp_path / "keys", data_is_new=True)
    second = crypto.load_or_create(tmp_path / "keys", data_is_new=False)

    assert first.check_value == second.check_value
    mode = stat.S_IMODE((tmp_path / "keys" / "master.key").stat().st_mode)
    assert mode == 0o600
    assert os.listdir(tmp_path / "keys") == ["master.key"]


def test_a_missing_key_over_existing_data_is_refused_and_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(errors.Misconfigured, match="is missing"):
        crypto.load_or_create(tmp_path / "keys", data_is_new=False)

    assert not (tmp_path / "keys").exists()


def test_a_key_file_of_the_wrong_size_is_refused(tmp_path: Path) -> None:
    (tmp_path / "master.key").write_bytes(b"short")

    with pytest.raises(errors.Misconfigured, match="is not a key"):
        crypto.load_or_create(tmp_path, data_is_new=True)


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; import appliance; "
        "from appliance.core import crypto; "
        "print(crypto.load_or_create(Path(sys.argv[1]), data_is_new=True).check_value)"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "keys")],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]

    assert len({process.communicate()[0] for process in running}) == 1
