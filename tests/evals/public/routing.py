"""CLINC150 and BANKING77: which of many wishes a sentence is, and whether it is one at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from appliance.models.desk_model.router import Ranked, Router, prepared
from appliance.models.desk_model.wishes import CLOSE_RACE
from tests.evals.public import collection
from tests.evals.public.collection import Examples
from tests.evals.public.figures import Figure, share
from tests.fakes.kept import Kept

EACH = 20
"""Examples an intent: a careful config has as many."""
_REFUSED = 0.1

Pairs = Sequence[tuple[str, str]]


def clinc(
    kept: Kept,
    *,
    cache_dir: Path,
    each: int = EACH,
    intents: int | None = None,
    asked_each: int = 30,
) -> list[Figure]:
    """Route CLINC150's test part, and refuse what is out of its scope."""
    parts = collection.clinc()
    named = collection.every(sorted({intent for _, intent in parts["test"]}), intents)
    examples = {
        intent: texts
        for intent, texts in collection.few(parts["train"], each=each).items()
        if intent in named
    }
    drawn = collection.few(parts["test"], each=asked_each)
    asked = [(text, intent) for intent in named for text in drawn[intent]]
    outside = collection.every(parts["oos_test"], None if intents is None else 5 * intents)
    of = f"CLINC150, {len(examples)}"
    router, ranked = _routed(kept, "clinc", examples, asked, cache_dir=cache_dir)
    unknown = _ranked(kept, router, [text for text, _ in outside])
    right = [first[0].intent == intent for first, (_, intent) in zip(ranked, asked, strict=True)]
    known = np.array([first[0].sureness for first in ranked])
    strange = np.array([first[0].sureness for first in unknown])
    at = float(np.quantile(known, _REFUSED))
    return [
        share(of, f"right intent, {each} examples an intent", right, goal=0.93),
        share(of, "out of scope caught, 10 % of the others refused", list(strange < at), goal=0.90),
        share(of, "out of scope caught at the threshold chosen", list(strange < router.sure)),
        share(of, "in scope refused at the threshold chosen", list(known < router.sure)),
    ]


def banking(
    kept: Kept, *, cache_dir: Path, each: int = EACH, intents: int | None = None
) -> list[Figure]:
    """Route BANKING77's test part; a close race is asked about."""
    pairs = collection.banking("test")
    named = collection.every(sorted({intent for _, intent in pairs}), intents)
    examples = {
        intent: texts
        for intent, texts in collection.few(collection.banking("train"), each=each).items()
        if intent in named
    }
    asked = [pair for pair in pairs if pair[1] in named]
    of = f"BANKING77, {len(examples)}"
    _, ranked = _routed(kept, "banking", examples, asked, cache_dir=cache_dir)
    right = [first[0].intent == intent for first, (_, intent) in zip(ranked, asked, strict=True)]
    offered = [intent in _offered(first) for first, (_, intent) in zip(ranked, asked, strict=True)]
    back = [len(_offered(first)) > 1 for first in ranked]
    return [
        share(of, f"right intent, {each} examples an intent", right, goal=0.89),
        share(of, 'right intent, or among those asked back: "A or B?"', offered),
        share(of, "asked back", back),
    ]


def _offered(ranked: Sequence[Ranked]) -> list[str]:
    """Give the first wish and those it would be asked about with."""
    first = ranked[0]
    return [one.intent for one in ranked[:3] if first.score - one.score < CLOSE_RACE]


def _routed(
    kept: Kept, of: str, examples: Examples, asked: Pairs, *, cache_dir: Path
) -> tuple[Router, list[list[Ranked]]]:
    router = Router(examples, kept, cache_dir=cache_dir / of)
    return router, _ranked(kept, router, [text for text, _ in asked])


def _ranked(kept: Kept, router: Router, texts: Sequence[str]) -> list[list[Ranked]]:
    kept.encode([prepared(text) for text in texts])
    return [router.rank(text) for text in texts]
