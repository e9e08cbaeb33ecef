"""`appliance knowledge`: what it prints, its exit codes, its JSON, and that nothing is markup."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import Any

import pytest
from typer.testing import CliRunner

from appliance.core import errors
from appliance.core.http import Http
from appliance.knowledge import commands, records, turns
from appliance.knowledge.intake import Intake
from appliance.knowledge.room import Room
from appliance.knowledge.web.crawl import Crawler
from appliance.knowledge.web.fetching import GuardedFetch
from tests.knowledge.letters import Letters
from tests.knowledge.site import page, serving

GUIDE = "# Guest guide\n\nWelcome.\n\n## Breakfast\n\nBreakfast is served from 7 to 10.\n"


class Open(Room):
    """A room that stays open between commands, with what takes long to open at hand."""

    shared: dict[str, Any] = {}  # noqa: RUF012 - set once for the session

    def close(self) -> None: ...

    @contextmanager
    def intake(self, watching=None):
        yield Intake(library=self.library, crawler=self.crawler, watching=watching, **self.shared)


@pytest.fixture
def noted():
    return []


@pytest.fixture
def run(library, noted, shared):
    Open.shared = shared
    room = Open(library, record=lambda what, about: noted.append((what, about)))

    def made(*words):
        return CliRunner().invoke(commands.build(lambda: room), list(map(str, words)))

    return made


def write(tmp_path, name, content):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_add_search_list_and_remove(run, tmp_path, noted):
    path = write(tmp_path, "guide.md", GUIDE)

    added = run("add", path)
    [listed] = json.loads(run("list", "--json").stdout)
    [found] = json.loads(run("search", "breakfast", "--json", "--k", "1").stdout)
    removed = run("remove", listed["id"])

    assert (added.exit_code, removed.exit_code) == (0, 0)
    assert "Guest guide: 2 passages" in added.stdout
    assert (listed["title"], listed["passages"], listed["address"]) == ("Guest guide", 2, str(path))
    assert (listed["state"], listed["access"], listed["waits"]) == ("ready", "public", False)
    assert found["source"] == "Guest guide, Breakfast"
    assert found["words"]["every_word"]
    assert found["meaning"]["place"] > 0
    assert json.loads(run("list", "--json").stdout) == []
    assert [what for what, _ in noted] == ["knowledge.added", "knowledge.removed"]
    assert noted[1][1] == {"documents": [listed["id"]]}


def test_one_bad_file_fails_the_command_and_the_others_are_added(run, tmp_path):
    write(tmp_path, "bad.txt", b"a\x00b")
    write(tmp_path, "good.md", GUIDE)

    result = run("add", tmp_path, tmp_path / "nowhere.md")

    assert result.exit_code == 1
    assert "binary" in result.stdout
    assert "There is no file" in result.stdout
    assert "Guest guide: 2 passages" in result.stdout


def test_json_tells_what_became_of_every_document(run, tmp_path):
    write(tmp_path, "a.md", GUIDE)
    write(tmp_path, "bad.pdf", b"%PDF-1.4")
    first = run("add", tmp_path, "--json")
    write(tmp_path, "a.md", GUIDE + "\nMore words.")
    write(tmp_path, "b.md", "Other words.")

    second = json.loads(run("add", tmp_path, tmp_path / "no.md", "--json").stdout)

    assert first.exit_code == 1
    told = {row["title"]: row["outcome"] for row in json.loads(first.stdout)["documents"]}
    assert told == {"Guest guide": "added", "bad.pdf": "failed"}
    told = {row["title"]: row["outcome"] for row in second["documents"]}
    assert told == {"Guest guide": "changed", "bad.pdf": "failed", "b": "added"}
    assert len(second["problems"]) == 2


def test_adding_again_says_that_nothing_has_changed(run, tmp_path, library):
    path = write(tmp_path, "guide.md", GUIDE)
    run("add", path)
    made = library.embedder.made

    again = run("add", path)

    assert (again.exit_code, library.embedder.made) == (0, made)
    assert "unchanged" in again.stdout


def test_internal_is_shown_and_kept_from_the_usual_search(run, tmp_path):
    path = write(tmp_path, "cost.md", "# Cost\n\nThe sofa costs us 300.")

    added = run("add", "--internal", path)
    usual = run("search", "sofa")
    inside = run("search", "sofa", "--internal")

    assert "internal" in added.stdout
    assert "Nothing fits" in usual.stdout
    assert "Cost  [internal]" in inside.stdout


def test_the_search_says_why(run, tmp_path):
    run("add", write(tmp_path, "guide.md", GUIDE))

    said = run("search", "breakfast served").stdout

    assert "meaning 0." in said
    assert "(place 1, every word)" in said
    assert "no word in common" in said


def test_contradicting_flags_are_refused(run, tmp_path):
    result = run("add", "--internal", "--public", tmp_path)

    assert isinstance(result.exception, errors.Refused)


def test_removing_what_is_not_there_says_how_to_find_it(run):
    result = run("remove", "nothing")

    assert result.exit_code == 1
    assert "knowledge list" in result.output


def test_an_interrupted_add_loses_nothing_and_resume_goes_on(run, tmp_path, library, monkeypatch):
    for number in range(4):
        write(tmp_path, f"{number}.md", f"# Part {number}\n\nWords of part {number}.")
    take, taken = Intake._take, []

    def interrupted(self, document):
        taken.append(document.id)
        if len(taken) == 3:
            raise KeyboardInterrupt
        take(self, document)

    monkeypatch.setattr(Intake, "_take", interrupted)
    stopped = run("add", tmp_path)
    monkeypatch.setattr(Intake, "_take", take)
    made = library.embedder.made
    resumed = run("resume")

    assert stopped.exit_code == 130
    assert "2 documents wait, nothing is lost" in stopped.stdout
    assert resumed.exit_code == 0
    assert (made, library.embedder.made) == (2, 4)
    assert {one.passages for one in library.db.read(records.list_documents)} == {1}


def test_what_another_process_reads_is_waited_for(run, tmp_path, library, shared):
    path = write(tmp_path, "guide.md", GUIDE)
    begun, result = threading.Event(), []

    with turns.only_one(library.db.path) as ours:
        assert ours

        def add():
            begun.set()
            result.append(run("add", path))

        thread = threading.Thread(target=add)
        thread.start()
        begun.wait()
        intake = Intake(library=library, **shared)
        while not library.db.read(records.list_documents):
            pass
        intake.work()
        thread.join(60)

    assert result
    assert result[0].exit_code == 0
    assert library.db.read(records.list_documents)[0].passages == 2


def test_hostile_names_and_words_reach_the_terminal_harmlessly(run, tmp_path):
    hostile = "\x1b]0;x\x07\x9b31m\u202eevil[bold]"
    write(
        tmp_path,
        f"{hostile}.md",
        "# [red]\x1b[31mEvil\x1b]0;x\x07\n\nbreakfast \x1b[2J [/bold] \x9b2J",
    )
    write(tmp_path, f"bad{hostile}.txt", b"a\x00")

    shown = run("add", tmp_path, tmp_path / f"{hostile}.txt").stdout
    shown += run("search", "breakfast").stdout + run("list").stdout
    shown += run("remove", hostile).output
    as_json = run("search", "breakfast", "--json").stdout + run("list", "--json").stdout

    for control in "\x1b\x07\x9b\u202e":
        assert control not in shown
    assert "[/bold]" in shown
    assert as_json.isascii()


def test_reindex_makes_what_lacks(run, library, tmp_path):
    run("add", write(tmp_path, "guide.md", GUIDE))
    library.db.write_now(lambda c: c.exec_driver_sql("DELETE FROM vectors"))

    assert "2 passages have new vectors" in run("reindex").stdout
    assert isinstance(library.embedder, Letters)
    assert library.find("breakfast")[0].meaning > 0


def test_a_website_is_added_by_its_address(library, clock, run):
    with serving({"/": page("Home", "/fees"), "/fees": page("Fees")}) as site:
        fetch = GuardedFetch(lambda: Http(trusted=[site.url]))
        crawler = Crawler(fetch, clock, sleep=lambda seconds: clock.advance(seconds=seconds))
        room = Open(library, crawler)
        runner, app = CliRunner(), commands.build(lambda: room)

        added = runner.invoke(app, ["add", site.url, "--pages", "5", "--json"])
        listed = json.loads(runner.invoke(app, ["list", "--json"]).stdout)
        fetch.close()

    assert added.exit_code == 0, added.output
    assert [row["title"] for row in json.loads(added.stdout)["documents"]] == ["Home", "Fees"]
    assert listed[-1]["website"] == f"{site.url}/"
    assert listed[-1]["pages"] == 5


def test_a_website_in_a_private_network_fails_the_command_and_says_why(library, clock, run):
    with serving({"/": page("Home")}) as site:
        fetch = GuardedFetch(Http)
        room = Open(library, Crawler(fetch, clock, sleep=lambda _: None))

        added = CliRunner().invoke(commands.build(lambda: room), ["add", site.url])
        fetch.close()

    assert added.exit_code == 1
    assert "refused" in added.stdout.replace("\n", " ").casefold()
    assert site.asked == []
    assert library.db.read(records.list_documents) == []
