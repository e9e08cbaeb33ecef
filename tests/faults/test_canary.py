"""Planted words: read in from every format, quoted to a contact, changed, removed - and gone.

Through real commands on a real install. Afterwards no byte of any file of the install holds them:
not the databases, their logs and index tables, not the cache, not what the commands have logged;
neither plainly nor in another writing.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.corpus.layouts import laid_out
from tests.corpus.markup import paper
from tests.fakes.running import ROOT, environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FORMATS = ("md", "txt", "html", "pdf", "docx", "xlsx", "pptx", "csv", "eml")
THINGS = ("boiler", "elevator", "wine cellar", "rooftop", "greenhouse", "ballroom", "library",
          "stable", "chapel")  # fmt: skip
TRACE = 9
"""So many letters of a planted word in a row are a trace: an index keeps words without the
beginning they share with the word before."""


def planted(thing: str, life: int) -> str:
    """Give the planted word of a thing: letters only, and no ending an index would cut off."""
    letters = "".join(sorted(thing.replace(" ", ""), key=lambda c: (ord(c) * 7) % 26))[:5]
    return f"qzv{letters}wkxj{'abc'[life]}qhvpzk"


def write(folder: Path, life: int) -> list[Path]:
    folder.mkdir(exist_ok=True)
    paths = []
    for thing, kind in zip(THINGS, FORMATS, strict=True):
        word = planted(thing, life)
        body = (
            f"# The {thing}\n\n## Service\nThe service word of the {thing} is {word}.\n\n"
            f"| Part | Word |\n| {thing} door | {word} |\n"
        )
        path = folder / f"about-the-{thing.replace(' ', '-')}.{kind}"
        path.write_bytes(laid_out(paper(f"house/{path.name}", body)))
        paths.append(path)
    return paths


def appliance(folder: Path, *words: str, said: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "appliance", *words],
        cwd=ROOT,
        env=environment(folder, 0, log_level="debug", cache_dir=folder / "cache"),
        input=said,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    with (folder / "log.txt").open("a") as log:
        log.write(done.stderr)
    return done.stdout


def writings(word: str) -> Iterator[bytes]:
    """Give every run of letters that would be a trace, in all the ways bytes may hold it."""
    for at in range(len(word) - TRACE + 1):
        part = word[at : at + TRACE]
        yield part.encode()
        yield part.encode("utf-16-le")
        yield part.encode("utf-16-be")
        yield part.encode().hex().encode()
    for shift in range(3):  # base64 reads three letters at a time, wherever the word begins
        coded = base64.b64encode(b"." * shift + word.encode())
        yield coded[4 : len(coded) - 4]


def contents(path: Path) -> Iterator[bytes]:
    """Give a file's bytes, and those of whatever lies packed in them."""
    held = path.read_bytes()
    yield held
    if zipfile.is_zipfile(io.BytesIO(held)):
        with zipfile.ZipFile(io.BytesIO(held)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    for found in re.finditer(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08", held):
        packed = held[found.start() : found.start() + 5_000_000]
        try:
            if packed[:2] == b"\x1f\x8b":
                yield gzip.decompress(packed)
            else:
                yield zlib.decompressobj().decompress(packed)
        except (zlib.error, OSError, EOFError):
            continue


def traces(folder: Path, words: list[str]) -> list[tuple[str, str]]:
    """Say which file of the install holds something of which word."""
    found = []
    kept = [path for name in ("data", "keys", "cache", "log.txt") for path in _files(folder / name)]
    for path in kept:
        held = [content.lower() for content in contents(path)]
        found += [
            (path.relative_to(folder).as_posix(), word)
            for word in words
            if any(trace.lower() in content for content in held for trace in writings(word))
        ]
    return found


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]


def test_the_search_for_traces_finds_them(tmp_path: Path) -> None:
    word = planted("boiler", 0)
    held = {
        "a": word.encode("utf-16-le"),
        "b": base64.b64encode(b"The word is " + word.encode() + b"!"),
        "c": b"xx" + zlib.compress(word.encode() * 3),
        "d": gzip.compress(word.upper().encode()),
        "e": b"..." + word[4:].encode(),
        "f": b"nothing of it",
    }
    (tmp_path / "data").mkdir()
    for name, content in held.items():
        (tmp_path / "data" / name).write_bytes(content)

    assert sorted(name for name, _ in traces(tmp_path, [word])) == [
        f"data/{name}" for name in "abcde"
    ]


def test_planted_words_are_gone_from_every_byte_once_their_documents_are_removed(
    tmp_path: Path,
) -> None:
    words = [planted(thing, life) for thing in THINGS for life in (0, 1)]
    asks = "".join(f"What is the service word of the {thing}?\n" for thing in THINGS)
    plain = tmp_path / "stays.md"
    plain.write_text("# Bicycles\n\nThe shed for bicycles is behind the mill.\n")
    appliance(tmp_path, "config", "activate", "tests/corpus/bot_config.yaml")
    documents = write(tmp_path / "docs", life=0)
    appliance(tmp_path, "knowledge", "add", str(tmp_path / "docs"), str(plain))
    first = appliance(tmp_path, "chat", said=asks)
    write(tmp_path / "docs", life=1)
    appliance(tmp_path, "knowledge", "add", str(tmp_path / "docs"))
    second = appliance(tmp_path, "chat", "--name", "another", said=asks)
    assert [thing for thing in THINGS if planted(thing, 0) not in first] == []
    assert [thing for thing in THINGS if planted(thing, 1) not in second] == []
    assert {name for name, _ in traces(tmp_path, words)} >= {"data/knowledge.db"}

    known = json.loads(appliance(tmp_path, "knowledge", "list", "--json"))
    doomed = [one["id"] for one in known if one["title"] != "Bicycles"]
    appliance(tmp_path, "knowledge", "remove", *doomed)

    assert len(doomed) == len(documents)
    assert traces(tmp_path, words) == []
    after = appliance(
        tmp_path, "chat", "--name", "third", said=f"{asks}Where is the bicycle shed?\n"
    )
    assert not any(word in after for word in words)
    assert "behind the mill" in after
    assert traces(tmp_path, words) == []
