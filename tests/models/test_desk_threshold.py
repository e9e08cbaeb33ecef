"""From which sureness a wish is understood, chosen on examples that were left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from appliance.models.desk_model import threshold
from appliance.models.desk_model.likeness import Likeness, letters_of
from appliance.models.desk_model.router import Router
from appliance.models.embedder import Remembering
from tests.models import talk

FLOWERS = {
    "order": [
        "i would like a bouquet of roses", "can you make a wedding bouquet", "order ten tulips",
        "please send flowers to my mother", "i need a funeral wreath", "a bunch of lilies please",
    ],
    "delivery": [
        "do you deliver on sundays", "when will my parcel arrive", "how much is shipping",
        "can you bring it to the office", "do you ship abroad", "is delivery free",
    ],
    "care": [
        "how often do i water an orchid", "my fern has brown leaves", "how long do tulips last",
        "which plant needs little light", "how do i keep roses fresh", "why does my cactus rot",
    ],
}  # fmt: skip


def test_far_off_words_are_refused_and_near_ones_understood(
    minilm: Remembering, cache_dir: Path
) -> None:
    router = Router(FLOWERS, minilm, cache_dir=cache_dir)

    first = router.rank("could you arrange a bouquet of white roses")[0]
    strange = router.rank("my laptop screen is cracked")[0]

    assert (first.intent, first.sureness >= router.sure) == ("order", True)
    assert strange.sureness < router.sure


def test_wishes_with_one_example_each_leave_nothing_to_choose_by() -> None:
    vectors = np.eye(3, 384, dtype=np.float32)

    assert threshold.chosen(vectors, letters_of(["a", "b", "c"]), np.arange(3)) == 0


def test_no_more_than_a_fifth_of_the_known_wishes_is_refused(
    minilm: Remembering,
) -> None:
    texts = [text for own in FLOWERS.values() for text in own]
    labels = np.repeat(np.arange(3), 6)
    vectors, letters = minilm.encode(texts), letters_of(texts)

    known, _ = threshold.held_out(vectors, letters, labels)
    at = threshold.chosen(vectors, letters, labels)

    assert (known < at).mean() <= 0.2


def test_a_wishs_name_counts_as_an_example(minilm: Remembering, cache_dir: Path) -> None:
    named = Router(
        {"gift_cards": ["x y z"], "opening_hours": ["q r s"]}, minilm, cache_dir=cache_dir
    )

    assert named.rank("do you sell gift cards?")[0].intent == "gift_cards"


def test_scores_of_many_sentences_are_those_of_each(minilm: Remembering) -> None:
    texts = [text for own in FLOWERS.values() for text in own]
    vectors, letters = minilm.encode(texts), letters_of(texts)
    learnt = Likeness.learn(vectors, letters, np.repeat(np.arange(3), 6))

    whole = learnt.of(vectors, letters).score
    single = [learnt.of(vectors[[row]], letters[[row]]).score[0] for row in range(len(texts))]

    np.testing.assert_allclose(whole, np.stack(single), atol=1e-5)


def test_a_bare_number_starts_nothing(cache_dir: Path) -> None:
    jane = talk.Customer(talk.model(cache_dir))

    jane.talk("what would enterprise be per year for 30 people", "40")

    assert not jane.writes
    assert jane.answer.response_metadata["desk"]["frame"]["task"] is None
