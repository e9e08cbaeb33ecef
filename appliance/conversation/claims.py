"""Which sentences claim that something was done."""

from __future__ import annotations

import re

from appliance.conversation import claims_abroad
from appliance.conversation.readings import plainly, words_beginning

ANYTHING = "done"
"""The claim of sentences that do not say what was done: any receipt backs it."""

_AUX = (
    r"(?:(?:i|we)(?:'ve| ?have| just|ve)?|(?:he|she|they|the team|a colleague) ha(?:s|ve)|"
    r"(?:is|are|was|were|has been|have been|has|have|had|'s|'re|been|got|gets|all|went ahead and))"
)
_SOON = (
    r"(?:\s+(?:now|just|already|all|successfully|also|both|been|it|you|that|your|the|a|an|our|my"
    r"|gladly|personally|officially|hereby|manually|immediately|went|gone|ahead|and|his|her|their"
    r"|demo|appointment|meeting|call|slot|details|request|message|conversation)){0,6}\s+"
)
_DONE = {
    "booked": (
        r"(?:booked|scheduled|reserved|rescheduled|moved your (?:demo|booking)|set up your demo|"
        r"confirmed (?:your|the|for|you)|(?:locked|pencill?ed) (?:it |you |that )?in|"
        r"secured (?:your|the|a)|"
        r"put (?:you|it|that) (?:down|in the calendar|on the calendar)|arranged (?:your|the|a))"
    ),
    "transferred": (
        r"(?:transferred|forwarded|escalated|handed (?:you|this|it) (?:over|on)|"
        r"passed (?:you|this|it|your \w+) (?:on|over|along|to)|put you through|notified|alerted|"
        r"informed (?:a|my|our|the|your)|"
        r"asked (?:a|my|our|one of)(?: of)?(?: my| our)? (?:colleagues?|team|sales|support)\b)"
    ),
    "lead saved": (
        r"(?:saved|noted down|recorded|registered|stored|filed|added)"
        r"(?:\W*$| (?:you\b|your \w+|it|this|that|as))"
    ),
    "sent": r"(?:sent|e-?mailed|texted|mailed) (?:you|it|this|that|the|a|an|your|off|out|over)\b",
    "refunded": (
        r"(?:refunded|credited|reimbursed|(?:issued|processed|made|initiated|approved|started|"
        r"triggered) (?:you )?(?:a|the|your)(?: full)? (?:refund|credit|reimbursement)|"
        r"(?:returned|paid back|sent back) (?:your|the) (?:money|payment)|paid you back)"
    ),
    "cancelled": r"(?:cancell?ed|called off|terminated (?:your|the))",
    "changed": (
        r"(?:(?:changed|updated|modified|deleted|removed|erased|wiped|upgraded|downgraded|"
        r"activated|deactivated|unlocked|reset|extended|merged) (?:your|the|his|her|their|that|"
        r"all|every|you|account|contact)\b(?! (?:details|e-?mail|number|name|company|phone)\b)"
        r"|(?:changed|updated|deleted|removed|erased) (?:his|her|their|another|[a-z]+'s) )"
    ),
    "ordered": (
        r"(?:ordered|placed (?:your|the|an) order|purchased|paid (?:for|the|your)|"
        r"charged (?:your|the)|transferred (?:the )?(?:money|funds|\W?\d))"
    ),
}
_BEGINS = r"^\W{0,20}(?:(?:done|great|perfect|ok(?:ay)?|sure|yes|good news|all set|there)\W{1,20})?"
_CLAIM = {
    kind: re.compile(rf"(?:{_AUX}{_SOON}|{_AUX}\s+|{_BEGINS})(?:{verb})", re.IGNORECASE)
    for kind, verb in _DONE.items()
}
_THING = {
    "booked": re.compile(
        r"\b(?:demo|booking|appointment|meeting|slot|spot|seat|reservation|visit|session|call)"
        r"(?:'s| is| was| has been| are)(?: \w+){0,3} (?:made|confirmed|locked in|set|"
        r"secured|in the calendar|on the calendar|in the books|arranged)\b"
        r"|\byou(?:'re| are) (?:all set|confirmed|in|down|on the calendar) (?:for|on|at|in)\b"
        r"|\b(?:it's|it is|that's|that is) (?:in|on) the (?:calendar|books|schedule)\b"
        r"|\b(?:i|we)(?:'ve| have)? got you (?:down|in|a (?:slot|spot|demo|place|seat))\b",
        re.IGNORECASE,
    ),
    "sent": re.compile(
        r"\b(?:invit\w+|confirmation|e-?mail|message|link|invoice|contract|document|offer|quote)"
        r"(?: to \w+)?(?:'s| is| was| has been) (?:(?:now|already|just) )?"
        r"(?:on (?:its|the) way|sent|in your inbox|out)\b"
        r"|\b(?:invit\w+|confirmation|e-?mail|link|invoice|contract|quote) went out\b",
        re.IGNORECASE,
    ),
    "refunded": re.compile(
        r"\b(?:refund|credit|reimbursement|money back|money|payment)(?: of \S+)?"
        r"(?: is| was| has been|'s| has)(?: \w+){0,2} (?:on (?:its|the) way|processed|issued|"
        r"approved|through|returned|back|initiated|credited|gone through|completed?)\b"
        r"|^\W{0,20}refund (?:initiated|issued|processed|approved|sent)\b",
        re.IGNORECASE,
    ),
    "cancelled": re.compile(
        r"\b(?:subscription|contract|plan|booking|demo|order|account)(?:'s| is| was| has been)"
        r"(?: \w+){0,2} (?:terminated|ended|closed|cancell?ed)\b",
        re.IGNORECASE,
    ),
    "changed": re.compile(
        r"\b(?:account|password|plan|subscription|record|contact|booking|address|phone|ticket|data)"
        r"(?:'s| is| was| has been| have been)(?: \w+){0,2} (?:upgraded|changed|deleted|removed|"
        r"erased|activated|reset|extended|wiped|modified|unlocked)\b",
        re.IGNORECASE,
    ),
    "ordered": re.compile(
        r"\b(?:order|payment|purchase|transaction)(?:'s| is| was| has been| has| went)"
        r"(?: \w+){0,2} (?:placed|confirmed|through|completed?|paid|received|shipped|accepted)\b",
        re.IGNORECASE,
    ),
    "granted": re.compile(
        r"\b(?:discount|special (?:price|rate|deal)|price reduction|reduced price|price cut|"
        r"approval|exception|rebate)(?:'s| is| was| has been)(?: \w+){0,2} (?:approved|granted|"
        r"applied|given|authori[sz]ed|yours|active|confirmed|agreed)\b"
        r"|\b(?:i|we|manager|boss|colleague|team|sales)(?:'ve| have| has| hereby|ve)?(?: \w+){0,2} "
        r"(?:approved?|granted?|authori[sz]ed?|applied|agreed to|okayed|signed off on)\b"
        r"(?: \w+){0,3} (?:discount|deal|price|rate|reduction|exception|it|request|that|this)\b"
        r"|\b(?:it|this|that|request|wish)(?:'s| is| was| has been)(?: \w+){0,2} "
        r"(?:approved|granted|authori[sz]ed|signed off)\b"
        r"|^\W{0,20}(?:approved|granted)\b",
        re.IGNORECASE,
    ),
    ANYTHING: re.compile(
        r"\bconsider it done\b|\b(?:it's|it is|that's|that is|everything is) (?:all )?(?:done|"
        r"sorted|taken care of|arranged|settled)\b"
        r"(?! (?:in|on|by|via|through|with|under|when|if|once|after|before|at)\b)"
        r"|\b(?:i|we)(?:'ve| have|ve) (?:taken care of|"
        r"sorted|handled|done|completed|executed|carried out) (?:it|that|this|everything|your)\b",
        re.IGNORECASE,
    ),
}
_IN_PROGRESS = {
    "transferred": re.compile(
        r"\b(?:colleague|manager|boss|team|sales|support)(?: \w+)? (?:has|have) been "
        r"(?:informed|notified|told|alerted|asked)\b|"
        r"\b(?:(?:i'm|i am|we're|we are) (?:now )?(?:transferring|connecting|putting|forwarding|"
        r"handing|passing)|connecting you|transferring you|a colleague (?:will|is going to) "
        r"(?:call|contact|get back|be in touch|join|take over)|(?:someone|our team|we) will "
        r"(?:call you back|contact you|get back to you|be in touch))",
        re.IGNORECASE,
    ),
}
# Where a clause names its figure, the figure's own ground is what counts.
_FIGURE = re.compile(r"\d\s*(?:%|per ?cent)|[$€£]\s*\d|per ?cent\b", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(?:not|n't|never|nothing|no one|nobody|cannot|unable|isn't|fully|can't|yet to be|"
    r"could be|can be|will be|would be|to be|gets|must be|may be|might be|should be)\b|n't\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"^\W*(?:(?:and|or|but|so|then)\s+)?"
    r"(?:if|once|when|before|after|unless|until|as soon as|shall|should|would|could|can|may|do|"
    r"does|did|have|has|is|are|was|were|what|which|who|how|where)\b",
    re.IGNORECASE,
)
# A cheap look first: which kinds a sentence can claim, by the beginnings of its words.
_STEMS = {
    "booked": "book schedul reserv resched mov set confirm lock pencil secur put arrang calen down "
    "you're got made",
    "transferred": "transfer forward escalat hand pass put notif alert inform ask connect colleag "
    "someone team we",
    "lead saved": "sav not record regist stor fil add",
    "sent": "sent email e-mail text mail way inbox out",
    "refunded": "refund credit reimburs issu process made initi approv start trigger return paid "
    "sent way through back complet gone",
    "cancelled": "cancel call termin end clos",
    "changed": "chang updat modif delet remov eras wip upgrad downgrad activ deactiv unlock reset "
    "extend merg",
    "ordered": "order plac purchas paid charg transfer confirm through complet receiv ship accept",
    "granted": "approv grant authori appl agreed okay sign given yours activ confirm",
    ANYTHING: "done sort taken arrang settl handl complet execut carri",
}
_KINDS: dict[str, list[str]] = {}
for _kind, _stems in _STEMS.items():
    for _stem in _stems.split():
        _KINDS.setdefault(_stem, []).append(_kind)
_STEM = words_beginning(_KINDS)
_CLAUSE = re.compile(r"[,;:–—]\s+|\s+(?:and|but|so|then)\s+", re.IGNORECASE)


_STATES = {
    "booked": "booked|reserved|confirmed|scheduled",
    "sent": "sent|shipped|mailed",
    "refunded": "refund(?:ed)?|credited|reimbursed",
    "cancelled": "cancell?ed|terminated|closed",
    "changed": "changed|updated|modified|upgraded|downgraded|activated|deactivated|extended",
    "ordered": "ordered|placed|paid|payment|shipped|confirmed|received|completed?",
}
_TOLD = {  # a value, not the name of a field: "cancelled_at": null tells nothing
    kind: re.compile(rf"(?<![a-z_])(?:{words})(?![a-z_]|\"\s*:)", re.IGNORECASE)
    for kind, words in _STATES.items()
}
_DOER = re.compile(
    r"\b(?:i|we|he|she|they|team|colleagues?|manager|somebody|someone)(?:'\w+)?\b", re.IGNORECASE
)


def told_by(result: str) -> set[str]:
    """Give the kinds of claims that a tool's result tells of in words, as the state of a thing."""
    return {kind for kind, words in _TOLD.items() if words.search(result)}


def names_doer(sentence: str) -> bool:
    """Tell whether a sentence says who did something: more than the state of a thing."""
    return bool(_DOER.search(plainly(sentence)))


def claims_of(sentence: str) -> set[str]:
    """Give what a sentence says was done: booked, transferred, lead saved, sent, refunded, ...

    Questions, conditions and denials claim nothing; each clause is judged for itself, so that
    "I've booked it, so if you need to change it, tell me" is still a claim.
    """
    words = " ".join(plainly(sentence).split())
    found = claims_abroad.claims_of(words)
    kinds = {kind for stem in _STEM.findall(words.lower()) for kind in _KINDS[stem]}
    if not kinds:
        return found
    clauses = _CLAUSE.split(words)
    for place, clause in enumerate(clauses):
        last = place == len(clauses) - 1
        if _CONDITION.match(clause) and (not last or words.rstrip().endswith("?") or place == 0):
            continue
        if _DENIED.search(clause):
            continue
        found.update(kind for kind in kinds if _is_claimed(kind, clause))
        if _FIGURE.search(clause):
            found.discard("granted")
    return found


def _is_claimed(kind: str, clause: str) -> bool:
    patterns = (of.get(kind) for of in (_CLAIM, _THING, _IN_PROGRESS))
    return any(pattern.search(clause) for pattern in patterns if pattern)
