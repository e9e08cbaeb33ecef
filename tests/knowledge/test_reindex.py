"""Another embedder takes over only when all its vectors are made; the old ones serve till then."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from appliance.config.model import BotConfig
from appliance.core import errors
from appliance.knowledge import facts, records, reindex
from appliance.knowledge.library import Library
from tests.knowledge.letters import Letters

TEXT = "\n\n".join(f"# Part {n}\n\nThe words of part {n}." for n in range(150))


def wanting(library, embedder, *, others=True):
    """The same library, as a process sees it whose config wants another embedder."""
    opened = (lambda serving: library.embedder) if others else (lambda serving: None)
    return Library(library.db, embedder, library.clock, {"model": embedder.name}, opened)


@pytest.fixture
def document(desk, tmp_path):
    path = tmp_path / "parts.md"
    path.write_text(TEXT)
    return desk.add(path)[0]


def serving(library):
    held = library.db.read(records.serving)
    assert held is not None
    return held.name, dict(held.spec)


def test_the_old_vectors_serve_until_the_new_ones_are_complete(library, document, desk, tmp_path):
    other = wanting(library, Letters("other", size=40))
    steps = iter([True, True])

    reindex.reindex(other, goes_on=lambda: next(steps, False))
    during = other.find("words of part 7"), serving(library)
    added = tmp_path / "late.md"
    added.write_text("# Late\n\nIt came in the meantime.")
    desk.add(added)
    made = reindex.reindex(other)

    assert during[1][0] == "letters"
    assert during[0][0].meaning > 0.5
    assert serving(library) == ("other", {"model": "other"})
    assert made == 151 - 128
    assert other.find("came in the meantime")[0].source == "Late"
    assert other.find("came in the meantime")[0].meaning > 0.5
    assert library.db.read(records.count_without_vector) == 0
    assert not reindex.is_due(other)


def test_a_process_that_wants_the_old_one_follows_the_one_that_serves(library, document):
    other = Letters("other", size=40)
    reindex.reindex(wanting(library, other))
    here = Library(library.db, library.embedder, library.clock, {}, lambda serving: other)

    assert here.find("words of part 7")[0].meaning > 0.5


def test_while_no_embedder_is_to_be_had_words_alone_find(library, document):
    lost = wanting(library, Letters("other"), others=False)

    [found] = lost.find("part 149", limit=1)

    assert found.text == "The words of part 149."
    assert (found.meaning, found.every_word) == (0.0, True)
    assert found.score >= 0.35


def test_an_embedder_that_fails_leaves_words_alone(library, document):
    class Down(Letters):
        def encode(self, texts):
            raise errors.Unavailable("The embedder does not answer.")

    down = Library(library.db, Down(), library.clock)

    assert down.find("part 149", limit=1)[0].text == "The words of part 149."


def test_changing_ones_mind_in_the_middle_starts_anew(library, document):
    steps = iter([True])
    reindex.reindex(wanting(library, Letters("second", 40)), goes_on=lambda: next(steps, False))
    third = wanting(library, Letters("third", 50))

    made = reindex.reindex(third)

    assert (made, serving(library)[0]) == (150, "third")
    sizes = library.db.read(
        lambda c: c.exec_driver_sql("SELECT DISTINCT length(vector) FROM vectors").all()
    )
    assert sizes == [(200,)]


def test_vectors_that_lack_are_filled_in(library, document):
    library.db.write_now(lambda c: c.exec_driver_sql("DELETE FROM vectors WHERE passage_id % 2"))
    library.db.write_now(records.note_lacking)

    assert reindex.is_due(library)
    assert reindex.reindex(library) == 75
    assert not reindex.is_due(library)


def test_a_passage_that_is_stored_without_a_vector_is_remembered(library, config_facts):
    class Down(Letters):
        def encode(self, texts):
            raise errors.Unavailable("The embedder does not answer.")

    facts.publish(Library(library.db, Down(), library.clock), config_facts)
    found = library.find("parking", limit=1)[0]

    assert (found.meaning, found.every_word) == (0.0, True)
    assert reindex.is_due(library)
    assert reindex.reindex(library) > 5
    assert not reindex.is_due(library)


@pytest.fixture
def config_facts():
    sample = Path(__file__).parents[2] / "bot_config.yaml"
    return BotConfig.model_validate(YAML(typ="safe").load(sample))
