"""The send gate: may this be sent, here, now? One proof line a rule.

Rules about the whole message (who owns the conversation, is there anything to say) are judged
before the first words leave; rules about sentences (a claim needs a receipt) release one sentence
at a time, in text and voice alike. A sentence must be plain text, give nothing away, claim only
what receipts back, and state only figures that stand somewhere; else a sentence of ours takes its
place.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from appliance.conversation import outward, wording
from appliance.conversation.claims import ANYTHING, claims_of, names_doer
from appliance.conversation.grounds import HELD, Grounds
from appliance.conversation.leaks import Private
from appliance.conversation.values import State

Emit = Callable[[str], Awaitable[None]]

_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]{0,4}\s{1,100}|\n{1,100}")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|a\.m|p\.m|mr|mrs|ms|dr|no|st|inc|corp|ltd|vs|approx|u\.s)\.|\b[A-Z]\.)\s*$",
    re.IGNORECASE,
)
_MARK = re.compile(r"[.!?…\n]")
_LONGEST = 4_000
_LONGEST_SENTENCE = 1_500
_LONGEST_QUOTE = 8
_LONGEST_ABBREVIATION = 12


@dataclass(frozen=True, slots=True)
class Proof:
    """One rule's verdict about one message, kept beside it for good."""

    rule: str
    passed: bool
    why: str = ""

    def as_json(self) -> dict[str, str | bool]:
        """Give the stored form."""
        return {"rule": self.rule, "passed": self.passed, "why": self.why}


def judge_owner(state: State) -> Proof:
    """The bot is silent while a person has the conversation."""
    if state is State.WITH_PERSON:
        return Proof("owner", passed=False, why="a person has this conversation")
    return Proof("owner", passed=True, why=f"the conversation is {state}")


@dataclass(slots=True, kw_only=True)
class SentenceGate:
    """Takes a model's words as they come and lets whole, true sentences out.

    Attributes:
        proved: Claims that receipts back; the toolbox adds to it during the turn.
        reported: Claims that a look-up of this turn has told of as a state.
        emit: Called with each released piece, spacing included.
        private: What must not leave.
        grounds: What may be stated; desk and toolbox add to it.
    """

    proved: set[str]
    emit: Emit
    reported: set[str] = field(default_factory=set)
    private: Private = field(default_factory=Private)
    grounds: Grounds = field(default_factory=Grounds)
    released: list[str] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    _held: str = ""
    _denied: set[str] = field(default_factory=set)

    @property
    def text(self) -> str:
        """What has left so far."""
        return "".join(self.released).strip()

    async def feed(self, text: str) -> None:
        """Take more words; release the sentences they complete."""
        before = max(len(self._held) - 2, 0)
        self._held += text
        mark = _MARK.search(self._held, max(before - _LONGEST_QUOTE - 1, 0))
        if mark is None and len(self._held) < _LONGEST_SENTENCE:
            return
        while (cut := _sentence_end(self._held, before)) is not None:
            sentence, self._held, before = self._held[:cut], self._held[cut:], 0
            await self._release(sentence)

    async def flush(self) -> None:
        """Release what is left as the last sentence of this answer."""
        rest, self._held = self._held, ""
        if rest.strip():
            await self._release(rest)

    async def paragraph(self) -> None:
        """Finish a sentence and begin a new paragraph, if something was said before."""
        await self.flush()
        if self.released and not self.released[-1].endswith("\n"):
            self.released.append("\n\n")
            await self.emit("\n\n")

    async def say(self, sentence: str) -> None:
        """Release a sentence of our own wording, judged by nobody."""
        await self.paragraph()
        self.released.append(sentence)
        await self.emit(sentence)

    def forget(self) -> None:
        """Drop everything: another model begins the answer anew."""
        self._held = ""
        self.released.clear()
        self.private.forget()

    async def _release(self, sentence: str) -> None:
        room = _LONGEST - sum(map(len, self.released))
        sentence = self._judged(sentence)[:room] if room > 0 else ""
        if sentence:
            self.released.append(sentence)
            await self.emit(sentence)

    def _judged(self, sentence: str) -> str:
        """Give what may leave in a sentence's place: mostly itself."""
        told = outward.plain(sentence, leads=self.grounds.leads, gone=wording.LINK_GONE)
        if told != sentence:
            self.proofs.append(Proof("plain text", passed=False, why="something was taken out"))
        if (what := self.private.leak(told)) is not None:
            return self._instead("private", what, wording.PRIVATE, sentence)
        missing = self._unproved(told)
        if missing and not self.grounds.quotes(told):
            kind = min(missing)
            said = wording.NOT_DONE.get(kind, "That is not done yet.")
            return self._instead("receipt", f"{kind}: no receipt", said, sentence)
        for figure in self.grounds.missing(told):
            why = f"{figure.kind}: stands nowhere"
            if figure.kind in HELD:
                return self._instead("grounds", why, wording.UNFOUNDED[figure.kind], sentence)
            if not told.rstrip().endswith("?"):
                self.proofs.append(Proof("grounds", passed=False, why=f"{why} (only marked)"))
        return told

    def _unproved(self, sentence: str) -> set[str]:
        missing = claims_of(sentence) - self.proved
        if "granted" in missing and self.grounds.give_discount():
            missing.discard("granted")
        if missing & self.reported and not names_doer(sentence):
            missing -= self.reported
        return missing - {ANYTHING} if self.proved else missing

    def _instead(self, rule: str, why: str, said: str, sentence: str) -> str:
        """Give our sentence in place of the model's, the first time it is needed."""
        self.proofs.append(Proof(rule, passed=False, why=why))
        if said in self._denied:
            return ""
        self._denied.add(said)
        return said + sentence[len(sentence.rstrip()) :]


def _sentence_end(text: str, start: int) -> int | None:
    """Give where the first sentence ends that does not end before `start`."""
    for match in _END.finditer(text, max(start - _LONGEST_QUOTE, 0)):
        before = text[max(match.start() - _LONGEST_ABBREVIATION, 0) : match.start()]
        if "\n" in match.group() or not _ABBREVIATION.search(before):
            return match.end()
    return _LONGEST_SENTENCE if len(text) >= _LONGEST_SENTENCE else None
