"""What the customer does not want: to be written to, a task to begin, to decide now."""

from __future__ import annotations

import re

_CLAUSES = re.compile(r"[.;,!?]+|\b(?:but|so|because)\b|\band\b(?! (?:again|me|us)\b)", re.I)
_POLITE = (
    r"\W*(?:(?:ok(?:ay)?|sorry|hm+|well|no|nope|yes|thanks|thank you|actually|maybe|perhaps|oh|"
    r"wait|please|just|and|first|then)\W+)*"
)
_NEVER = r"(?:please )?(?:don'?t|do not|never|stop|quit|no more|not|no longer)"
_OPTS_OUT = re.compile(
    rf"{_POLITE}(?:i (?:said|told you|want you|asked you) )?(?:to )?(?:"
    rf"{_NEVER} (?:ever |again )?(?:contact|e-?mail|text|message|spam|bother|mail|writ|pester)"
    r"(?:e|ing|s)?(?: to)?(?: (?:me|us))?(?: (?:again|any ?more|at all|please|ever))*|"
    rf"{_NEVER} send(?:ing)? (?:me |us )?(?:any )?(?:more )?(?:e-?)?(?:mails?|messages|spam)\b.*|"
    r"(?:take|remove|strike|delete) (?:me|us|my \w+|our \w+) (?:off|from|out of) (?:\w+ ){0,3}"
    r"(?:lists?|database|system|records|mailing)\b.*|"
    r"(?:unsubscribe|opt (?:me |us )?out)\b.*|"
    r"(?:(?:can|could|would) you )?(?:please )?(?:forget|delete|erase|remove) (?:all )?(?:my|our) "
    r"(?:\w+ )?(?:name|data|details|number|e-?mail|address|information|records?)\b.*)",
    re.I,
)
_GIVES = re.compile(r"\S@\S|\d[\d\s().-]{5,}\d|\b(?:call|ring|phone) me\b", re.I)
_THING = (
    r"(?:an? |any |the |that |this |my |our |your )?(?:\w+ )?"
    r"(?:demos?|bookings?|appointments?|meetings?|tours?|calls?|details?|data|name|e-?mail|number|"
    r"it|that|this|anything|one)"
)
_WANTS_NOT = re.compile(
    rf"{_POLITE}(?:"
    rf"(?:i|we) (?:really )?(?:don'?t|do not|won'?t|will not) (?:want|need|wish|intend|like)"
    rf"(?: to \w+)?(?: (?:an? |any |the )?(?:more|other))? {_THING}\b.*|"
    rf"(?:no|without) {_THING}(?: (?:please|needed|today|now|then|for me|for us|at all))*|"
    rf"(?:(?:i|we)(?:'m|'re| am| are) )?not (?:really )?interested(?: in {_THING})?)\W*",
    re.I,
)
_FORBIDS = re.compile(
    rf"{_POLITE}(?:don'?t|do not|never|no need to) (?:\w+ )?"
    rf"(?:save|book|store|keep|note|record|schedule|reserve|register) {_THING}\b.*",
    re.I,
)
_DEFERS = re.compile(
    rf"{_POLITE}(?:(?:i|we)(?:'ll|'d (?:like|have|need) to|'ve (?:got )?to| will| would like to| "
    r"need to| have to| must| want to| should| better)?|let me|let us) "
    r"(?:(?:first|just|quickly|better|still|rather|probably) )*(?:"
    r"(?:get|come|call|write)(?: (?:you|to you))? back\b|let you know|"
    r"(?:check|clarify|confirm|discuss|talk|speak|clear)(?: (?:it|this|that))? (?:with|to) "
    r"(?:my|our|him|her|them)\b|(?:check|clarify|confirm|discuss)(?: (?:it|this|that))? "
    r"(?:later|tomorrow|first|internally)\b|"
    r"ask (?:my|our|the|him|her|them|around)\b|think(?: (?:about|it|over|again|first)\b|\W*$)|"
    r"sleep on|decide (?:later|tomorrow|on|then)|need (?:some |more |a bit of )?time\b|"
    r"consult (?:with )?(?:my|our)|wait\W*$)",
    re.I,
)


_IF = re.compile(r"\bif (?:i|we|anything|something|it|there)\b", re.I)
_SOON = re.compile(
    r"\bin (?:a|one|two|\w+ few|a few|\d+) ?(?:moment|minutes?|mins?|seconds?|secs?|bit)\b|"
    r"\b(?:one|just a|a) (?:moment|minute|second|sec)\b|\bright back\b",
    re.I,
)


def opts_out(text: str) -> bool:
    """Tell whether the customer wants to hear no more, or their details gone."""
    if _GIVES.search(text):
        return False
    return any(_OPTS_OUT.fullmatch(clause.strip()) for clause in _CLAUSES.split(text))


def forbids(text: str) -> bool:
    """Tell whether a clause forbids what would be done: "don't save it"."""
    return any(_FORBIDS.fullmatch(clause.strip()) for clause in _CLAUSES.split(text))


def refuses(text: str) -> bool:
    """Tell whether a clause says what is not wanted, or must not be: "I don't need a demo"."""
    clauses = [clause.strip() for clause in _CLAUSES.split(text)]
    return forbids(text) or any(_WANTS_NOT.fullmatch(clause) for clause in clauses)


def defers(text: str) -> bool:
    """Tell whether the customer will decide at another time: "I'll ask my wife first"."""
    return besides_deferral(text) != text


def besides_deferral(text: str) -> str:
    """Leave out the clauses that put a decision off."""
    clauses = [clause.strip() for clause in _CLAUSES.split(text)]
    kept = [clause for clause in clauses if not (_DEFERS.match(clause) and not _IF.search(clause))]
    return text if len(kept) == len(clauses) else ", ".join(filter(None, kept))


def pauses(text: str) -> bool:
    """Tell whether the customer is back in a moment: "I will be back in a minute"."""
    return bool(_SOON.search(text))
