"""Which of the known wishes a sentence is, with a measure of doubt."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from appliance.models.desk_model import threshold
from appliance.models.desk_model.likeness import Likeness, letters_of
from appliance.models.embedder import Embedder, encode_kept

_LONGEST_QUERY = 500
_MOST_PIECES = 90


@dataclass(frozen=True, slots=True)
class Ranked:
    """A wish and how likely it is.

    Attributes:
        intent: Its name.
        share: Its share of the vote (0..1).
        nearness: Its nearness to the examples (cosine).
        score: What it is ranked by.
        sureness: How surely it is a known wish at all.
    """

    intent: str
    share: float
    nearness: float
    score: float
    sureness: float


class Router:
    """Learns wishes from examples. `sure` is the sureness from which a wish is understood."""

    def __init__(
        self, examples: Mapping[str, Sequence[str]], embedder: Embedder, *, cache_dir: Path
    ) -> None:
        self._embedder = embedder
        self._names = list(examples)
        # A wish's name says what it is: with few examples one more is felt.
        told = {name: [*given, name.replace("_", " ")] for name, given in examples.items()}
        texts = [prepared(text) for name in self._names for text in told[name]]
        places = [place for place, name in enumerate(self._names) for _ in told[name]]
        labels = np.array(places, np.int64)
        vectors = encode_kept(embedder, texts, cache_dir=cache_dir)
        counts = letters_of(texts)
        self._likeness = Likeness.learn(vectors, counts, labels)
        self.sure = threshold.chosen(vectors, counts, labels)

    def rank(self, text: str) -> list[Ranked]:
        """Give every wish, likeliest first."""
        words = prepared(text)
        scores = self._likeness.of(self._embedder.encode([words]), letters_of([words]))
        share, nearness, score = scores.share[0], scores.nearness[0], scores.score[0]
        sureness = scores.sureness[0]
        return [
            Ranked(
                self._names[place],
                float(share[place]),
                float(nearness[place]),
                float(score[place]),
                float(sureness[place]),
            )
            for place in np.argsort(-score)
        ]


def prepared(text: str) -> str:
    """Give the words that carry the wish: no greeting before it, no address, no thanks after."""
    words = re.sub(r"\S+@\S+", "", text.lower())
    words = re.sub(
        r"^\W*(?:please )?(?:i(?:'d| would) like to know|i want to know|(?:can|could) you tell me|"
        r"i(?:'m| was| am)? wonder(?:ing)?|do you know|let me know(?! when| once| as soon)|tell "
        r"me|may i ask|can i ask)"
        r"(?: if| whether)?[\s,]+(?=(?!about)\w+\W+\w+)",
        "",
        words,
    )
    words = re.sub(
        r"^\W*(?:(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|greetings|dear \w+)"
        r"(?: there| team| all| again)?\b[\s,.!-]*)+(?=\w+\W+\w)",
        "",
        words,
    )
    words = re.sub(
        r"[\s,.!]*\b(?:thanks|thank you|cheers|please)(?: so much| a lot)?[\s.!]*$", "", words
    )
    words = re.sub(
        r"^\W*(?:(?:and|also|ok|okay|so|well|oh|um|but|then|great)\b[\s,.!-]*)+(?=\w+\W+\w)",
        "",
        words,
    )
    words = " ".join(words.split()).strip(" ,;:!-")
    return _shortened(words or text.lower())


def _shortened(words: str) -> str:
    """Give the beginning, some 128 tokens: the network's time grows with them."""
    short = words[:_LONGEST_QUERY]
    last = next(islice(re.finditer(r"\w+|[^\w\s]", short), _MOST_PIECES, None), None)
    return short[: last.start()].rstrip() if last else short
