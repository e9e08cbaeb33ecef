"""The sound of calls on the disk: sealed in order, readable where it was cut, swept by its rows."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from appliance.core import errors
from appliance.core.crypto import Keyring
from appliance.core.store.database import Database
from appliance.services.calls import recordings, records
from appliance.services.calls.recordings import Writing
from tests.conftest import MONDAY

PIECES = [b"one " * 100, b"two " * 100, b"three " * 100]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "calls"


def _write(keyring: Keyring, folder: Path, call_id: str) -> Path:
    writing = Writing.begin(keyring, folder, call_id)
    for piece in PIECES:
        writing.add(piece)
    writing.close()
    return folder / call_id


def _call(db: Database, contact: str = "ada", conversation: str = "talk") -> str:
    def unit(connection):
        call_id = records.begin(
            connection,
            MONDAY,
            conversation_id=conversation,
            contact_id=contact,
            kind="raw",
            direction="inbound",
            alive_until=MONDAY,
        )
        records.begin_recording(connection, MONDAY, call_id, told_ms=1200)
        return call_id

    return str(db.write_now(unit))


def test_what_is_written_is_sealed_and_reads_as_it_was(keyring: Keyring, folder: Path) -> None:
    file = _write(keyring, folder, "c1")

    assert recordings.read(keyring, folder, "c1") == b"".join(PIECES)
    assert b"one one" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(errors.Misconfigured, match="another key"):
        recordings.read(Keyring(bytes(32)), folder, "c1")


def test_of_a_file_that_was_cut_everything_whole_is_read(keyring: Keyring, folder: Path) -> None:
    file = _write(keyring, folder, "c1")
    whole = file.read_bytes()
    two = len(b"".join(PIECES[:2])) + 2 * (4 + 4 + 12 + 16)

    for size in (len(whole) - 1, two + 3, two):
        file.write_bytes(whole[:size])
        assert recordings.read(keyring, folder, "c1") == b"".join(PIECES[:2])
    for size in (0, 3, 10):
        file.write_bytes(whole[:size])
        with pytest.raises(errors.NotFound, match="holds nothing"):
            recordings.read(keyring, folder, "c1")


def test_pieces_that_were_changed_moved_or_taken_from_another_call_do_not_open(
    keyring: Keyring, folder: Path
) -> None:
    file = _write(keyring, folder, "c1")
    whole = file.read_bytes()
    first = len(PIECES[0]) + 36
    second = len(PIECES[1]) + 36
    wrongs = [
        whole[first:],
        whole[first : first + second] + whole[:first],
        whole[:50] + bytes([whole[50] ^ 1]) + whole[51:],
    ]

    for wrong in wrongs:
        file.write_bytes(wrong)
        with pytest.raises(errors.Misconfigured, match="does not open"):
            recordings.read(keyring, folder, "c1")
    (folder / "c2").write_bytes(whole)
    with pytest.raises(errors.Misconfigured, match="does not open"):
        recordings.read(keyring, folder, "c2")


def test_only_what_a_row_calls_for_stays_on_the_disk(
    db: Database, keyring: Keyring, folder: Path
) -> None:
    ada, ada_too, bob = _call(db), _call(db, conversation="other"), _call(db, "bob")
    for call_id in (ada, ada_too, bob, "orphan"):
        _write(keyring, folder, call_id)

    recordings.sweep(db, folder)
    left = {path.name for path in folder.iterdir()}
    erased = recordings.erase(db, folder, conversation_id="other")
    after_one = {path.name for path in folder.iterdir()}
    erased += recordings.erase(db, folder, contact_id="ada")

    assert left == {ada, ada_too, bob}
    assert after_one == {ada, bob}
    assert erased == 2
    assert [path.name for path in folder.iterdir()] == [bob]
    states = {row.call_id: row.state for row in db.read(lambda c: records.recordings(c, most=9))}
    assert states == {ada: "erased", ada_too: "erased", bob: "open"}


@pytest.mark.parametrize("whose", [{}, {"call_id": "c1", "contact_id": "ada"}])
def test_it_must_be_said_whose_sound_is_erased(
    db: Database, folder: Path, whose: dict[str, str]
) -> None:
    with pytest.raises(errors.Refused, match="Say whose"):
        recordings.erase(db, folder, **whose)


def test_what_was_refused_or_erased_is_not_kept_after_all(db: Database) -> None:
    call_id = _call(db)

    goes_on = db.write_now(lambda c: records.recorded(c, call_id, 5_000, is_over=False))
    db.write_now(lambda c: records.refuse_recording(c, MONDAY, call_id))
    too_late = db.write_now(lambda c: records.recorded(c, call_id, 9_000, is_over=True))

    row = db.read(lambda c: records.find_recording(c, call_id))
    assert (goes_on, too_late) == (True, False)
    assert row is not None
    assert (row.state, row.sound_ms, row.told_ms) == ("refused", 0, 1200)


def test_days_are_counted_from_the_recording_and_a_call_that_goes_on_is_left_alone(
    db: Database, keyring: Keyring, folder: Path
) -> None:
    call_id, brief = _call(db), _call(db, "bob")
    _write(keyring, folder, call_id)
    _write(keyring, folder, brief)
    db.write_now(lambda c: records.recorded(c, call_id, 5_000, is_over=False))

    recordings.care(db, folder, MONDAY + timedelta(days=6, hours=23), keep_days=7)
    going = db.read(lambda c: records.find_recording(c, call_id))
    db.write_now(lambda c: records.drop_dead(c, MONDAY + timedelta(seconds=1)))
    recordings.care(db, folder, MONDAY + timedelta(days=7), keep_days=7)
    over = db.read(lambda c: records.find_recording(c, call_id))
    assert [path.name for path in folder.iterdir()] == [call_id]  # the other had hardly begun
    recordings.care(db, folder, MONDAY + timedelta(days=7, seconds=1), keep_days=7)

    assert going is not None
    assert over is not None
    assert (going.state, over.state) == ("open", "kept")
    assert list(folder.iterdir()) == []
