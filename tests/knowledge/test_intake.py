"""Documents are read once, changed ones again; bad ones say why; nothing that was there is lost."""

from __future__ import annotations

import os
import sqlite3
from datetime import date

import pytest

from appliance.core import errors
from appliance.knowledge import adding, records
from appliance.knowledge.intake import Nobody, Outcome
from appliance.knowledge.values import Access, Asked, State
from tests.knowledge import files

GUIDE = "# Guest guide\n\nWelcome.\n\n## Breakfast\n\nBreakfast is served from 7 to 10.\n"


class Heard(Nobody):
    """Hears what became of each document."""

    def __init__(self):
        self.outcomes = []

    def ended(self, document, outcome):
        self.outcomes.append((document.title, outcome))


def write(tmp_path, name, content):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def sources(library, query, **more):
    return [match.source for match in library.find(query, **more)]


def test_a_document_is_found_once_it_is_read(desk, library, tmp_path):
    [added] = desk.add(write(tmp_path, "guide.md", GUIDE))

    assert (added.title, added.passages, added.state) == ("Guest guide", 2, State.READY)
    assert (added.format, added.access, added.due_at) == ("markdown", Access.PUBLIC, None)
    assert sources(library, "breakfast")[0] == "Guest guide, Breakfast"


def test_an_unchanged_file_is_not_read_again_and_makes_no_vector(desk, library, tmp_path):
    path = write(tmp_path, "guide.md", GUIDE)
    [first] = desk.add(path)
    made = library.embedder.made
    desk.intake.watching = Heard()

    [again] = desk.add(path)

    assert again == first
    assert library.embedder.made == made
    assert desk.intake.watching.outcomes == [("Guest guide", Outcome.UNCHANGED)]


def test_of_a_changed_file_only_what_changed_is_made_anew(desk, library, tmp_path):
    path = write(tmp_path, "guide.md", GUIDE)
    [first] = desk.add(path)
    kept = passage_ids(library)["Welcome."]
    made = library.embedder.made

    write(tmp_path, "guide.md", GUIDE.replace("7 to 10", "8 to 11"))
    [changed] = desk.add(path)

    assert (changed.id, changed.passages) == (first.id, 2)
    assert library.embedder.made == made + 1
    assert passage_ids(library)["Welcome."] == kept
    assert desk.texts(path) == ["Welcome.", "Breakfast is served from 8 to 11."]


def passage_ids(library):
    sql = "SELECT text, id FROM passages"
    return dict(map(tuple, library.db.read(lambda c: c.exec_driver_sql(sql).all())))


def test_the_same_words_twice_keep_both_their_places(desk, tmp_path):
    text = "# A\n\nSame words.\n\n# B\n\nSame words.\n\n# A\n\nSame words."

    [added] = desk.add(write(tmp_path, "twice.md", text))

    assert added.passages == 3
    assert desk.texts(tmp_path / "twice.md") == ["Same words."] * 3


BAD = [
    ("protected.pdf", lambda: files.pdf("Secret.", password="open"), "protected by a password"),
    ("corrupt.pdf", lambda: files.pdf("Words.")[:300], "damaged PDF"),
    ("pages.pdf", lambda: files.many_pages(100_000), "100,000 pages"),
    ("scan.pdf", lambda: files.pdf(""), "no OCR"),
    ("nothing.txt", lambda: b"", "0 bytes"),
    ("bomb.docx", files.bomb, "would unpack into"),
    ("wrong.docx", lambda: b"only words", "DOCX file and is none"),
    ("binary.txt", lambda: b"a\x00b", "binary"),
    ("hidden.html", lambda: b"<p hidden>" + b"words " * 200_000 + b"</p>", "no words"),
    ("label.md", lambda: b"---\naccess: nobody\n---\nWords.", "front matter"),
]


