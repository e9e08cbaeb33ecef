"""Does the customer ask for a person, and for whom? "Travel agent" and "transfer money" do not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from appliance.config.model import BotConfig

_ROLE = (
    r"(?:(?:real|actual|live|human|living|proper|qualified|breathing)\s+)*(?:humans?|people|"
    r"persons?|"
    r"someone|somebody|anyone|anybody|some ?one (?:real|else)|agents?|representatives?|reps?|"
    r"operators?|receptionists?|managers?|supervisors?|colleagues?|staff|team ?members?|"
    r"(?:your|the|a) team|specialists?|experts?|advisors?|consultants?|engineers?|employees?|"
    r"sales ?(?:person|man|woman|people|reps?|guy|team)|human beings?|your boss|the boss|the owner)"
)
_THE = r"(?:an?|some|your|the|one of (?:your|the)|any|with|to|my|another|in)?\s*(?:of your\s+)?"
_TALK = (
    r"(?:speak|talk|chat|spoken?|talking|speaking|chatting|get in touch|discuss (?:this|it|that))"
)
_CONNECT = (
    r"(?:connect|transfer|forward|route|redirect|pass|hand|put|switch|refer|patch|escalate|get|"
    r"bring|"
    r"give|find|fetch)"
)
_STRONG = r"(?:connect|transfer|forward|route|redirect|switch|refer|patch|escalate)"
_BOT = re.compile(
    r"\b(?:are you|r you|is this|is it|am i (?:talking|speaking|chatting|texting|writing)(?: to| "
    r"with)?|"
    r"(?:talking|speaking|chatting) (?:to|with)|do i (?:talk|speak) (?:to|with))\b.{0,30}"
    r"\b(?:bot|robot|chatbot|human|real|person|ai|machine|computer|automated|chatgpt|"
    r"gpt)\b.{0,25}\?*$",
    re.I,
)
_WANTS = re.compile(r"\b(?:want|like|need|can|could|may|let|please|rather|prefer)\b", re.I)
_NOT = re.compile(
    rf"\b(?:don'?t|do not|no need to|not|without|rather not|instead of)\s+(?:want to |need to |"
    rf"wish to |"
    rf"like to |have to )?(?:{_TALK}|{_CONNECT})|\bno (?:human|person|agent)s? (?:needed|"
    rf"necessary)",
    re.I,
)
_REFUSED_ROLE = (
    rf"(?:an?|any|your|the|some|one of (?:your|the))?\s*{_ROLE}(?: of (?:yours|your team))?"
)
_REFUSES = re.compile(
    rf"(?:(?:^|(?<=[,;.!?-]))\s*|\b(?:but|and|so)\s+)"
    rf"(?:(?:please|thanks|thank you|ok(?:ay)?|well|hi|hello|hey|but|and|so|sorry|actually|"
    rf"really)\b\W*){{0,6}}(?:"
    rf"(?:i|we)?\s*(?:really |just )?(?:don'?t|do not|won'?t|wouldn'?t|would not|need not|"
    rf"(?:'d| would)? ?rather not|no need)\s+(?:really )?(?:(?:to |want |need |wish |like |have |"
    rf"care ){{0,3}}(?:{_TALK} (?:to|with) |{_CONNECT} (?:me |us |this |it )?(?:on |over |"
    rf"through )?(?:to |with )?|bring in |involve |see |meet |bother |ask )?|"
    rf"(?:for|to have) )"
    rf"{_REFUSED_ROLE}|"
    rf"(?:please )?(?:don'?t|do not) (?:call|phone|ring)(?: (?:me|us))?(?: back)?|"
    rf"(?:no|not|without) {_REFUSED_ROLE}(?: needed| necessary| required)?"
    rf")(?: (?:please|thanks|thank you|now|yet|today|for (?:this|that|now)|at the moment|right now|"
    rf"any ?more|either))*"
    rf"\s*(?:[,;.!-]+\s*|$|(?=\b(?:but|just|only|so|and|instead|because)\b))",
    re.I,
)
"""A whole clause that a person is not wanted: "no human please, just ..."."""
_ASKS = re.compile(
    rf"\b{_TALK}\s+(?:directly\s+)?(?:to|with)\s+{_THE}{_ROLE}\b|"
    rf"\b{_STRONG}\s+(?:me|us|this|it|my (?:call|question|issue|case))?\s*(?:on |over |through |"
    rf"along |in )?(?:to |with |in touch with )*{_THE}{_ROLE}\b|"
    rf"\b{_CONNECT}\s+(?:(?:me|us|this|it|my (?:call|question|issue|case))\s+(?:on |over |through |"
    rf"along |in )?|(?:in|through to|over to)\s+)(?:to |with |in touch with )*{_THE}{_ROLE}\b|"
    rf"\b(?:need|want|prefer|like|get|rather have|have|is there|are there|isn't there)\s+{_THE}"
    rf"(?:real |actual |live |human )+(?:humans?|persons?|people|someone|agents?|being|beings|"
    rf"representative|rep|support|help|operator|contact)\b|"
    rf"\b(?:need|want|prefer|would like|i'd like|get me|gimme|give me|rather have)\s+{_THE}"
    rf"(?:humans?|agent|operator|representative|rep|receptionist|manager|supervisor|"
    rf"person(?! who| name))\b(?! name)|"
    rf"\b(?:real|live|actual) (?:person|human|agent|people)\b|"
    rf"\b(?:can|could|will|would|have|get|let|ask|please have|tell)\s+(?:you )?(?:a |an |your |"
    rf"the )?"
    rf"{_ROLE}(?: from your (?:team|company))?(?: please)?(?: to)?\s+(?:please )?"
    rf"(?:call|phone|ring|contact|reach|help|assist|get back|email|message|write|confirm|check|"
    rf"verify|"
    rf"review|take over|handle|reply|respond|answer|sort|deal)\b|"
    rf"\b(?:call|phone|ring) (?:me|us) back\b|\bcall ?back\b|"
    rf"(?:^\W*|\b(?:please|can you|could you|would you|just|to|pls|must)\s+)(?:call|phone|ring) "
    rf"(?:me|us)\b"
    rf"(?!\s+(?:an? )?[\w']+\W*$)|"
    rf"\bcustomer (?:service|care|support)(?: please| rep)?\W*$|"
    rf"\b(?:human|person|agent|operator|representative|someone) (?:please|now|pls)\b|"
    rf"^\W*(?:a |an |the )?(?:humans?|agents?|operator|representative|real person|person|rep|"
    rf"live (?:chat|agent|person)|human being)\W*$|"
    rf"\bhand (?:me|this|it) over\b|\bescalate (?:this|it|my)\b|"
    rf"\b(?:not|stop) (?:talking to )?a (?:bot|machine|robot)\b|\bsomeone (?:real|human)\b",
    re.I,
)
_ELSEWHERE = re.compile(
    r"\b(?:travel|real estate|estate|insurance|ticket|booking|secret|leasing|letting) agents?\b|"
    r"\b(?:transfer|send|wire) (?:the |my |some |any |\$?\d+ ?(?:dollars|euros)? ?(?:of )?)?"
    r"(?:money|funds|cash|dollars|balance|files?|data|ownership|licen[cs]es?|account)\b|"
    r"\bperson(?:al)? (?:plan|account|data|details)\b|\bper person\b",
    re.I,
)

_ANYONE_REAL = re.compile(
    r"\b(?:anyone|anybody|someone|somebody|some ?one|people|a person|a human|person) (?:real|human|"
    r"alive|actual)?\b.{0,25}\b(?:speak|talk|chat|have a word)\b|"
    r"\b(?:any|some)(?:one|body) (?:real|human|alive)\b|"
    r"\b(?:can|could|would|will) (?:some|any)(?:one|body) (?:competent|capable|else|proper|senior|"
    r"qualified|from|with|who)\b.{0,40}\b(?:help|deal|look|handle|sort|take|answer|call|solve|"
    r"fix)\b|"
    r"\b(?:remove|delete|erase|unsubscribe) (?:me|us|(?:all )?(?:my|our) (?:\w+ )?(?:data|account|"
    r"details|info\w*|address|number|name))\b|"
    r"\bwho (?:can|could|do|should|may) (?:i|we) (?:speak|talk|turn|complain)\b|"
    r"\b(?:a )?(?:quick )?word with (?:some|any|one of|your|a|the)\w*\b|"
    r"\b(?:need|want|get|send|fetch) (?:me )?(?:your|the|a|one of your|some) "
    r"(?:\w+ )?(?:tech|technical|support|it|billing|sales|service|finance|accounts?) "
    r"(?:people|person|guys?|folks|team|staff|colleagues?|specialists?|engineers?|experts?)\b",
    re.I,
)
_LATER = re.compile(
    r"\b(?:take|note|have|leave|put|write) (?:down )?(?:my|our) (?:\w+ )?(?:details|info\w*|"
    r"name)\b|"
    r"\b(?:put|add) (?:me|us) (?:on|to|down)\b|\bkeep (?:me|us) (?:posted|informed|updated|in)\b|"
    r"\b(?:contact|reach|reach out to|get (?:in touch|back)|follow[- ]?up|write|e-?mail|message)\b"
    r".{0,30}\b(?:later|some ?time|next (?:week|month|year|quarter)|in (?:a few|january|february|"
    r"march|"
    r"april|may|june|july|august|september|october|november|december|spring|summer|autumn)|by "
    r"e-?mail|"
    r"about (?:premium|enterprise|starter|buying|prices|an offer))\b|"
    r"\b(?:get back to|follow up with|stay in touch with) (?:me|us)\b(?!.{0,12}\b(?:now|asap|"
    r"immediately|urgent\w*)\b)",
    re.I,
)
"""Being contacted some other day is a wish for sales, not for a person here."""
_MONEY_MATTER = re.compile(
    r"\b(?:invoices?|billed|billing|bill|charged?|charges|overcharged|debited|payments?|paid|"
    r"refund|"
    r"reminder|credit note|receipt)\b",
    re.I,
)
_TECHNICAL = re.compile(
    r"\b(?:errors?|fail(?:s|ed|ing|ures?)?|crash\w*|broken?|breaks?|bugs?|not work\w*|n't work\w*|"
    r"stopped|down|frozen|freez\w+|log ?in|log in|password|technical\w*|tech|outage|n't (?:load|"
    r"start|"
    r"open|sync)\w*|not (?:loading|starting|syncing|responding)|stuck|glitch\w*|install\w*)\b",
    re.I,
)
_MONEY_TEAM = ("billing", "accounting", "accounts", "finance", "invoices")
_TECHNICAL_TEAM = ("support", "technical", "tech", "service")


@dataclass(frozen=True, slots=True)
class People:
    """The company's departments and its own phrases for asking for a person."""

    departments: tuple[tuple[str, str, tuple[str, ...]], ...]
    patterns: tuple[str, ...]

    @classmethod
    def of(cls, config: BotConfig) -> People:
        """Read them from the config."""
        return cls(
            departments=tuple(
                (one.id, one.name, tuple(w.lower() for w in (one.name, *one.aliases)))
                for one in config.departments
            ),
            patterns=tuple(config.behavior.human_handoff.patterns),
        )

    def wanted(self, text: str) -> bool:
        """Tell whether the words ask for a person."""
        if _ANYONE_REAL.search(text) and not _NOT.search(text):
            return True
        if _NOT.search(text) or asks_for_bot(text) or _LATER.search(text):
            return False
        if any(re.search(rf"\b{re.escape(one)}\b", text, re.I) for one in self.patterns):
            return True
        plain = _ELSEWHERE.sub(" ", text)
        return bool(_ASKS.search(plain)) or (self._reaches(plain) is not None)

    def department(self, text: str) -> str | None:
        """Find the department the words name, by id, else the one their matter belongs to."""
        named = self._reaches(text) or next(
            (key for key, _, names in self.departments if _named(text, names)), None
        )
        return named or self.concerned(text)

    def concerned(self, text: str) -> str | None:
        """Find the department a matter belongs to: an invoice to billing, an error to support."""
        for matter, marks in ((_MONEY_MATTER, _MONEY_TEAM), (_TECHNICAL, _TECHNICAL_TEAM)):
            if matter.search(text):
                for key, _, names in self.departments:
                    if any(mark in name.split() for name in names for mark in marks):
                        return key
        return None

    def _reaches(self, text: str) -> str | None:
        """Find the department in "put me through to billing"."""
        for key, _, names in self.departments:
            words = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
            whom = rf"(?:someone (?:in|from|at) )?(?:the |your |our )?(?:{words})\b"
            pattern = (
                rf"\b{_TALK}\s+(?:to|with)\s+{whom}|"
                rf"\b{_CONNECT}\s+(?:me|us|this|it)\s+(?:over |through |on )?(?:to |with )?{whom}|"
                rf"\b(?:someone|somebody|a person|anyone) (?:in|from|at) (?:the |your "
                rf")?(?:{words})\b|"
                rf"^\W*(?:{words})(?: (?:department|team))?,? please\W*$|"
                rf"\b(?:need|want) (?:the |your )?(?:{words}) (?:department|team)\b|"
                rf"\bcall from (?:the |your )?(?:{words})\b"
            )
            if re.search(pattern, text, re.I):
                return key
        return None


def besides_refusal(text: str) -> str:
    """Leave out the clauses that say that no person is wanted."""
    rest = _REFUSES.sub(" ", text)
    if rest == text:
        return text
    return rest.strip(" ,;.!-") if re.search(r"\w", rest) else ""


def asks_for_bot(text: str) -> bool:
    """Tell whether the words ask what they are talking to."""
    match = _BOT.search(text)
    if match is None:
        return False
    return not (_WANTS.search(text[: match.start()]) and re.search(r"\b(?:to|with)\b", match[0]))


def _named(text: str, names: tuple[str, ...]) -> bool:
    return any(re.search(rf"\b{re.escape(name)}\b", text, re.I) for name in names)
