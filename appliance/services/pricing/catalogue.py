"""The Prices port over the price list of bot_config.yaml."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from rapidfuzz import fuzz

from appliance.config.model import Price
from appliance.services.pricing import quote as arithmetic
from appliance.toolkit.ports import Product, Quote

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 300
_SURE = 82.0  # "premuim" is 86 to "premium"; "premise" is 71
_FUZZY_FROM = 4  # letters; shorter words must be equal
# What customers say around the name of a product, and what names no product by itself.
_EMPTY = frozenset(
    _WORD.findall("""
    a about all an and any anything are available buy can cost costs do does else everything
    for get give have how i in is it like list looking me much my need of offer on or our
    package packages plan plans price prices pricing product products sell sells service
    services show some something tell that the there to us want we what which with you your
    """)
)


@dataclass(frozen=True, slots=True)
class PriceList:
    """The prices that hold on `today`; `currency` is the one of prices that name none."""

    prices: Sequence[Price]
    currency: str
    today: date

    async def find(self, words: str) -> Product | None:
        """Find the one product these words name; None for none or for several."""
        named = self._named(words)
        longest = [price for length, price in named if length == named[0][0]]
        return self._product(longest[0]) if len(longest) == 1 else None

    async def search(self, words: str, *, limit: int = 5) -> list[Product]:
        """Find products by name or by what their description says, best first.

        Words that ask for nothing in particular ("what do you sell?") give the whole list.
        """
        wanted = [word for word in _words(words) if word not in _EMPTY]
        named = [price for _, price in self._named(words)]
        if not wanted and not named:
            return (await self.all())[:limit]
        described = sorted(
            ((_share(wanted, price.description), price) for price in self._valid()),
            key=lambda pair: -pair[0],
        )
        rest = [price for share, price in described if share >= 0.5 and price not in named]
        return [self._product(price) for price in [*named, *rest][:limit]]

    async def all(self) -> list[Product]:
        """List all products that are sold today."""
        return [self._product(price) for price in self._valid()]

    async def quote(
        self,
        product: Product,
        *,
        seats: int,
        term: Literal["monthly", "yearly"],
        discount_percent: Decimal,
        authority: Decimal,
        yearly_saving: Decimal,
    ) -> Quote:
        """Calculate what a product costs; see `quote.quote`."""
        return arithmetic.quote(
            product,
            seats=seats,
            term=term,
            discount_percent=discount_percent,
            authority=authority,
            yearly_saving=yearly_saving,
        )

    def _valid(self) -> list[Price]:
        return [
            price
            for price in self.prices
            if (price.valid_from or date.min) <= self.today <= (price.valid_until or date.max)
        ]

    def _named(self, words: str) -> list[tuple[int, Price]]:
        """Products whose name, alias or id was said, with its words counted; longest first."""
        said = _words(words)
        names = {
            price.id: [_words(name) for name in (price.name, price.id, *price.aliases)]
            for price in self._valid()
        }
        # A word that is part of some name is that word, and no misspelling of another one.
        known = {word for spelled in names.values() for parts in spelled for word in parts}
        found = [
            (max(len(parts) if _is_said(parts, said, known) else 0 for parts in names[p.id]), p)
            for p in self._valid()
        ]
        return sorted((pair for pair in found if pair[0]), key=lambda pair: -pair[0])

    def _product(self, price: Price) -> Product:
        return Product(
            id=price.id,
            name=price.name,
            description=price.description,
            price=price.price,
            currency=price.currency or self.currency,
            per=price.per,
            period=price.period,
        )


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text[:_LONGEST]).casefold())


def _is_said(parts: Sequence[str], said: Sequence[str], known: set[str]) -> bool:
    """Tell whether every word of a name was said, or misspelled."""
    return all(
        any(word == part or (word not in known and _likeness(part, word) >= _SURE) for word in said)
        for part in parts
    )


def _likeness(one: str, other: str) -> float:
    if one == other:
        return 100.0
    if min(len(one), len(other)) < _FUZZY_FROM:
        return 0.0
    return fuzz.ratio(one, other)


def _share(wanted: Sequence[str], description: str) -> float:
    """Tell which share of the wanted words the description has."""
    has = _words(description)
    found = sum(any(_likeness(word, other) >= _SURE for other in has) for word in wanted)
    return found / len(wanted) if wanted else 0.0
