"""How a caller felt, told by their words alone: English words that say it plainly, counted. Pure.

No model, no tone of voice, no irony: "great, closed again" counts as pleased. Thanks are manners
and count for nothing. It is good for comparing weeks and for finding calls to look at, not for
judging one caller; whatever acts on it should say that it is a count of words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_PLEASED = re.compile(
    r"amazing|awesome|brilliant|delighted|excellent|fantastic|glad|great|happy|helpful|impressed"
    r"|love|lovely|marvelous|perfect|perfectly|pleased|superb|terrific|wonderful"
)
_DISPLEASED = re.compile(
    r"angry|annoyed|annoying|appalling|awful|disappointed|disappointing|disgusted|disgusting"
    r"|dreadful|frustrated|frustrating|furious|hate|horrible|horrified|idiots?|incompetent"
    r"|insulting|liars?|lied|mad|nonsense|outrageous|pathetic|ridiculous|rude|scam|shameful"
    r"|stupid|terrible|unacceptable|unbelievable|unhappy|upset|useless|worst"
)
_PHRASES = re.compile(
    r"\b(?:fed up|sick of|waste of (?:my )?time|had enough|not good enough|for the last time)\b"
)
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_NOT = re.compile(r"not|never|no|hardly|isn't|wasn't|aren't|don't|doesn't|didn't|can't|won't")
_NEAR = 2


def of_call(utterances: Iterable[str]) -> float | None:
    """Give the mean of what a caller said that shows feeling, -1 to 1; None where nothing does."""
    felt = [sign for sign in map(of_utterance, utterances) if sign]
    return round(sum(felt) / len(felt), 2) if felt else None


def of_utterance(said: str) -> int:
    """Tell whether words show pleasure (1), displeasure (-1) or neither (0).

    A word of pleasure that is negated shows displeasure; one of displeasure shows nothing then.
    """
    text = said.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    words = _WORD.findall(text)
    count = -len(_PHRASES.findall(text))
    for place, word in enumerate(words):
        is_negated = any(_NOT.fullmatch(near) for near in words[max(place - _NEAR, 0) : place])
        if _PLEASED.fullmatch(word):
            count += -1 if is_negated else 1
        elif _DISPLEASED.fullmatch(word) and not is_negated:
            count -= 1
    return (count > 0) - (count < 0)