def test_every_bad_document_says_why_and_the_others_are_read(desk, library, tmp_path):
    paths = [write(tmp_path, name, made()) for name, made, _ in BAD]
    huge = files.sparse(tmp_path / "huge.pdf", 2 * 1024**3)
    good = write(tmp_path, "zz-good.md", GUIDE)

    *failed, last = desk.add(*paths, huge, good)

    assert last.state is State.READY
    for document, (name, _, says) in zip(
        failed, [*BAD, ("huge.pdf", None, "2,147 MB")], strict=True
    ):
        assert document.state is State.FAILED, name
        assert says in (document.problem or ""), name
        assert (document.passages, document.due_at) == (0, None), name
    assert library.db.read(records.list_documents)[-1].problem is not None


def test_a_document_that_goes_bad_keeps_its_earlier_text_and_says_so(desk, library, tmp_path):
    path = write(tmp_path, "guide.md", GUIDE)
    desk.add(path)

    write(tmp_path, "guide.md", b"a\x00b")
    [bad] = desk.add(path)
    path.unlink()
    [gone] = desk.add(path)
    write(tmp_path, "guide.md", GUIDE)
    [mended] = desk.add(path)

    assert (bad.state, bad.passages) == (State.READY, 2)
    assert "binary file" in (bad.problem or "")
    assert "earlier text is still used" in (bad.problem or "")
    assert "no file" in (gone.problem or "")
    assert sources(library, "breakfast")[0] == "Guest guide, Breakfast"
    assert (mended.problem, mended.passages) == (None, 2)


def test_a_file_that_cannot_be_opened_is_listed(desk, tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    os.mkfifo(folder / "pipe.txt")
    path = write(tmp_path, "loop.txt", "x")
    desk.put(path)
    path.unlink()
    path.symlink_to(path)

    desk.intake.work()

    assert desk.at(str(tmp_path / "loop.txt")).state is State.FAILED
    with pytest.raises(errors.Refused, match="no document"):
        adding.files_in(folder)


def test_internal_documents_are_for_internal_searches_alone(desk, library, tmp_path):
    public = write(tmp_path, "public.md", "# Prices\n\nThe price of the sofa is 900.")
    hidden = write(
        tmp_path, "internal/cost.md", "# Cost\n\nThe sofa price from the supplier is 300."
    )

    _, cost = desk.add(public, hidden)

    assert cost.access is Access.INTERNAL
    assert sources(library, "sofa price") == ["Prices"]
    assert sorted(sources(library, "sofa price", internal=True)) == ["Cost", "Prices"]


async def test_the_port_of_the_tools_never_gives_an_internal_passage(desk, library, tmp_path):
    desk.add(
        write(tmp_path, "cost.md", "The sofa costs us 300."), asked=Asked(access=Access.INTERNAL)
    )

    port = library.public()

    assert await port.search("sofa costs") == []
    assert [name for name in dir(port) if not name.startswith("_")] == ["search"]


def test_a_label_given_later_takes_effect_without_new_vectors(desk, library, tmp_path):
    path = write(tmp_path, "guide.md", GUIDE)
    desk.add(path)
    made = library.embedder.made

    [internal] = desk.add(path, asked=Asked(access=Access.INTERNAL))
    hidden = sources(library, "breakfast")
    [still] = desk.add(path)
    [public] = desk.add(path, asked=Asked(access=Access.PUBLIC))

    assert (internal.access, hidden, still.access) == (Access.INTERNAL, [], Access.INTERNAL)
    assert public.access is Access.PUBLIC
    assert sources(library, "breakfast")
    assert library.embedder.made == made + 2  # the two questions'


def test_a_document_is_found_only_on_the_days_it_holds(desk, library, clock, tmp_path):
    desk.add(
        write(tmp_path, "sale.md", "---\nvalid_until: 2026-11-17\n---\n# Sale\n\nHalf price sale."),
        asked=Asked(valid_from=date(2026, 11, 17)),
    )

    before = sources(library, "sale")
    clock.advance(days=1)
    on = sources(library, "sale")
    clock.advance(days=1)

    assert (before, on, sources(library, "sale")) == ([], ["Sale"], [])


def test_a_search_may_ask_for_one_language(desk, library, tmp_path):
    german = "Das Frühstück wird von sieben bis zehn Uhr im Gartenzimmer serviert, pool inklusive."
    english = "Breakfast is served in the garden room from seven to ten, and the pool is free."
    desk.add(write(tmp_path, "de.txt", german), write(tmp_path, "en.txt", english))

    assert sources(library, "pool", language="de") == ["de"]
    assert sources(library, "pool", language="en") == ["en"]


def test_a_folder_stands_for_its_documents_at_any_depth(tmp_path):
    for name in ("b.txt", "a.MD", "deep/c.pdf", "d.exe", ".hidden.md", ".git/e.md"):
        write(tmp_path, name, "x")

    assert [path.name for path in adding.files_in(tmp_path)] == ["a.MD", "b.txt", "c.pdf"]


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path):
    folder, outside = tmp_path / "docs", tmp_path / "private"
    secret = write(outside, "secret.md", "the keys")
    own = write(folder, "inner/own.md", "x")
    (folder / "to_file.md").symlink_to(secret)
    (folder / "to_folder").symlink_to(outside)
    (folder / "to_nowhere.md").symlink_to(tmp_path / "nowhere.md")
    (folder / "round.md").symlink_to(folder / "round.md")
    (folder / "within.md").symlink_to(own)
    (tmp_path / "folder").symlink_to(folder)

    assert [path.name for path in adding.files_in(folder)] == ["within.md", "own.md"]
    assert [path.name for path in adding.files_in(tmp_path / "folder")] == ["within.md", "own.md"]
    with pytest.raises(errors.Refused, match="no file"):
        adding.files_in(tmp_path / "nothing.md")


