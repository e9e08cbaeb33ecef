"""Small fixed samples of the public sets hold their floors; `make evals` measures them whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from appliance.models import embedder
from appliance.services.evaluation.scores import wilson
from tests.evals.public import collection, gold, handover, restaurants, routing
from tests.evals.public.figures import Figure, f1, share, table
from tests.fakes.kept import Kept

_THERE = all(map(collection.is_there, ("clinc150", "banking77", "restaurant8k", "nlupp_hotels")))
needs_data = pytest.mark.skipif(
    not _THERE, reason="the public data sets are not beside the project (../shared/data)"
)


@pytest.fixture(scope="module")
def kept(vectors: Path) -> Kept:
    return Kept(embedder.open_minilm(cache_dir=vectors), vectors / "evals.npz")


def _value(figures: list[Figure], what: str) -> float:
    return next(figure.value for figure in figures if figure.what.startswith(what))


@needs_data
def test_a_dozen_wishes_are_told_apart_and_strangers_refused(kept: Kept, vectors: Path) -> None:
    found = routing.clinc(kept, cache_dir=vectors / "evals", each=8, intents=12, asked_each=5)

    assert _value(found, "right intent") >= 0.9
    assert _value(found, "out of scope caught, 10 %") >= 0.8
    assert _value(found, "in scope refused") <= 0.25


@needs_data
def test_a_tables_slots_are_read_out_of_one_sentence(kept: Kept, vectors: Path) -> None:
    desk = restaurants.desk(kept, cache_dir=vectors)

    found = restaurants.figures(desk, part="train_3.json", n=300)

    assert _value(found, "all slots") >= 0.85


@needs_data
def test_a_hotels_guests_who_ask_for_a_person_are_heard() -> None:
    found = handover.figures()

    assert _value(found, "of those heard") >= 0.5
    assert _value(found, "heard where") <= 0.01


@pytest.mark.parametrize(
    ("read", "span", "meant"),
    [
        (gold.people, "2 adults and 3 kids", {"5"}),
        (gold.people, "me and my wife", {"2"}),
        (gold.people, "twenty five", {"25"}),
        (gold.times, "half past 7", {"07:30", "19:30"}),
        (gold.times, "quarter to 8 pm", {"19:45"}),
        (gold.times, "1930", {"19:30"}),
        (gold.times, "noon", {"12:00"}),
        (lambda s: gold.days(s, restaurants.NOW), "next friday", {"2018-01-05", "2018-01-12"}),
        (lambda s: gold.days(s, restaurants.NOW), "in 6 days", {"2018-01-09"}),
        (lambda s: gold.days(s, restaurants.NOW), "Wed, 22 Aug 2018", {"2018-08-22"}),
        (lambda s: gold.days(s, restaurants.NOW), "tonight", {"2018-01-03"}),
    ],
)
def test_a_marked_span_means_what_it_says(
    read: Callable[[str], frozenset[str]], span: str, meant: set[str]
) -> None:
    assert read(span) == meant


def test_an_interval_holds_its_share_and_narrows_with_n() -> None:
    low, high = wilson(90, 100)
    lower, higher = wilson(900, 1000)

    assert low < lower < 0.9 < higher < high
    assert wilson(0, 0) == (0.0, 1.0)


def test_an_f1_counts_right_superfluous_and_missed() -> None:
    figure = f1("set", "slot", [(1, 0, 0)] * 8 + [(0, 1, 0), (0, 0, 1), (0, 0, 0)])

    assert figure.value == pytest.approx(16 / 18)
    assert figure.n == 10
    assert figure.low < figure.value < figure.high


def test_a_figure_below_its_goal_says_so() -> None:
    figures = [share("set", "one", [True, False], goal=0.9), share("set", "two", [True], goal=0.9)]

    first, second = table(figures, header=False).splitlines()

    assert first.endswith("0.90  short")
    assert second.endswith("0.90")


def test_vectors_are_kept_between_runs(tmp_path: Path) -> None:
    class Counting:
        name = "counting"
        words = frozenset[str]()
        asked = 0

        def encode(self, texts: Sequence[str]) -> embedder.Array:
            self.asked += len(texts)
            return np.ones((len(texts), embedder.SIZE), np.float32)

        def of_words(self, words: Sequence[str]) -> embedder.Array:
            return np.zeros((len(words), 0), np.float32)

    inner = Counting()
    for _ in range(2):
        kept = Kept(inner, tmp_path / "kept.npz")
        kept.encode(["one", "two", "one"])
        kept.keep()

    assert inner.asked == 2
