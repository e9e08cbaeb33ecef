"""What came of a question, held against what had to come."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from appliance.services.evaluation.questions import Asked, Question

# How an answer says that it has none: basic mode's sentences, and what models make of the rule.
_REFUSED = re.compile(
    r"\b(?:do not|don['’]?t|does not|doesn['’]?t|did not|didn['’]?t|can not|cannot|can['’]?t|"
    r"could not|couldn['’]?t|have no|has no|no|unable to|not able to)\b[^.!?\n]{0,30}?"
    r"\b(?:have(?!\s+to\b)|find|found|know|contain|include|cover|mention|confirm|information|details|answer|"
    r"record|say)\b[^.!?\n]{0,80}?"
    r"\b(?:that|this|it|either|any|information|details|answer|documents?|about|on|whether|if|what)\b"
    r"|\bnot (?:in|part of|covered by) (?:our|my|the) (?:information|documents?|knowledge)\b",
    re.I,
)
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True, slots=True)
class Source:
    """A passage's document by all its names; the first is the one to show."""

    names: tuple[str, ...]

    def is_called(self, wanted: str) -> bool:
        """Tell whether somebody who writes this name means this document."""
        said = wanted.casefold().strip()
        return any(
            said in {name.casefold(), PurePosixPath(name).stem.casefold()}
            or name.casefold().endswith(f"/{said}")
            for name in self.names
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question.

    `said` is every reply, the last one last. `sources` are what the last reply cites, or, where
    whoever answers cites nothing, what its last search found; best first.
    """

    said: tuple[str, ...]
    sources: tuple[Source, ...]
    tools: frozenset[str]
    handed_over: bool
    took_s: float

    @property
    def last(self) -> str:
        """The last reply."""
        return self.said[-1] if self.said else ""


@dataclass(frozen=True, slots=True)
class Miss:
    """One expectation that was not met, in words."""

    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A question's outcome: every expectation by kind, met or not, and why not."""

    asked: Asked
    answer: Answer
    met: Mapping[str, bool]
    misses: tuple[Miss, ...]

    @property
    def is_right(self) -> bool:
        """Whether everything came that had to."""
        return not self.misses


def judge(asked: Asked, answer: Answer) -> Verdict:
    """Hold an answer against everything its question says has to come."""
    met: dict[str, bool] = {}
    misses: list[Miss] = []
    for kind, check in _CHECKS.items():
        if getattr(asked.question, kind) is None:
            continue
        why = list(check(asked.question, answer))
        met[kind] = not why
        misses += [Miss(kind, one) for one in why]
    return Verdict(asked, answer, met, tuple(misses))


def _cites(question: Question, answer: Answer) -> Iterator[str]:
    wanted = question.cites or []
    named = " or ".join(wanted)
    if not answer.sources:
        yield f"{named} had to be cited; nothing was"
    elif not any(answer.sources[0].is_called(one) for one in wanted):
        yield f"{named} had to be cited; {answer.sources[0].names[0]} was"


def _says(question: Question, answer: Answer) -> Iterator[str]:
    said = _plain(" ".join(answer.said))
    for wanted in question.says or ():
        if _plain(wanted) not in said:
            yield f'"{wanted}" had to be said'


def _says_not(question: Question, answer: Answer) -> Iterator[str]:
    said = _plain(" ".join(answer.said))
    for unwanted in question.says_not or ():
        if _plain(unwanted) in said:
            yield f'"{unwanted}" was said and must not be'


def _calls(question: Question, answer: Answer) -> Iterator[str]:
    for wanted in question.calls or ():
        if wanted not in answer.tools:
            called = ", ".join(sorted(answer.tools)) or "none"
            yield f"the tool {wanted} had to be called; called was: {called}"


def _hands_over(question: Question, answer: Answer) -> Iterator[str]:
    if question.hands_over and not answer.handed_over:
        yield "it had to be handed over to a person"
    if not question.hands_over and answer.handed_over:
        yield "it was handed over to a person and must not be"


def _refuses(question: Question, answer: Answer) -> Iterator[str]:
    if not is_refusal(answer.last):
        yield "it had to be refused"
    elif figures := strange_figures(question.ask, answer.last):
        yield f"it was refused, yet with figures nobody asked about: {', '.join(figures)}"


def is_refusal(said: str) -> bool:
    """Tell whether an answer says that the company's information does not hold it."""
    return bool(_REFUSED.search(said))


def strange_figures(asked: Sequence[str], said: str) -> list[str]:
    """Give the numbers of an answer that were not in the question."""
    known = {figure for words in asked for figure in _FIGURE.findall(words)}
    return [figure for figure in _FIGURE.findall(said) if figure not in known]


def _plain(words: str) -> str:
    return " ".join(words.replace("’", "'").casefold().split())


_CHECKS: Mapping[str, Callable[[Question, Answer], Iterator[str]]] = {
    "cites": _cites,
    "says": _says,
    "says_not": _says_not,
    "calls": _calls,
    "hands_over": _hands_over,
    "refuses": _refuses,
}
