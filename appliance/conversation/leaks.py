"""What must not leave: the bot's instructions, and every secret.

A sentence that repeats a long run of the instructions, or holds a secret, is held back, also where
it is written backwards, spelled out, or encoded. What the public facts say as well is no leak.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from appliance.conversation.readings import letters, signs, veiled, without_digits

WITHHELD = "[withheld]"

# Letters in a row, about eight words. Shorter runs happen: "the front desk of Acme Corporation".
_LONGEST_RUN = 40
_BLOCK = 20  # every run of twice this holds one whole block
_SHORTEST_SECRET = 8
_PLAIN_SECRET = 16  # without a digit, a shorter one may be a common word
_FEW = 300  # up to so many, looking for each is faster than looking at every place
_PIECE = 12  # signs in a row of a longer secret give it away
_BETWEEN = "\n"
_KEY = re.compile(
    r"\b(?:sk-[\w-]{16,}|(?:sk|pk|rk)_(?:live|test)_\w{16,}|A(?:KIA|SIA)[0-9A-Z]{16}"
    r"|gh[opsur]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|xox[abeprs]-[\w-]{10,}"
    r"|AIza[\w-]{35}|SG\.[\w-]{16,}\.[\w-]{16,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+)"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----"
)


@dataclass(frozen=True, slots=True)
class Instructions:
    """What a bot was told, ready to be recognised; `public` is what may be said all the same."""

    words: str = ""
    public: str = ""
    blocks: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, *, public: str = "") -> Instructions:
        """Prepare a text."""
        words = letters(text)
        starts = range(0, len(words) - _BLOCK + 1, _BLOCK)
        return cls(words, letters(public), {words[at : at + _BLOCK]: at for at in starts})

    def repeats(self, text: str) -> bool:
        """Tell whether letters repeat a long run of the instructions."""
        if len(self.blocks) < _FEW:
            found = [block for block in self.blocks if block in text]
        else:
            held = {text[at : at + _BLOCK] for at in range(len(text) - _BLOCK + 1)}
            found = list(self.blocks.keys() & held)
        return any(self._run(text, text.index(block), self.blocks[block]) for block in found)

    def _run(self, text: str, at: int, place: int) -> bool:
        first = 0
        while first < min(at, place) and text[at - first - 1] == self.words[place - first - 1]:
            first += 1
        last = _BLOCK
        most = min(len(text) - at, len(self.words) - place)
        while last < most and text[at + last] == self.words[place + last]:
            last += 1
        return first + last >= _LONGEST_RUN and text[at - first : at + last] not in self.public


@dataclass(frozen=True, slots=True)
class Secrets:
    """Secrets' values, as they may not occur in any text. Short common words are none.

    `whole` are short ones as signs, `pieces` all pieces of longer ones; every piece holds a mark.
    """

    values: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    pieces: frozenset[str] = frozenset()

    @classmethod
    def of(cls, values: Iterable[str]) -> Secrets:
        """Prepare values; every line of a value that has several is one of its own."""
        told = {line.strip() for value in values for line in value.splitlines()}
        kept = sorted(filter(_is_telling, told), key=len, reverse=True)
        squeezed = {signs(value) for value in kept}
        whole = {value for value in squeezed if len(value) <= _PLAIN_SECRET}
        return cls(
            values=tuple(kept),
            whole=tuple(whole),
            marks=tuple(_cut(squeezed - whole, _PIECE // 2, step=_PIECE // 2)),
            pieces=frozenset(_cut(squeezed - whole, _PIECE, step=1)),
        )

    def withheld(self, text: str) -> str:
        """Give a text without the secrets in it."""
        for value in self.values:
            if value in text:
                text = text.replace(value, WITHHELD)
        return _KEY.sub(WITHHELD, text)

    def stand_in(self, text: str) -> bool:
        """Tell whether letters and digits hold a secret, or a good piece of one."""
        if any(value in text for value in self.whole):
            return True
        if len(self.marks) < _FEW and not any(mark in text for mark in self.marks):
            return False
        return not self.pieces.isdisjoint(_cut([text], _PIECE, step=1))


@dataclass(slots=True, kw_only=True)
class Private:
    """Judges an answer's sentences in order: what was cut into pieces is found as well."""

    instructions: Instructions = field(default_factory=Instructions)
    secrets: Secrets = field(default_factory=Secrets)
    _before: str = ""

    def leak(self, sentence: str) -> str | None:
        """Name what a sentence would give away, together with the words before it."""
        both = f"{self._before} {sentence}"
        found = self._found(both)
        # Short enough not to be found once more, long enough to find how it goes on.
        if found == "a secret":
            self._before = _end_of(both, _PIECE - 1, counts=str.isalnum)
        else:
            self._before = _end_of(both, _LONGEST_RUN - 1, counts=str.isalpha)
        return found

    def forget(self) -> None:
        """Begin a new answer."""
        self._before = ""

    def _found(self, both: str) -> str | None:
        if _KEY.search(both):
            return "a secret"
        readings = _BETWEEN.join(veiled(both))
        if self.secrets.values and self.secrets.stand_in(readings):
            return "a secret"
        if self.instructions.blocks and self.instructions.repeats(without_digits(readings)):
            return "the instructions"
        return None


def _cut(texts: Iterable[str], length: int, *, step: int) -> set[str]:
    return {
        text[at : at + length] for text in texts for at in range(0, len(text) - length + 1, step)
    }


def _end_of(text: str, most: int, *, counts: Callable[[str], bool]) -> str:
    """Give the end of a text that holds so many characters that count."""
    at = len(text)
    while at and most:
        at -= 1
        most -= counts(text[at])
    return text[at:]


def _is_telling(value: str) -> bool:
    squeezed = signs(value)
    if any(map(str.isdigit, squeezed)):
        return len(squeezed) >= _SHORTEST_SECRET
    return len(squeezed) >= _PLAIN_SECRET
