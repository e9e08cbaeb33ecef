"""Models a client brings: what is recognised, what is refused, and that nothing is half there."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.core import errors
from appliance.models.speech._kinds import Kind
from appliance.models.speech.mounted import intake
from appliance.models.speech.mounted.folder import Model, Models
from tests.conftest import MONDAY

FILES = {
    "vosk": ["am/final.mdl", "conf/model.conf", "graph/Gr.fst"],
    "whisper": ["model.bin", "config.json", "tokenizer.json", "vocabulary.txt"],
    "piper": ["en_US-amy.onnx", "en_US-amy.onnx.json"],
    "kokoro": ["model.int8.onnx", "voices.bin", "tokens.txt", "lexicon-us-en.txt"],
    "sherpa": ["encoder-1.onnx", "decoder-1.onnx", "joiner-1.onnx", "tokens.txt"],
}


@pytest.fixture
def models(tmp_path: Path) -> Models:
    return Models(tmp_path / "data" / "models")


def _write(folder: Path, provider: str) -> Path:
    for name in FILES[provider]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * 100)
    return folder


def _add(
    models: Models,
    source: Path,
    *,
    name: str | None = "mine",
    sha256: str | None = None,
    loads: Callable[[Kind, Path], bool] = lambda *_: True,
) -> Model:
    return models.add(source, name=name, sha256=sha256, now=MONDAY, loads=loads)


def _left(models: Models) -> list[str]:
    return sorted(path.name for path in models.folder.iterdir() if path.name != ".lock")


def _zip(path: Path, entries: dict[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def _tar(path: Path, folder: Path, *more: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:bz2") as archive:
        archive.add(folder, "some-model-1.0")
        for entry in more:
            archive.addfile(entry, io.BytesIO(b"x" * entry.size))
    return path


@pytest.mark.parametrize("provider", FILES)
def test_a_model_is_recognised_by_its_files_and_found_by_its_name(
    provider: str, models: Models, tmp_path: Path
) -> None:
    source = _write(tmp_path / "Some Model", provider)

    added = _add(models, source, name=None)

    assert (added.provider, added.name, added.was_loaded) == (provider, "some-model", True)
    assert models.listed() == [added]
    place = models.find("some-model")
    assert place is not None
    assert [file.path for file in added.files] == sorted(FILES[provider])
    for file in added.files:
        assert (place / file.path).read_bytes() == (source / file.path).read_bytes()
    assert models.changed("some-model") == []
    assert models.find("other") is None
    assert models.find("../models/some-model") is None


@pytest.mark.parametrize("provider", FILES)
def test_archives_hold_the_model_in_a_folder_of_their_own(
    provider: str, models: Models, tmp_path: Path
) -> None:
    source = _write(tmp_path / "from", provider)
    packed = _tar(tmp_path / "Packed-1.tar.bz2", source)
    entries: dict[str | zipfile.ZipInfo, bytes] = {
        f"top/{name}": (source / name).read_bytes() for name in FILES[provider]
    }
    entries["__MACOSX/._x"] = entries["top/.git/config"] = b"left by a program"
    zipped = _zip(tmp_path / "zipped.zip", entries)

    first, second = _add(models, packed, name=None), _add(models, zipped, name=None)

    assert (first.name, second.name) == ("packed-1", "zipped")
    assert first.provider == second.provider == provider
    assert first.files == second.files


def test_a_voice_of_pipers_is_two_files_beside_each_other(models: Models, tmp_path: Path) -> None:
    source = _write(tmp_path / "from", "piper") / "en_US-amy.onnx"
    tried: list[Path] = []

    def loads(_: Kind, entry: Path) -> bool:
        tried.append(entry)
        return True

    added = _add(models, source, name=None, loads=loads)
    (source.parent / "en_US-amy.onnx.json").unlink()
    with pytest.raises(errors.Refused, match="two files"):
        _add(models, source)

    assert added.name == "en-us-amy"
    assert tried[0].name == "en_US-amy.onnx"
    assert models.entry("en-us-amy")[1].name == "en_US-amy.onnx"


@pytest.mark.parametrize(
    "name",
    ["../evil", "/etc/evil", "top/../../evil", "..\\evil", "C:/evil", "bad\nname", "x" * 300],
)
def test_an_archive_that_leads_elsewhere_leaves_nothing(
    name: str, models: Models, tmp_path: Path
) -> None:
    good: dict[str | zipfile.ZipInfo, bytes] = dict.fromkeys(FILES["vosk"], b"x")
    zipped = _zip(tmp_path / "a.zip", {**good, zipfile.ZipInfo(name): b"x"})
    entry = tarfile.TarInfo(name)
    entry.size = 1
    packed = _tar(tmp_path / "a.tar", _write(tmp_path / "from", "vosk"), entry)

    for source in (zipped, packed):
        with pytest.raises(errors.Refused, match="no name for a file"):
            _add(models, source)

    assert _left(models) == []
    assert not list(tmp_path.rglob("evil*"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_links_and_pipes_in_archives_are_refused(
    kind: bytes, models: Models, tmp_path: Path
) -> None:
    entry = tarfile.TarInfo("some-model-1.0/graph/words.txt")
    entry.type, entry.linkname = kind, "/etc/passwd"
    packed = _tar(tmp_path / "a.tar", _write(tmp_path / "from", "vosk"), entry)
    link = zipfile.ZipInfo("words.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    good: dict[str | zipfile.ZipInfo, bytes] = dict.fromkeys(FILES["vosk"], b"x")
    zipped = _zip(tmp_path / "a.zip", {**good, link: b"/etc/passwd"})

    for source in (packed, zipped):
        with pytest.raises(errors.Refused, match="is a link or no file"):
            _add(models, source)
    assert _left(models) == []


def test_links_and_pipes_in_folders_are_refused(models: Models, tmp_path: Path) -> None:
    linked = _write(tmp_path / "linked", "vosk")
    (linked / "graph" / "words.txt").symlink_to("/etc/passwd")
    led = _write(tmp_path / "led", "vosk")
    (led / "ivector").symlink_to("/etc", target_is_directory=True)
    piped = _write(tmp_path / "piped", "vosk")
    os.mkfifo(piped / "graph" / "pipe")

    for source, says in ((linked, "cp -rL"), (led, "cp -rL"), (piped, "is no file")):
        with pytest.raises(errors.Refused, match=says):
            _add(models, source)
    assert _left(models) == []


def test_what_is_too_large_or_too_many_is_refused_before_it_is_written(
    models: Models, tmp_path: Path
) -> None:
    source = _write(tmp_path / "from", "vosk")
    with (source / "graph" / "huge").open("wb") as huge:
        huge.truncate(intake.MOST_BYTES)  # a hole: it takes no room here
    many = _zip(tmp_path / "many.zip", {f"f{n}": b"" for n in range(intake.MOST_FILES + 1)})

    for path in (source, many):
        with pytest.raises(errors.TooLarge):
            _add(models, path)
    assert _left(models) == []


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (["am/final.mdl"], r"For vosk it lacks: conf/\*\.conf"),
        (["model.bin", "config.json"], "For whisper it lacks: tokenizer.json"),
        (["readme.txt"], "Known are: vosk"),
        ([], "Known are: vosk"),
    ],
)
def test_what_is_no_model_is_told_what_it_lacks(
    files: list[str], says: str, models: Models, tmp_path: Path
) -> None:
    source = tmp_path / "from"
    source.mkdir()
    for name in files:
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_bytes(b"x")

    with pytest.raises(errors.Refused, match=says):
        _add(models, source)


def test_broken_archives_and_other_files_are_named(models: Models, tmp_path: Path) -> None:
    whole = _tar(tmp_path / "a.tar.bz2", _write(tmp_path / "from", "vosk")).read_bytes()
    cut, text = tmp_path / "cut.tar.bz2", tmp_path / "notes.txt"
    cut.write_bytes(whole[: len(whole) // 2])
    (tmp_path / "no.zip").write_bytes(b"not a zip")
    text.write_text("hello")

    for path, says in ((cut, "cannot be read"), (tmp_path / "no.zip", "cannot be read")):
        with pytest.raises(errors.Refused, match=says):
            _add(models, path)
    with pytest.raises(errors.Refused, match="neither a folder"):
        _add(models, text)
    with pytest.raises(errors.Refused, match="is not there"):
        _add(models, tmp_path / "nowhere")
    assert _left(models) == []


def test_a_pointer_of_git_lfs_is_not_taken_for_the_file(models: Models, tmp_path: Path) -> None:
    source = _write(tmp_path / "from", "whisper")
    (source / "model.bin").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:1\n")

    with pytest.raises(errors.Refused, match="git lfs pull"):
        _add(models, source)

    assert _left(models) == []


def test_the_publishers_digest_is_compared(models: Models, tmp_path: Path) -> None:
    source = _tar(tmp_path / "a.tar.bz2", _write(tmp_path / "from", "vosk"))
    digest = hashlib.sha256(source.read_bytes()).hexdigest()

    with pytest.raises(errors.Refused, match=digest):
        _add(models, source, sha256="0" * 64)
    with pytest.raises(errors.Refused, match="a folder has none"):
        _add(models, tmp_path / "from", sha256=digest)

    assert _add(models, source, sha256=digest.upper()).name == "mine"


def test_what_does_not_load_is_not_kept(models: Models, tmp_path: Path) -> None:
    def refuses(kind: Kind, entry: Path) -> bool:
        raise errors.Refused(f"{kind.provider} does not load {entry.name}")

    source = _write(tmp_path / "from", "vosk")
    with pytest.raises(errors.Refused, match="vosk does not load"):
        _add(models, source, loads=refuses)

    assert _left(models) == []
    assert _add(models, source, loads=lambda *_: False).was_loaded is False


def test_a_name_is_taken_once_and_free_again_when_the_model_is_removed(
    models: Models, tmp_path: Path
) -> None:
    source = _write(tmp_path / "from", "vosk")
    _add(models, source)

    with pytest.raises(errors.Refused, match="is there already"):
        _add(models, source)
    for name in ("../mine", "Mine", "", ".mine"):
        with pytest.raises(errors.Refused, match=r"is no name|is no model"):
            _add(models, source, name=name or "-")
    models.remove("mine")
    with pytest.raises(errors.NotFound):
        models.remove("mine")

    assert _left(models) == []
    assert _add(models, source).name == "mine"


def test_what_a_killed_command_left_is_swept_by_the_next(models: Models, tmp_path: Path) -> None:
    source = _write(tmp_path / "from", "vosk")
    process = os.fork()
    if process == 0:
        _add(models, source, loads=lambda *_: os._exit(9))  # dies with everything written
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 9
    assert _left(models) == [".mine.part"]
    assert models.listed() == []

    _add(models, source)

    assert _left(models) == ["mine"]


def test_files_that_change_afterwards_are_noticed(models: Models, tmp_path: Path) -> None:
    _add(models, _write(tmp_path / "from", "vosk"))
    place = models.find("mine")
    assert place is not None
    same_size = (place / "am" / "final.mdl").read_bytes()[::-1]

    (place / "am" / "final.mdl").write_bytes(same_size)
    (place / "graph" / "Gr.fst").unlink()

    assert models.changed("mine") == ["am/final.mdl was changed", "graph/Gr.fst is missing"]
    with pytest.raises(errors.Misconfigured, match=r"graph/Gr\.fst is missing or was changed"):
        models.find("mine")
