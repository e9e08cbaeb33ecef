"""The questions fit the corpus: what has to be cited is there, and says what has to be said."""

from __future__ import annotations

from collections import Counter
from pathlib import Path, PurePosixPath

import pytest

from appliance.services.evaluation import questions
from appliance.services.evaluation.questions import Asked
from tests.corpus.build import HERE, NO_BANK, every_paper
from tests.corpus.markup import Paper
from tests.fakes.shared import BANK

needs_bank = pytest.mark.skipif(not BANK.is_file(), reason=NO_BANK)


@pytest.fixture(scope="module")
def papers() -> dict[str, Paper]:
    return {PurePosixPath(each.name).stem: each for each in every_paper()}


def asked(name: str) -> list[Asked]:
    loaded = questions.load(HERE / name, tools=())
    assert not loaded.problems
    return list(loaded.asked)


def words_of(paper: Paper) -> str:
    parts = [paper.title]
    for part in paper.parts:
        parts += [part.words, *(cell for row in part.rows for cell in row)]
    return " ".join(" ".join(parts).split()).casefold()


@needs_bank
def test_the_corpus_is_three_hundred_documents_in_nine_formats(papers):
    kinds = Counter(PurePosixPath(paper.name).suffix for paper in papers.values())

    assert len(papers) >= 300
    assert all(kinds[kind] >= 40 for kind in (".pdf", ".docx", ".xlsx"))
    assert all(kinds[kind] >= 15 for kind in (".pptx", ".csv", ".html", ".md", ".txt", ".eml"))
    assert sum(paper.name.startswith("rho/") for paper in papers.values()) >= 150


def test_there_are_120_questions_and_30_that_nothing_answers():
    every = asked("questions.yaml")

    assert sum(one.question.cites is not None for one in every) == 120
    assert sum(one.question.refuses is True for one in every) == 30


def test_no_question_to_tune_on_is_one_to_measure_with():
    measured = {" ".join(one.question.ask).casefold() for one in asked("questions.yaml")}
    tuned = [*asked("development.yaml"), *asked("fitting.yaml")]

    assert not measured & {" ".join(one.question.ask).casefold() for one in tuned}


@pytest.mark.parametrize("name", ["questions.yaml", "development.yaml", "fitting.yaml"])
def test_what_must_be_said_stands_in_a_document_that_may_be_cited(papers, name):
    for one in asked(name):
        cited = one.question.cites or []
        there = [papers[stem] for stem in cited if stem in papers]
        if cited and (there or BANK.is_file()):
            assert len(there) == len(cited), one
            said = [word.casefold() for word in one.question.says or ()]
            assert any(all(word in words_of(paper) for word in said) for paper in there), one


def test_every_company_format_is_asked_about(papers):
    cited = {stem for one in asked("questions.yaml") for stem in one.question.cites or ()}
    kinds = Counter(Path(papers[stem].name).suffix for stem in cited if stem in papers)

    assert len(kinds) == 9
    assert all(count >= 2 for count in kinds.values())
