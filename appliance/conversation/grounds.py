"""Where the figures of an answer must stand before they leave, found without a model.

Money, percents, references, addresses and links of an answer must stand in what the owner wrote, in
a tool's result, or in what was said before. Days and times that stand nowhere are only marked. The
contact's own words are no price list: an amount of theirs may be repeated as theirs, not promised.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from appliance.conversation.figures import Figure, Kind, canonical, number, stated
from appliance.conversation.readings import plainly, signs

HELD = frozenset({Kind.MONEY, Kind.PERCENT, Kind.FREE, Kind.REFERENCE, Kind.EMAIL, Kind.PHONE})
_PRICES = frozenset({Kind.MONEY, Kind.PERCENT, Kind.FREE})
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+|(?<=\})\s*,|\s\|\s")
_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:[^/@\s]*@)?([^/:?#\s]+)", re.IGNORECASE)
_WEB = re.compile(r"^(?:https?:)?//|^[a-z0-9-]+\.", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]\\]+", re.IGNORECASE)
_FOR_ALL = re.compile(
    r"\b(?:all|every|any)(?:thing|body| (?:our |the )?(?:products?|tiers?|packages?))"
    r"|\b(?:plans?|price list|pricing|prices?|licen[cs]es?|subscriptions?|discounts?|"
    r"per (?:user|seat)|a (?:user|seat))\b",
    re.IGNORECASE,
)
_OF_PRICES = re.compile(
    r"\b(?:off|discount\w*|less|sav(?:e|es|ed|ing)|reduc\w+|cheaper|rebate|pric\w+|cost\w*|pay\w*|"
    r"rabatt\w*|nachlass|descuento|rebaja|remise|r[ée]duction|desconto|sconto|korting)\b",
    re.IGNORECASE,
)
# An amount the contact has named may be repeated as theirs, or denied, but not promised.
_AS_THEIRS = re.compile(
    r"\byou(?:'ve|'d|r)?\b.{0,60}\b(?:said|told|mention\w*|ask\w*|want\w*|hop\w+|request\w*|wrote|"
    r"propos\w*|suggest\w*|budget|have in mind|looking for|spend\w*)\b|\bbudget\b"
    r"|\b(?:can't|cannot|can not|unable|not possible|not able|don't|do not|won't|isn't|no longer|"
    r"never|a colleague (?:has to|must|will have to)|for a colleague)\b"
    r"|^\W*(?:and |so |just to (?:check|confirm),? )?(?:(?:did|do|would|have|are|were) you\b"
    r"|(?:shall|should|may|can|could) i (?:ask|note|pass|forward|check|put)\b).*\?\s*$",
    re.IGNORECASE,
)
_GRANTS = re.compile(
    r"\b(?:got it|(?:is|are) yours|it's yours|granted|approved|agreed?|agrees|accept\w*|done|deal|"
    r"happy to|glad to|confirm\w*|appl(?:y|ied)|honou?r\w*|yes|absolutely|certainly|of course|"
    r"(?:can|may|will|'ll) have|give you|gave you|you(?:'ll)? get|you(?:'ve| have) (?:got|a)|"
    r"so (?:it|that|you)(?:'s|'re| is| are)|go ahead)\b",
    re.IGNORECASE,
)
_TRIAL = re.compile(r"\b(?:tr(?:y|ial|ies|ied)|demo\w*|test)\b|\bfeel\b", re.IGNORECASE)
_NO_AMOUNT = re.compile(
    r"seat|count|quantit|number|user|score|^year$|^id$|_id|day|duration|minute|hour|percent|"
    r"fraction|saving|rating|page|version|position|limit|zip|code",
    re.IGNORECASE,
)
_SHARE = re.compile(r"percent|discount|saving|rate|share|fraction", re.IGNORECASE)
_PLAIN_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?")
_OF_US = re.compile(
    r"\b(?:i|me|my|mine|we|us|our|ours|you|your|yours|you'?(?:re|ve|ll|d)|i'?(?:m|ve|ll|d)|"
    r"we'?(?:re|ve|ll|d))\b",
    re.IGNORECASE,
)
_SHORTEST_TOKEN = 2
_DIGIT_WORDS = {
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """What the owner has written into the config: always true, for every turn."""

    figures: frozenset[tuple[Kind, str]] = frozenset()
    hosts: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    products: re.Pattern[str] | None = None

    @classmethod
    def of(
        cls,
        *,
        texts: Iterable[str],
        prices: Iterable[str],
        products: Iterable[str],
        descriptions: Iterable[str] = (),
        sites: Iterable[str] = (),
    ) -> Known:
        """Read the owner's texts.

        Args:
            texts: Facts, rules and instructions, word for word.
            prices: The amounts on the price list.
            products: Names on the price list; only these prices and tools speak of their money.
            descriptions: Words about products, perhaps from elsewhere: they set no price.
            sites: The company's own web addresses and mail domains.
        """
        names = sorted({name.casefold() for name in products if name}, key=len, reverse=True)
        pattern = "|".join(map(re.escape, names))
        named = re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE) if names else None
        found = {(Kind.MONEY, canonical(number(price))) for price in prices}
        links: set[str] = set()
        for text in texts:
            found.update((each.kind, each.value) for each in stated(text))
            links.update(_links(text))
        for text in descriptions:
            found.update(_beside_the_prices(text, named))
        hosts = {_host(site.rpartition("@")[2]) for site in sites if site}
        return cls(frozenset(found), frozenset(filter(None, hosts)), frozenset(links), named)


@dataclass(frozen=True, slots=True)
class _Source:
    """A text not read yet: said before, or given by a tool (whose numbers may be our code's)."""

    text: str
    is_tool: bool
    is_ours: bool


@dataclass(slots=True, kw_only=True)
class Grounds:
    """What one turn may state. Nothing is read before a sentence states something.

    `hours` are the opening hours by ISO day that the turn was told of.
    """

    known: Known = field(default_factory=Known)
    hours: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    _theirs: list[str] = field(default_factory=list)
    _quotable: list[str] = field(default_factory=list)
    _unread: list[_Source] = field(default_factory=list)
    _figures: set[tuple[Kind, str]] = field(default_factory=set)
    _links: set[str] = field(default_factory=set)
    _has_discount: bool = False

    def contact_said(self, text: str) -> None:
        """Take in the contact's own words."""
        self._theirs.append(text)

    def was_said(self, text: str) -> None:
        """Take in what left before: it stood somewhere then."""
        self._unread.append(_Source(text, is_tool=False, is_ours=True))

    def colleague_wrote(self, text: str) -> None:
        """Take in a colleague's words: they may quote anybody, so they set no price.

        A price beyond the list has a way of its own: an approval, heeded by the tool.
        """
        self._unread.append(_Source(text, is_tool=True, is_ours=False))

    def tool_gave(self, content: str, *, is_ours: bool, may_be_quoted: bool = False) -> None:
        """Take in a tool's result; `is_ours` where its numbers are made by code of this install.

        `may_be_quoted` where it only reads what the company knows.
        """
        self._unread.append(_Source(content, is_tool=True, is_ours=is_ours))
        if may_be_quoted:
            self._quotable += [_one_line(str(value)) for _, value in _named_values(content)]

    def quotes(self, sentence: str) -> bool:
        """Tell whether a sentence only quotes what a tool has read, of nobody in this talk.

        "Worn for 22 hours, changed every ten days" is the company's text, not our claim. A sentence
        that speaks of you, me or us is a claim, whoever has written it.
        """
        words = _one_line(sentence)
        if not self._quotable or _OF_US.search(words):
            return False
        return any(_begins_in(words, text) for text in self._quotable)

    def missing(self, sentence: str) -> list[Figure]:
        """Give the figures of a sentence that stand nowhere; those of `HELD` must not leave."""
        found = list(stated(sentence))
        if not found:
            return []
        self._read()
        return [figure for figure in found if not self._stands(figure, sentence)]

    def give_discount(self) -> bool:
        """Tell whether a tool of ours has given a discount."""
        self._read()
        return self._has_discount

    def leads(self, address: str) -> bool:
        """Tell whether a link may be shown: to the company, or exactly as a source gave it."""
        if not _WEB.match(address):
            return False
        host = _host(address)
        if any(host == own or host.endswith(f".{own}") for own in self.known.hosts):
            return True
        self._read()
        exact = address.casefold().rstrip("/")
        return exact in self.known.links | self._links | set().union(*map(_links, self._theirs))

    def _stands(self, figure: Figure, sentence: str) -> bool:
        key = (figure.kind, figure.value)
        if figure.kind is Kind.FREE:
            return self._is_truly_free(sentence)
        if figure.kind is Kind.PHONE:
            return self._is_known_number(figure.value)
        if key in self.known.figures or key in self._figures:
            return True
        share = (Kind.SHARE, figure.value)
        if figure.kind is Kind.PERCENT and share in self.known.figures | self._figures:
            return not _OF_PRICES.search(plainly(sentence))
        if figure.kind in _PRICES:
            return self._is_theirs(figure) and _is_repeated_as_theirs(plainly(sentence))
        if figure.kind is Kind.EMAIL:
            return self._spelled_out(figure.value)
        return self._is_theirs(figure) or self._is_in_hours(figure)

    def _is_in_hours(self, figure: Figure) -> bool:
        if figure.kind is Kind.DAY:
            return any(day.endswith(figure.value) for day in self.hours)
        spans = (span for day in self.hours.values() for span in day)
        return figure.kind is Kind.TIME and any(figure.value in span for span in spans)

    def _is_theirs(self, figure: Figure) -> bool:
        return any(
            (each.kind, each.value) == (figure.kind, figure.value)
            or (figure.kind in _PRICES and each.kind in _PRICES and each.value == figure.value)
            for text in self._theirs
            for each in stated(text)
        ) or (figure.kind in _PRICES and self._said_bare(figure.value))

    def _said_bare(self, value: str) -> bool:
        return any(
            canonical(number(found)) == value
            for text in self._theirs
            for found in re.findall(r"\d[\d.,]{0,12}\d|\d", text)
            if found.count(".") + found.count(",") < 2
        )

    def _is_truly_free(self, sentence: str) -> bool:
        """What is on the price list is not free, except to try."""
        names = self.known.products
        words = plainly(sentence)
        if names is None or not (names.search(words) or re.search(r"\bplans?\b", words)):
            return True
        return bool(_TRIAL.search(words) or _AS_THEIRS.search(words))

    def _is_known_number(self, digits: str) -> bool:
        wanted = digits[-9:]
        known = (value for kind, value in self.known.figures | self._figures if kind is Kind.PHONE)
        if any(value.endswith(wanted) or digits.endswith(value[-9:]) for value in known):
            return True
        return any(wanted in _digits(text) for text in self._theirs)

    def _spelled_out(self, address: str) -> bool:
        """Tell whether the contact has said an address, also as "jo at firm dot com"."""
        said = signs(" ".join(self._theirs))
        tokens = re.findall(r"[a-z0-9]+", address)
        return bool(self._theirs) and all(
            token in said for token in tokens if len(token) >= _SHORTEST_TOKEN
        )

    def _read(self) -> None:
        unread, self._unread[:] = list(self._unread), []
        for source in unread:
            self._links.update(_links(source.text))
            if not source.is_tool:
                self._figures.update((each.kind, each.value) for each in stated(source.text))
                continue
            for name, value in _named_values(source.text):
                self._take(name, str(value), is_ours=source.is_ours)

    def _take(self, name: str, written: str, *, is_ours: bool) -> None:
        """Read one value of a tool's result. A bare number is money where its name allows it."""
        if not _PLAIN_NUMBER.fullmatch(written):
            self._figures.update(_beside_the_prices(written, self.known.products))
            return
        self._figures.add((Kind.PHONE, written.lstrip("-")))
        amount = abs(number(written))
        if not is_ours:
            return
        if _SHARE.search(name):
            share = amount * 100 if amount < 1 else amount
            self._figures.add((Kind.PERCENT, canonical(share)))
            self._has_discount |= bool(amount) and "discount" in name
        elif not _NO_AMOUNT.search(name):
            self._figures.add((Kind.MONEY, canonical(amount)))


def _is_repeated_as_theirs(words: str) -> bool:
    return bool(_AS_THEIRS.search(words)) and not _GRANTS.search(words)


def _beside_the_prices(text: str, products: re.Pattern[str] | None) -> set[tuple[Kind, str]]:
    """Read a text that may come from anywhere: what it says of our prices does not count."""
    found: set[tuple[Kind, str]] = set()
    for sentence in _SENTENCE.split(text):
        sets_prices = products and (products.search(sentence) or _FOR_ALL.search(sentence))
        for each in stated(sentence):
            if not sets_prices or each.kind not in _PRICES:
                found.add((each.kind, each.value))
            elif each.kind is Kind.PERCENT and not _OF_PRICES.search(sentence):
                found.add((Kind.SHARE, each.value))  # "99.9 % uptime": no discount
    return found


def _named_values(text: str) -> list[tuple[str, Any]]:
    """Give the single values of a tool's result with their names; plain words have none."""
    try:
        return list(_leaves(json.loads(text)))
    except ValueError:
        return [("", text)]


def _begins_in(words: str, text: str) -> bool:
    """Tell whether a text holds these words from the beginning of a sentence of its own."""
    at = text.find(words)
    while at >= 0:
        if text[:at].rstrip()[-1:] in {"", ".", "!", "?", "…", ":", "-", "•", "*"}:
            return True
        at = text.find(words, at + 1)
    return False


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _leaves(whole: Any) -> Iterator[tuple[str, Any]]:
    """Give the single values of a JSON text with their names."""
    waiting = [("", whole)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(str(key), each) for key, each in value.items()]
        elif isinstance(value, list):
            waiting += [(name, each) for each in value]
        elif value is not None and not isinstance(value, bool):
            yield name, value


def _digits(text: str) -> str:
    words = re.findall(r"[a-z]+|\d", text.casefold())
    return "".join(_DIGIT_WORDS.get(word, word if word.isdigit() else "") for word in words)


def _host(address: str) -> str:
    found = _HOST.match(address.strip())
    return found[1].casefold().removeprefix("www.") if found else ""


def _links(text: str) -> set[str]:
    return {found.rstrip(".,;:!?…*_'\"").casefold().rstrip("/") for found in _LINK.findall(text)}
