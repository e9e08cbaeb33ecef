"""From which sureness a wish is understood: chosen on examples the router did not learn from."""

from __future__ import annotations

import numpy as np

from appliance.models.desk_model.likeness import Labels, Likeness, Scores
from appliance.models.embedder import Array

_FOLDS = 5
_STEPS = 60
_REFUSED = 0.2
"""The share of known wishes that may be asked about once more rather than misunderstood."""


def chosen(vectors: Array, counts: Array, labels: Labels) -> float:
    """Choose it so that known wishes are told best from unknown ones.

    Each example is scored by a router that never saw it: once as it is, once as if its own wish
    were unknown. The threshold parts the two best, and refuses no more than a fifth of the first.
    """
    known, unknown = held_out(vectors, counts, labels)
    if not len(known):
        return 0.0
    most = float(np.quantile(known, _REFUSED))
    tried = np.unique(known[known <= most])
    gains = [(unknown < at).mean() - (known < at).mean() for at in tried]
    return float(tried[int(np.argmax(gains))])


def held_out(vectors: Array, counts: Array, labels: Labels) -> tuple[Array, Array]:
    """Score every example whose wish has others: with its own wish, and by the best of the rest."""
    fold = np.array([np.count_nonzero(labels[:place] == own) for place, own in enumerate(labels)])
    with_own: list[Array] = []
    without: list[Array] = []
    for number in range(_FOLDS):
        out = fold % _FOLDS == number
        alone = ~np.isin(labels, labels[~out])
        learnt = ~out | alone
        if learnt.all():
            continue
        model = Likeness.learn(vectors[learnt], counts[learnt], labels[learnt], steps=_STEPS)
        asked = out & ~alone
        scores = model.of(vectors[asked], counts[asked])
        with_own.append(_best(scores))
        without.append(_best(_unheard(scores, labels[asked])))
    if not with_own:
        return np.zeros(0, np.float32), np.zeros(0, np.float32)
    return np.concatenate(with_own), np.concatenate(without)


def _best(scores: Scores) -> Array:
    """Give the sureness of the likeliest wish of each row."""
    best: Array = scores.sureness[np.arange(len(scores.score)), scores.score.argmax(1)]
    return best


def _unheard(scores: Scores, own: Labels) -> Scores:
    """Give the scores as if each row's own wish were not known: the others share its votes."""
    rows = np.arange(len(own))
    share, nearness, score = (each.copy() for each in (scores.share, scores.nearness, scores.score))
    share[rows, own] = 0
    share /= share.sum(1, keepdims=True) + np.float32(1e-9)
    nearness[rows, own] = score[rows, own] = -np.inf
    return Scores(share, nearness, score)
