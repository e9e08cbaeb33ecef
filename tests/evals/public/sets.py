"""All public sets in order, and what is missing of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from appliance.models import embedder
from tests.evals.public import bank, collection, handover, restaurants, routing, schemas
from tests.evals.public.figures import Figure
from tests.fakes.kept import Kept
from tests.fakes.running import ROOT

CACHE = ROOT / "var" / "evals"
"""Where vectors stay between runs."""


def figures(*, cache_dir: Path = CACHE, quick: bool = False) -> Iterator[list[Figure]]:
    """Measure one set after the other; a quick run takes a small fixed sample of each.

    tau2's documents take minutes to read at the first run, and are left out of a quick one.
    """
    kept = Kept(embedder.open_minilm(cache_dir=cache_dir), cache_dir / "vectors.npz")
    steps: list[tuple[str, Callable[[], list[Figure]]]] = [
        ("clinc150", lambda: routing.clinc(kept, cache_dir=cache_dir, **_few(quick, 15))),
        ("banking77", lambda: routing.banking(kept, cache_dir=cache_dir, **_few(quick, 10))),
        ("restaurant8k", lambda: _restaurants(kept, cache_dir, 400 if quick else None)),
        *(
            ("sgd", lambda one=one: schemas.figures(
                kept, *one, cache_dir=cache_dir, n=12 if quick else None
            ))
            for one in (schemas.FILES[:1] if quick else schemas.FILES)
        ),
        ("nlupp_hotels", handover.figures),
        *([] if quick else [("tau2/banking_knowledge", lambda: bank.figures(kept))]),
    ]  # fmt: skip
    for name, measured in steps:
        if collection.is_there(name):
            yield measured()
            kept.keep()


def missing() -> list[str]:
    """List the sets that do not lie beside the project."""
    names = ("clinc150", "banking77", "restaurant8k", "sgd", "nlupp_hotels", "tau2")
    return [name for name in names if not collection.is_there(name)]


def _few(quick: bool, intents: int) -> dict[str, int]:
    return {"each": 10, "intents": intents} if quick else {}


def _restaurants(kept: Kept, cache_dir: Path, n: int | None) -> list[Figure]:
    return restaurants.figures(restaurants.desk(kept, cache_dir=cache_dir / "restaurants"), n=n)
