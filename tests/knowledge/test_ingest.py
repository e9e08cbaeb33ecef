"""Text and Markdown become passages with their headings; what is no text is refused or listed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from appliance.core import errors
from appliance.core.clock import SystemClock
from appliance.knowledge import commands, ingest, records
from appliance.knowledge.library import open_library

NOW = datetime(2026, 11, 16, 15, tzinfo=UTC)
GUIDE = """\
# Guest guide

Welcome to the house.

## Breakfast

Breakfast is served from 7 to 10.

It is free for members.

## Rooms
### Keys

Keys are at the desk.

```
# no heading
```
"""


class Letters:
    """Counts letters: near enough to meaning for a test, and fast."""

    def __init__(self, name="letters"):
        self.name = name
        self.words: frozenset[str] = frozenset()

    def encode(self, texts):
        rows = np.array(
            [[text.casefold().count(chr(97 + n)) for n in range(26)] for text in texts], dtype="f4"
        ).reshape(len(texts), 26)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


@pytest.fixture
def library(tmp_path):
    made = open_library(tmp_path / "knowledge.db", embedder=Letters(), clock=SystemClock(NOW))
    yield made
    made.close()


def write(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text) if isinstance(text, str) else path.write_bytes(text)
    return path


def add(library, path):
    return ingest.add(library.db, library.embedder, library.clock, path)


def read(name, text):
    return ingest.read(Path(name), text.encode() if isinstance(text, str) else text)


def test_markdown_is_split_at_its_headings_and_each_passage_is_cited_by_them():
    title, texts = read("guide.md", GUIDE)

    assert title == "Guest guide"
    assert [(text.source, text.text) for text in texts] == [
        ("Guest guide", "Welcome to the house."),
        ("Guest guide, Breakfast", "Breakfast is served from 7 to 10. It is free for members."),
        ("Guest guide, Rooms › Keys", "Keys are at the desk. ``` # no heading ```"),
    ]


def test_plain_text_keeps_its_hashes_and_takes_its_name_from_the_file():
    title, [text] = read("house_rules.txt", "# 1 rule: be kind.")

    assert (title, text.text) == ("house rules", "# 1 rule: be kind.")


@given(
    st.lists(
        st.lists(st.integers(1, 60), min_size=1, max_size=8).map(
            lambda lengths: " ".join(" ".join(["word"] * n) + "." for n in lengths)
        ),
        min_size=1,
        max_size=6,
    )
)
def test_passages_keep_every_word_in_order_and_stay_near_120(paragraphs):
    _, texts = read("long.txt", "\n\n".join(paragraphs))

    joined = " ".join(text.text for text in texts)
    assert joined.split() == " ".join(paragraphs).split()
    assert max(len(text.text.split()) for text in texts) <= 120


def test_a_text_without_any_stop_is_cut_by_its_words():
    _, texts = read("endless.txt", "word " * 1000)

    assert [len(text.text.split()) for text in texts] == [120] * 8 + [40]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.pdf", "text", "no text or Markdown"),
        ("a.txt", b"\xff\xfe\x00", "not UTF-8"),
        ("a.txt", "a\x00b", "binary"),
        ("a.txt", " \n ", "empty"),
        ("a.md", "# Only\n## headings", "empty"),
        ("a.txt", b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
    ],
)
def test_what_is_no_text_is_refused_with_the_reason(name, content, says):
    with pytest.raises(errors.Refused, match=says):
        read(name, content)


def test_a_document_is_found_after_it_was_added_and_not_after_it_was_removed(library, tmp_path):
    added = add(library, write(tmp_path, "guide.md", GUIDE))

    assert (added.title, added.passages, added.state) == ("Guest guide", 3, "ready")
    assert library.find("breakfast")[0].source == "Guest guide, Breakfast"
    assert library.db.write_now(lambda c: records.remove_document(c, added.id))
    assert library.find("breakfast") == []


def test_an_unchanged_file_stays_and_a_changed_one_is_replaced(library, tmp_path):
    path = write(tmp_path, "guide.md", GUIDE)
    first = add(library, path)

    again = add(library, path)
    path.write_text("# Guest guide\nDinner is at eight.")
    changed = add(library, path)

    assert again == first
    assert (changed.id, changed.passages) == (first.id, 1)
    assert [p.text for p in library.find("breakfast dinner")] == ["Dinner is at eight."]


def test_a_file_that_went_bad_is_listed_with_its_problem_and_mended_later(library, tmp_path):
    path = write(tmp_path, "guide.md", b"\xff\xfe")

    failed = add(library, path)
    path.write_text(GUIDE)
    mended = add(library, path)

    assert (failed.state, failed.passages) == ("failed", 0)
    assert failed.problem
    assert "UTF-8" in failed.problem
    assert (mended.state, mended.problem, mended.id) == ("ready", None, failed.id)


def test_a_folder_stands_for_its_text_files_at_any_depth(tmp_path):
    (tmp_path / "deep").mkdir()
    for name in ("b.txt", "a.MD", "deep/c.markdown", "d.pdf"):
        write(tmp_path, name, "x")

    assert [p.name for p in ingest.files_in(tmp_path)] == ["a.MD", "b.txt", "c.markdown"]


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path):
    folder, outside = tmp_path / "docs", tmp_path / "private"
    for made in (folder / "inner", outside):
        made.mkdir(parents=True)
    secret = write(outside, "secret.md", "the keys")
    own = write(folder, "inner/own.md", "x")
    (folder / "to_file.md").symlink_to(secret)
    (folder / "to_folder").symlink_to(outside)
    (folder / "to_nowhere.md").symlink_to(tmp_path / "nowhere.md")
    (folder / "round.md").symlink_to(folder / "round.md")
    (folder / "within.md").symlink_to(own)

    found = ingest.files_in(folder)

    assert [p.name for p in found] == ["own.md", "within.md"]


def test_a_link_that_is_named_itself_is_followed(tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    write(folder, "own.md", "x")
    (tmp_path / "file.md").symlink_to(folder / "own.md")
    (tmp_path / "folder").symlink_to(folder)

    assert [p.name for p in ingest.files_in(tmp_path / "file.md")] == ["file.md"]
    assert [p.name for p in ingest.files_in(tmp_path / "folder")] == ["own.md"]


@pytest.mark.parametrize("path", ["nothing.md", "https://acme.example/help"])
def test_a_path_that_leads_nowhere_is_refused(tmp_path, path):
    with pytest.raises(errors.Refused):
        ingest.files_in(Path(path) if "//" in path else tmp_path / path)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(errors.Refused, match="no text or Markdown"):
        ingest.files_in(tmp_path)


def run(library, *words):
    return CliRunner().invoke(commands.build(lambda: library), list(words))


def test_the_commands_add_search_list_and_remove(library, tmp_path):
    path = write(tmp_path, "guide.md", GUIDE)

    assert run(library, "add", str(path)).exit_code == 0
    [listed] = json.loads(run(library, "list", "--json").stdout)
    found = json.loads(run(library, "search", "breakfast", "--json", "--k", "1").stdout)
    removed = run(library, "remove", listed["id"])

    assert (listed["title"], listed["passages"], listed["path"]) == ("Guest guide", 3, str(path))
    assert [row["source"] for row in found] == ["Guest guide, Breakfast"]
    assert set(found[0]) == {"text", "source", "score"}
    assert removed.exit_code == 0
    assert json.loads(run(library, "list", "--json").stdout) == []


def test_one_bad_file_fails_the_command_and_the_others_are_added(library, tmp_path):
    write(tmp_path, "bad.txt", b"\xff")
    write(tmp_path, "good.md", GUIDE)

    result = run(library, "add", str(tmp_path), str(tmp_path / "nowhere.md"))

    assert result.exit_code == 1
    assert "not UTF-8" in result.stdout
    assert "There is no file" in result.stdout
    assert "Guest guide: 3 passages" in result.stdout


def test_removing_what_is_not_there_says_how_to_find_it(library):
    result = run(library, "remove", "nothing")

    assert result.exit_code == 1
    assert "knowledge list" in result.output


def test_hostile_file_names_and_texts_reach_the_terminal_harmlessly(library, tmp_path):
    path = write(
        tmp_path, "evil.md", "# [red]\x1b[31mEvil\x1b]0;x\x07\n\nbreakfast \x1b[2J [/bold]"
    )

    shown = run(library, "add", str(path)).stdout
    shown += run(library, "search", "breakfast").stdout + run(library, "list").stdout

    assert "\x1b[31m" not in shown
    assert "\x1b]0" not in shown
    assert "\x1b[2J" not in shown
    assert "[/bold]" in shown


def test_hostile_names_of_files_that_fail_reach_the_terminal_harmlessly(library, tmp_path):
    hostile = "\x1b]0;x\x07\x9b31m\u202eevil[bold]"
    bad = write(tmp_path, f"{hostile}.txt", b"\xff")

    shown = run(library, "add", str(bad), str(tmp_path / f"{hostile}.md")).stdout
    shown += run(library, "remove", hostile).output
    shown += run(library, "list").stdout

    assert "not UTF-8" in shown.replace("\n", " ")
    assert "There is no file" in shown
    for control in "\x1b\x07\x9b\u202e":
        assert control not in shown


def test_json_carries_no_control_or_turning_character_to_the_terminal(library, tmp_path):
    words = "breakfast \x9b2J \u202e\u2066 café"
    add(library, write(tmp_path, "evil.md", f"# Guide\n\n{words}"))

    shown = (
        run(library, "search", "breakfast", "--json").stdout + run(library, "list", "--json").stdout
    )

    assert shown.isascii()
    assert json.loads(shown.splitlines()[0])[0]["text"] == words


def test_another_embedder_finds_only_after_a_reindex(library, tmp_path):
    add(library, write(tmp_path, "guide.md", GUIDE))
    other = type(library)(library.db, Letters("other letters"), library.clock)

    before = other.find("breakfast")
    result = run(other, "reindex")

    assert before == []
    assert "3 passages have new vectors" in result.stdout
    assert other.find("breakfast")[0].source == "Guest guide, Breakfast"
    assert library.find("breakfast") == []
