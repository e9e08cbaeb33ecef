"""What the price list speaks of: the price of anything else may stand in a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from appliance.config.model import BotConfig, Intent
from appliance.models.embedder import Array, Embedder

# "what does a massage cost", "how much is delivery", "the price of a key", "what's the fee for it"
_PRICED = (
    re.compile(r"\bhow much (?:is|are|was|for) (.+)", re.I),
    re.compile(r"\bhow much (?:does|do|would|will) (.+?) (?:costs?|be|come to)\b", re.I),
    re.compile(r"\bwhat (?:does|do|would|will|did) (.+?) cost\b", re.I),
    re.compile(r"\b(?:prices?|costs?|fees?|charge|rates?) (?:of|for|to) (.+)", re.I),
)
_WORD = re.compile(r"[^\W\d_]{3,}")
# Words that name nothing which could be sold.
_EMPTY = frozenset(
    _WORD.findall("""
    about again all altogether and another any anything app basic best better big bill both buck
    bucks budget buy buying charge charged charges cheap cheaper cheapest cost costs day days deal
    dollar dollars each euros every everything exactly expensive extra fee fees few final for from
    full get getting give have hour hours how just large larger least less like little long lot
    many maybe me minimum money month monthly months more most much must need new next normal
    normally now number off offer one ones only option options other our out overall pay paying
    people per person platform please price priced prices pricing product products purchase
    quarter rate rates really regular second service services should small smaller software
    solution some somebody someone something standard starting stuff such sum system team than
    that the their them then there these they thing things this those three today together
    tomorrow tool total two typical unit units use user users usual want was way week weekly weeks
    what when whole will with without would year yearly years you your yours
    """)
)
_ALIKE = 0.45
"""The cosine of two words alone from which one may stand for the other: "plan", "subscription"."""


class Spoken:
    """The words of some sentences, to tell what they say nothing of."""

    def __init__(self, texts: Iterable[str], embedder: Embedder) -> None:
        self._words = frozenset(_words_of(texts))
        self._embedder = embedder
        self._vectors = embedder.of_words(sorted(self._words))

    def lacks(self, text: str) -> int:
        """Count the words of a text that are no word of these, nor like one."""
        return len(self.lacking(text))

    def lacking(self, text: str) -> list[str]:
        """Give the words of a text that are no word of these, nor like one."""
        return [word for word in _words_of([text]) if not self.knows(word)]

    def knows(self, word: str) -> bool:
        """Tell whether a word is one of these, or like one."""
        if self._words & {word, word.removesuffix("s"), f"{word}s"}:
            return True
        alike: Array = self._embedder.of_words([word]) @ self._vectors.T
        return float(alike.max(initial=0.0)) >= _ALIKE


class Sold:
    """Tells a price that is asked of something else from one the price list answers."""

    def __init__(self, spoken: Spoken) -> None:
        self._spoken = spoken

    @classmethod
    def of(cls, config: BotConfig, priced: Sequence[Intent], embedder: Embedder) -> Sold:
        """Gather the words of the products, and of the wishes whose answer is their price."""
        texts = [config.client.name]
        for price in config.facts.prices:
            texts += [price.name, *price.aliases, price.description]
        for intent in priced:
            texts += intent.examples
        return cls(Spoken(texts, embedder))

    def knows(self, word: str) -> bool:
        """Tell whether a word is one of the price list's, or like one."""
        return self._spoken.knows(word)

    def is_strange(self, text: str) -> bool:
        """Tell whether the price of something is asked which the price list says nothing of."""
        named = [match[1] for pattern in _PRICED for match in pattern.finditer(text)]
        asked = _words_of(named)
        return bool(asked) and not any(map(self._spoken.knows, asked))


def _words_of(texts: Iterable[str]) -> list[str]:
    words = (word for text in texts for word in _WORD.findall(text.casefold()))
    return [word for word in dict.fromkeys(words) if word not in _EMPTY]
