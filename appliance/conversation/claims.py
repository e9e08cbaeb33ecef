"""Which sentences claim that something was done."""

from __future__ import annotations

import re

_AUX = (
    r"(?:(?:i|we)(?:'ve| have| just)?|(?:is|are|was|were|has been|have been|'s|'re|been|got|all))"
)
_SOON = (
    r"(?:\s+(?:now|just|already|all|successfully|also|both|been|it|you|that|your|the|a|an|our|my"
)
_SOON += r"|demo|appointment|meeting|call|slot|details|request|message|conversation)){0,6}\s+"
_DONE = {
    "booked": (
        r"(?:booked|scheduled|reserved|rescheduled|moved your (?:demo|booking)|set up your demo)"
    ),
    "transferred": (
        r"(?:transferred|forwarded|escalated|handed (?:you|this|it) (?:over|on)|"
        r"passed (?:you|this|it|your \w+) (?:on|over|along|to)|put you through|notified|alerted|"
        r"asked (?:a|my|our|one of)(?: of)?(?: my| our)? (?:colleagues?|team|sales|support)\b)"
    ),
    "lead saved": (
        r"(?:saved|noted down|recorded|registered|stored|filed|added)"
        r"(?:\W*$| (?:you\b|your \w+|it|this|that|as))"
    ),
    "sent": r"(?:sent|e-?mailed|texted|mailed) (?:you|it|this|that|the|a|an)\b",
    "refunded": (
        r"(?:refunded|credited|reimbursed|issued (?:you )?(?:a|the|your) (?:refund|credit))"
    ),
    "cancelled": r"(?:cancell?ed|called off)",
}
_CLAIM = {
    kind: re.compile(
        rf"(?:{_AUX}{_SOON}|{_AUX}\s+|^\W{{0,20}}(?:(?:done|great|perfect|ok(?:ay)?)\W{{0,20}})?)(?:{verb})",
        re.IGNORECASE,
    )
    for kind, verb in _DONE.items()
}
_IN_PROGRESS = {
    "transferred": re.compile(
        r"\b(?:(?:i'm|i am|we're|we are) (?:now )?(?:transferring|connecting|putting|forwarding|"
        r"handing|passing)|connecting you|transferring you|a colleague (?:will|is going to) "
        r"(?:call|contact|get back|be in touch|join|take over)|(?:someone|our team|we) will "
        r"(?:call you back|contact you|get back to you|be in touch))",
        re.IGNORECASE,
    ),
}
_DENIED = re.compile(
    r"\b(?:not|n't|never|nothing|no one|nobody|cannot|unable|isn't|fully|can't|yet to be|"
    r"could be|can be|will be|would be|to be|gets|must be|may be|might be|should be)\b|n't\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"^\W*(?:if|once|when|before|after|unless|until|as soon as|shall|should|would|could|can|may|do|"
    r"does|did|have|has|is|are|was|were|what|which|who|how|where)\b",
    re.IGNORECASE,
)
# A cheap look first: most sentences hold none of these and claim nothing.
_STEM = re.compile(
    r"book|schedul|reserv|mov|set up|transfer|forward|escalat|hand|pass|put|notif|alert|ask|"
    r"connect|colleague|someone|team|we will|sav|not|record|regist|stor|fil|add|sent|mail|text|"
    r"refund|credit|reimburs|issu|cancel|called off",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:–—]\s+|\s+(?:and|but|so|then)\s+", re.IGNORECASE)


def claims_of(sentence: str) -> set[str]:
    """Give what a sentence says was done: booked, transferred, lead saved, sent, refunded, ...

    Questions, conditions and denials claim nothing; each clause is judged for itself, so that
    "I've booked it, so if you need to change it, tell me" is still a claim.
    """
    if not _STEM.search(sentence):
        return set()
    words = " ".join(sentence.replace("\u2019", "'").split())
    found: set[str] = set()
    clauses = _CLAUSE.split(words)
    for place, clause in enumerate(clauses):
        last = place == len(clauses) - 1
        if _CONDITION.match(clause) and (not last or words.rstrip().endswith("?") or place == 0):
            continue
        if _DENIED.search(clause):
            continue
        found.update(kind for kind, pattern in _CLAIM.items() if pattern.search(clause))
        found.update(kind for kind, pattern in _IN_PROGRESS.items() if pattern.search(clause))
    return found
