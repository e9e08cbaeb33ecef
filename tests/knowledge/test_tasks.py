"""The jobs process takes up what waits: documents, websites, vectors that lack, traces to wipe."""

from __future__ import annotations

import pytest

from appliance.knowledge import adding, records, tasks, turns
from appliance.knowledge.library import open_library
from appliance.knowledge.room import Room
from appliance.knowledge.values import Asked, State
from tests.fakes.clock import FakeClock
from tests.knowledge.conftest import NOW, Desk
from tests.knowledge.letters import Letters


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "knowledge.db"


class Opening:
    """Opens rooms over the file, and counts them."""

    def __init__(self, path, embedder=None):
        self.path, self.embedder, self.opened = path, embedder or Letters(), 0
        self.clock = FakeClock(NOW)

    def library(self):
        return open_library(
            self.path, embedder=self.embedder, clock=self.clock,
            open_embedder=lambda serving: Letters(serving.name),
        )  # fmt: skip

    def __call__(self):
        self.opened += 1
        return Room(self.library())

    def look(self):
        tasks.take_up(self.path, self.clock, self.embedder.name, self)


def test_nothing_is_opened_where_nothing_is_due(path):
    opening = Opening(path)

    opening.look()
    opening.library().close()
    opening.look()

    assert opening.opened == 0


def test_what_a_killed_command_has_left_is_read(path, tmp_path):
    opening = Opening(path)
    library = opening.library()
    (tmp_path / "a.md").write_text("# Part\n\nSome words.")
    adding.put_files(library.db, library.clock.now(), [tmp_path / "a.md"], Asked())

    opening.look()
    opening.look()

    [document] = library.db.read(records.list_documents)
    library.close()
    assert (document.state, document.passages, opening.opened) == (State.READY, 1, 1)


def test_what_another_process_is_reading_is_left_to_it(path, tmp_path):
    opening = Opening(path)
    library = opening.library()
    (tmp_path / "a.md").write_text("Some words.")
    adding.put_files(library.db, library.clock.now(), [tmp_path / "a.md"], Asked())

    with turns.only_one(path):
        opening.look()

    [document] = library.db.read(records.list_documents)
    library.close()
    assert document.state is State.WAITING


def test_a_wanted_embedder_is_brought_in(path, tmp_path, shared):
    before = Opening(path)
    library = before.library()
    (tmp_path / "a.md").write_text("Some words.")
    Desk(library, shared).add(tmp_path / "a.md")

    Opening(path, Letters("other", size=40)).look()

    serving = library.db.read(records.serving)
    library.close()
    assert serving is not None
    assert serving.name == "other"


def test_traces_that_could_not_be_wiped_are_wiped_later(path, tmp_path, shared):
    opening = Opening(path)
    library = opening.library()
    (tmp_path / "a.md").write_text("Some words.")
    [document] = Desk(library, shared).add(tmp_path / "a.md")
    library.db.write_now(lambda c: records.remove_document(c, document.id))

    opening.look()

    assert not library.db.read(records.must_wipe)
    library.close()
    assert opening.opened == 1
