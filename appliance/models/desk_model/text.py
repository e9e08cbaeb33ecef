"""A customer's words, cleaned, with typos in key words mended, and split into wishes."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from itertools import islice

from rapidfuzz.distance import OSA

_LONGEST = 1200
_MOST_WORDS = 150
"""Words read of a message: what follows costs time and tells nothing new."""
MOST_WISHES = 6
_FEW = 3
"""Words below which a clause is no wish."""
_QUOTES = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "´": "'",
        "`": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "ı": "i",
        "İ": "I",
    }
)
_SHORT = {
    "u": "you",
    "ur": "your",
    "pls": "please",
    "plz": "please",
    "thx": "thanks",
    "ty": "thanks",
    "tmrw": "tomorrow",
    "tmr": "tomorrow",
    "r": "are",
    "wanna": "want to",
    "gonna": "going to",
    "hw": "how",
    "wat": "what",
    "wht": "what",
    "appt": "appointment",
    "cud": "could",
    "wud": "would",
    "dont": "don't",
    "whats": "what's",
    "im": "i'm",
    "id": "i'd",
    "cant": "can't",
    "fone": "phone",
    "ph": "phone",
    "2morrow": "tomorrow",
    "bcs": "because",
}
_WISH = (
    r"(?:can|could|may|would|will|do|does|did|is|are|am|was|what|what's|how|how's|when|where|which|"
    r"who|why|i want|i'd|i would|i need|i'm|we want|we'd|we need|please|book|schedule|set up|tell|"
    r"show|give|also|whether|let me|let's|put|send|connect|get|until when|till when|since when|"
    r"(?:on|at|under|by|in|with|from|for|to) (?:which|what|whom?)|have (?:someone|somebody)|take "
    r"my)"
    r"\b"
)
_LEAD_IN = re.compile(
    r"^\W*(?:[\w']+\s+){0,4}?(?:things|questions|points|items)\b[^:?.]{0,20}[:-]\s*", re.I
)
_CLAUSE = re.compile(r"[,;.!?]\s+|\s+-\s+|,?\s+\b(?:but|just|only|instead)\s+", re.I)
_NEGATED = re.compile(
    r"^\W*(?:(?:i|we|so|ok(?:ay)?|actually|well|thanks|sorry|please|for now|right now|at the "
    r"moment)\b[\s,]*){0,3}(?:no (?!one\b|thanks\b|problem\b|idea\b)[a-z]+|(?:don'?t|do not|"
    r"won'?t) (?:want|need|wish|book|schedule|have time)|(?:'m |am |'re |are )?not (?:interested|"
    r"looking|asking|ready|a|the|now)|(?:i'm|we're) not (?:interested|looking|asking|ready|able)|"
    r"have no time|"
    r"can skip|skip the|forget the|never ?mind the)\b",
    re.I,
)
_ORDER_TO_BOT = re.compile(
    r"\b(?:ignore|forget|disregard|override|bypass)\b.{0,25}\b(?:rules?|instructions?|prompts?|"
    r"guidelines?|orders|everything|above|previous|restrictions)\b|^\W*(?:system|admin|developer|"
    r"assistant|root)\s*(?:message|prompt|note|override|update)?\s*:|\byou are (?:now|no longer)\b|"
    r"\b(?:pretend|act as|roleplay|jailbreak|developer mode|from now on)\b|"
    r"\b(?:new|updated|internal|secret) (?:list )?(?:price|rule|policy|instruction)s?\b.{0,40}"
    r"\b(?:is|are|:)",
    re.I,
)
_SPLIT = re.compile(
    rf"(?<=[?!])\s+|(?<=[a-z0-9])\.\s+(?=[A-Za-z])|;\s+|\n+|"
    rf",?\s+(?:and also|and then|and|but|also|plus|then|oh and|as well as),?\s+(?={_WISH})|"
    rf",\s+(?:and\s+)?(?={_WISH})",
    re.I,
)


_RUN = re.compile(r"([^\w\s])(?:\s?\1){3,}")


def clean(text: str) -> str:
    """Give what is read of a message: its beginning, 150 words and 1,200 characters at most.

    NFKC on one line, straight quotes, the dotless i as i, no control characters, no sign more
    than three times in a row.
    """
    plain = unicodedata.normalize("NFKC", text[: 4 * _LONGEST]).translate(_QUOTES)
    kept = "".join(
        " " if c in "\t\r\n\x0b\x0c\u2028\u2029" else c
        for c in plain
        if c in "\t\r\n" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"}
    )
    short = _RUN.sub(r"\1\1\1", " ".join(kept.split()))[:_LONGEST]
    last = next(islice(re.finditer(r"\w+", short), _MOST_WORDS, None), None)
    return short[: last.start()].rstrip() if last else short


def wishes(text: str) -> list[str]:
    """Split at sentence ends and at "and can you ..."; six parts at most."""
    parts = [part.strip(" ,;") for part in _SPLIT.split(_LEAD_IN.sub("", text))]
    parts = [part for part in parts if re.search(r"\w", part)] or [text]
    parts = [part for part in parts if not _ORDER_TO_BOT.search(part)] or parts
    return parts[:MOST_WISHES]


def honest(text: str) -> str:
    """Give the text without the parts that try to give the bot orders of its own."""
    parts = [part.strip(" ,;") for part in _SPLIT.split(text)]
    kept = [part for part in parts if part and not _ORDER_TO_BOT.search(part)]
    return ". ".join(kept) if kept and len(kept) < len([part for part in parts if part]) else text


def orders_bot(text: str) -> bool:
    """Tell whether the words try to give the bot orders of its own."""
    return bool(_ORDER_TO_BOT.search(text))


def affirmed(text: str) -> str:
    """Give the text without the clauses that say what is not wanted: "no demo for now, but ..."."""
    start = 0
    while clause := _CLAUSE.search(text, start):
        refused = _NEGATED.match(text[start : clause.start()])
        if not refused or len(text[clause.end() :].split()) < _FEW:
            break
        start = clause.end()
    return re.sub(r"^(?:but|and|so)\s+", "", text[start:], flags=re.I) if start else text


def is_question(text: str) -> bool:
    """Tell whether the words ask something, question mark or not."""
    if text.rstrip(" \"')").endswith("?"):
        return True
    text = re.sub(r"\S+@\S+", " ", text)
    return bool(
        re.match(
            r"\W*(?:(?:so|and|but|ok|okay|also|hi|hello|hey|well|please|sorry|wait|hmm|oh|by the "
            r"way|"
            r"one more thing|quick question)\b[\s,.:!-]*)*"
            r"(?:what|what's|how|how's|when|where|which|who|why|is there|are there|are you|do you|"
            r"does|do i|can i|can you|could you|could i|is it|is the|will|would you|did|any chance|"
            r"i(?:'d| would) like to know|i want to know|tell me|let me know|i(?: was|'m| am)? "
            r"wonder(?:ing)?|"
            r"can we|could we)\b",
            text,
            re.I,
        )
    )


_LITTLE = """
the can you and yes for how are see get day was who not now pay buy ask our any with what when have
this that
"""


_DRAWN = re.compile(r"(no)o+|(ye)e*(s)s*|(nop)(e)e+|(yea)a*(h)h*")
"""A plain yes or no drawn out."""


class Mender:
    """Mends typos in the words that matter, and leaves every other real word alone.

    `spared` are words every front desk hears: a complaint is not misspelt where a company writes
    "compliant".
    """

    def __init__(
        self, key_words: Iterable[str], known: frozenset[str], spared: Iterable[str] = ()
    ) -> None:
        often = Counter(word.lower() for word in key_words)
        self._keys = sorted(
            (word for word in often if len(word) >= 4 and word.isalpha()),
            key=lambda word: (-often[word], word),
        )
        self._own = frozenset(often) | {word.lower() for word in spared}
        self._known = known | self._own
        self._little = _LITTLE.split()
        self._seen: dict[str, str] = {}

    def mend(self, text: str) -> str:
        """Give the text with key words spelt right: "thrusday" becomes "thursday".

        What stands in capitals among small letters is a name: AWS is no "was".
        """
        shouts = text.isupper()

        def mended(match: re.Match[str]) -> str:
            named = match[0].isupper() and not shouts and match[0].lower() not in _SHORT
            return match[0] if named else self._word(match)

        return re.sub(r"(?<![\w@.])[^\W\d_]+(?:'[a-z]+)?(?![\w@])(?!\.\w)", mended, text)

    def _word(self, match: re.Match[str]) -> str:
        word = match[0]
        lower = word.lower()
        if lower in _SHORT and (word == lower or len(word) > 2):
            return _SHORT[lower]
        if len(lower) < 3 or lower in self._own or "'" in lower:
            return word
        mended = self._seen.get(lower)
        if mended is None:
            mended = self._mended(lower)
            if len(self._seen) > 5000:
                self._seen.clear()
            self._seen[lower] = mended
        return mended or word

    def _mended(self, word: str) -> str:
        if word in self._known:
            return self._turned(word, self._keys) if len(word) > 4 else ""
        if drawn := _DRAWN.fullmatch(word):
            return "".join(filter(None, drawn.groups()))
        if turned := self._turned(word, self._little):
            return turned
        if len(word) == 3:
            return next((key for key in self._keys if len(key) == 4 and _lacks(key, word)), "")
        return self._nearest(word)

    def _turned(self, word: str, keys: Iterable[str]) -> str:
        """Find the key word with two letters in the wrong order: "trail" for trial."""
        letters = sorted(word)
        return next(
            (
                key
                for key in keys
                if key[0] == word[0] or len(word) < 4
                if len(key) == len(word) and sorted(key) == letters and OSA.distance(word, key) == 1
            ),
            "",
        )

    def _nearest(self, word: str) -> str:
        most = 1 if len(word) < 7 else 2
        best, found = most + 1, ""
        for key in self._keys:
            if abs(len(key) - len(word)) > most or (key[0] != word[0] and key[:2] != word[1::-1]):
                continue
            distance = OSA.distance(word, key, score_cutoff=most)
            if distance < best:
                best, found = distance, key
        return found


def _lacks(key: str, word: str) -> bool:
    """Tell whether the word is the key less one letter."""
    return key[0] == word[0] and any(key[:n] + key[n + 1 :] == word for n in range(1, len(key)))
