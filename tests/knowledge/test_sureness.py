"""When a passage is an answer: it holds what was asked for, and no other document says as much."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from appliance.core.clock import SystemClock
from appliance.knowledge import query
from appliance.knowledge.library import Library, open_library
from appliance.knowledge.passages import sentences
from appliance.knowledge.search.coverage import Coverage, Said
from appliance.knowledge.search.expected import expected
from appliance.models import embedder as embedders
from tests.fakes import documents

NOW = datetime(2026, 11, 16, 15, tzinfo=UTC)
Write = Callable[..., Library]


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> embedders.Embedder:
    return embedders.open_minilm(cache_dir=tmp_path_factory.mktemp("cache"))


@pytest.fixture
def write(tmp_path: Path, embedder: embedders.Embedder) -> Iterator[Write]:
    library = open_library(tmp_path / "k.db", embedder=embedder, clock=SystemClock(NOW))

    def written(**texts: str) -> Library:
        for name, words in texts.items():
            path = tmp_path / f"{name}.md"
            path.write_text(words)
            documents.add(library, path)
        return library

    yield written
    library.close()


@pytest.mark.parametrize(
    ("question", "answers", "does_not"),
    [
        ("What does a crown cost?", "A crown is 540 dollars.", "A crown takes two visits."),
        ("how much is the sauna", "The sauna is free for guests.", "The sauna is on floor two."),
        ("is there a charge for towels?", "No extra charge.", "Towels lie by the pool."),
        ("When is breakfast?", "From 7 to 10.", "It is served in the hall."),
        ("until what day may I return it", "Until Friday.", "Bring the box."),
        ("How many rooms have a bath?", "Twelve of them.", "Those to the sea."),
        ("what weight may a parcel have", "Up to 30 kg.", "Weigh it first."),
    ],
)
def test_a_question_expects_a_kind_of_answer(question: str, answers: str, does_not: str) -> None:
    wanted = expected(question)

    assert wanted is not None
    assert wanted.search(answers)
    assert not wanted.search(does_not)


@pytest.mark.parametrize(
    "question", ["Can I bring my dog?", "Wo kann ich parken?", "who is the owner", "", "🅿️"]
)
def test_other_questions_expect_nothing(question: str) -> None:
    assert expected(question) is None


def test_a_passage_is_read_sentence_by_sentence() -> None:
    assert sentences("One. Two?\n\nThree 2.5 kg! ") == ["One.", "Two?", "Three 2.5 kg!"]


def coverage_of(question: str) -> Coverage:
    terms = query.terms_of(question, synonyms={})
    return Coverage.of(((term, 1) for term in terms), 100)


def test_what_is_said_without_what_an_answer_holds_is_lacking() -> None:
    asked = "What does the generator cost?"
    coverage, money = coverage_of(asked), expected(asked)
    near_miss = "The generator weighs 43 kg. Engine oil is 12 dollars."

    def lack(text: str) -> float:
        return coverage.lack(money, "", text)

    assert lack("The generator is loud.") == pytest.approx(coverage.share(Said.of("generator")))
    assert lack(near_miss) == pytest.approx(coverage.share(Said.of("generator")))
    assert lack("The generator is 890 dollars.") == 0
    assert coverage.lack(None, "", near_miss) == 0
    assert coverage.lack(money, "Generator", "It is 890 dollars.") == 0


def test_what_a_passage_lacks_does_not_depend_on_those_read_with_it(
    embedder: embedders.Embedder,
) -> None:
    coverage = coverage_of("Is there a jacuzzi for my cat?")
    texts = ("Dogs are welcome.", "Every room has a bath.", "A jacuzzi for every cat.", "")
    passages = [Said.of(text) for text in texts]

    together = coverage.gaps(embedder.of_words, passages)

    alone = [coverage.gaps(embedder.of_words, [one])[0] for one in passages]
    assert together == pytest.approx(alone, abs=1e-5)
    assert together[2] == 0
    assert together[3] == pytest.approx(coverage.groups[0].weight / coverage.heaviest)
    assert 0 < together[1] < together[3]


def test_a_near_miss_is_less_sure_than_an_answer(write: Write) -> None:
    asked = "What does the Tern generator cost?"
    missing = "# Tern generator\n\nThe Tern generator weighs {}.\n"

    def score(number: int, words: str) -> float:
        library = write(**{f"sheet{number}": words})
        best = library.find(asked)[0]
        library.db.write_now(lambda c: c.exec_driver_sql("DELETE FROM documents"))
        return best.score

    assert score(1, missing.format("43 kilograms")) < score(2, missing.format("in at 43 dollars"))


def test_a_passage_without_the_rarest_word_stands_behind_one_with_its_like(write: Write) -> None:
    library = write(
        cars="Parking is 12 dollars a night, parking for a week is 60.",
        yard="Motorcycles park in the yard for 5 dollars.",
    )

    found = library.find("How much is parking for a motorbike?")

    assert [one.source for one in found] == ["yard", "cars"]


def test_what_two_documents_say_alike_is_less_sure_than_what_one_says(write: Write) -> None:
    asked = "How long does the Tern ferry take?"
    words = "# Tern ferry\n\nThe Tern ferry takes 40 minutes to the island.\n"
    library = write(ferry=words, garden="# Garden\n\nThe roses bloom in June.\n")

    alone = library.find(asked)[0]
    write(leaflet=words.replace("40", "55"))
    doubted = library.find(asked)[0]

    assert alone.sure
    assert doubted.score < alone.score


def test_an_embedder_that_knows_no_words_alone_finds_all_the_same(
    tmp_path: Path, embedder: embedders.Embedder
) -> None:
    class Plain:
        name, words = embedder.name, embedder.words

        def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
            return embedder.encode(texts)

        def of_words(self, words: Sequence[str]) -> npt.NDArray[np.float32]:
            return np.zeros((len(words), 0), np.float32)

    library = open_library(tmp_path / "p.db", embedder=Plain(), clock=SystemClock(NOW))
    path = tmp_path / "ferry.md"
    path.write_text("# Ferry\n\nThe ferry costs 12 dollars.\n")
    documents.add(library, path)

    found = library.find("What does the ferry cost, and the gondola?")

    assert [one.text for one in found] == ["The ferry costs 12 dollars."]
    library.close()