def test_a_document_whose_reading_keeps_ending_the_process_is_given_up(desk, library, tmp_path):
    path = write(tmp_path, "deadly.md", GUIDE)
    desk.put(path)
    sql = "UPDATE documents SET attempts = 10"
    library.db.write_now(lambda c: c.exec_driver_sql(sql))

    desk.intake.work()

    assert desk.at(path).state is State.FAILED
    assert "ended the appliance 10 times" in (desk.at(path).problem or "")


class Death(Exception):  # noqa: N818 - no error of ours
    """Stands for a kill in the middle of a document."""


def test_vectors_made_before_a_death_are_not_made_again(desk, library, tmp_path):
    path = write(tmp_path, "long.md", "\n\n".join(f"# Part {n}\n\nText {n}." for n in range(200)))
    desk.put(path)

    class Dies(Nobody):
        def made(self, done, total):
            if done >= 150:
                raise Death

    desk.intake.watching = Dies()
    with pytest.raises(Death):
        desk.intake.work()
    assert library.find("text") == []
    before = library.embedder.made

    desk.intake.watching = Nobody()
    desk.intake.work()

    assert desk.at(path).passages == 200
    assert library.embedder.made - before <= 200 - 128
    assert library.db.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM staged").scalar()) == 0


def test_a_document_removed_while_it_is_read_stays_removed(desk, library, tmp_path):
    path = write(tmp_path, "guide.md", GUIDE)
    desk.put(path)
    document = desk.at(path)

    class Removes(Nobody):
        def made(self, done, total):
            library.db.write_now(lambda c: records.remove_document(c, document.id))

    desk.intake.watching = Removes()
    desk.intake.work()

    assert library.db.read(records.list_documents) == []
    assert library.find("breakfast") == []


def test_words_of_a_document_are_never_syntax_or_markup(desk, library, tmp_path):
    hostile = "'; DROP TABLE passages; -- \x1b[31m \u202e <script>alert(1)</script> \ud800 {{x}}"
    [added] = desk.add(write(tmp_path, "evil.txt", hostile.encode("utf-8", "surrogatepass")))

    assert added.state is State.READY or "UTF-8" in (added.problem or "")
    assert isinstance(library.find("drop table"), list)


def test_one_library_serves_this_sqlite(library):
    assert library.db.read(lambda c: c.exec_driver_sql("SELECT vec_version()").scalar())
    assert library.db.read(lambda c: c.exec_driver_sql("SELECT sqlite_version()").scalar()) == (
        sqlite3.sqlite_version
    )
