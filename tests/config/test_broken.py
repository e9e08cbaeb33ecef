"""Every kind of broken file: refused, at the right place, in words that help."""

from __future__ import annotations

import time

import pytest

from tests.config import broken, sample


@pytest.mark.parametrize("case", broken.ALL, ids=lambda case: case.name)
def test_a_broken_file_is_refused_at_the_very_place(case: broken.Broken) -> None:
    began = time.monotonic()

    loaded = sample.loaded(case.content, secrets=frozenset({"set"}))

    assert loaded.config is None
    assert [(p.line, p.column) for p in loaded.problems][:1] == [(case.line, case.column)], [
        str(p) for p in loaded.problems
    ]
    assert case.phrase in str(loaded.problems[0])
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("case", broken.EDITS, ids=lambda case: case.name)
def test_one_slip_is_one_problem(case: broken.Broken) -> None:
    loaded = sample.loaded(case.content, secrets=frozenset({"set"}))

    assert len(loaded.problems) == 1, [str(problem) for problem in loaded.problems]


def test_there_are_sixty_broken_files_of_different_kinds() -> None:
    names = [case.name for case in broken.ALL]

    assert len(set(names)) == len(names) >= 60
