"""Complaints that words tell by themselves: nobody came, weeks of waiting, "thanks for nothing"."""

from __future__ import annotations

import re

from appliance.models.desk_model import chitchat

_BROKE = re.compile(
    r"\b(?:your|the) (?:(?!old|other|last)\w+ )?(?:software|app|system|update|tool|service|"
    r"product|platform|program|upgrade)\b (?:has |have |just |simply |suddenly |again )*"
    r"(?:deleted|lost|wiped|erased|destroyed|broke|ruined|corrupted|messed up|overwrote)\b",
    re.I,
)
_VERY = r"(?:so |really |just |absolutely |totally |completely |simply |complete |total |an? )*"
_LET_DOWN = re.compile(
    r"\b(?:nobody|no ?one|none of (?:you|them|your \w+)|not a single (?:person|one|answer|soul))"
    r" (?:has |had |have |ever |even |still |from your \w+ )*"
    r"(?:called?|calls|show(?:ed|n|s)? up|came|turn(?:ed|s) up|appeared|answer(?:ed|s)|"
    r"repl(?:ied|ies)|respond(?:ed|s)|got back|gets back|joined|contacted|help(?:ed|s))\b|"
    r"\b(?:(?:i|we)(?:'ve|'m|'re| have| am| are)? )(?:been )?(?:still )?(?:been )?"
    r"wait(?:ing|ed) (?:for )?(?:(?:over |more than |almost |about |now )*(?:a|an|\d+|two|three|"
    r"four|five|six|seven|several|many) (?:whole )?(?:days?|weeks?|hours?|months?)\b"
    r"(?! to)|ages|forever|days|weeks|hours|months|(?:far |way |much )?too long)\b|"
    r"\b(?:was|were|been) promised\b.*\b(?:nobody|no ?one|never|nothing|still)\b|"
    rf"^\W*(?:this|it|that)(?:'s| is| was) {_VERY}(?:ridiculous|outrageous|outrage|unacceptable|"
    r"disgraceful|disgrace|pathetic|shameful|scandal|scandalous)\b",
    re.I,
)
_SCOLDS = re.compile(
    r"^\W*(?:(?:well|ok(?:ay)?|great|wow)\W+)*(?:thanks|thank you|thx) (?:a lot )?for "
    r"(?:nothing\b(?! less)|wasting\b|no help\b)|"
    rf"\byour (?:\w+ ){{1,3}}(?:is|are|was|were) {_VERY}"
    r"(?:ridiculous|outrageous|absurd|insane|joke|rip-?off|robbery|scam|shameful|disgrace\w*|"
    r"useless|terrible|horrible|awful|pathetic|crap|rubbish|garbage|trash)\b",
    re.I,
)
_SUPPOSES = re.compile(
    r"\b(?:if|when|in case|whenever|should|suppose|what happens|how (?:do|does|long|many))\b", re.I
)
_HOPES = re.compile(
    r"\?|\bfor (?:an?|something|this|it)\b(?! (?:answer|reply|response|whole|day|week|month|hour))"
    r"(?! call)|\bto (?:see|buy|decide|try|use)\b|\bbudget\b|\bnow (?:i |we )?want\b|"
    r"\bhow (?:good|great|nice|easy|well)\b|\b(?:can|could|may) (?:i|we)\b",
    re.I,
)
_OTHER_COMPANY = re.compile(
    r"\b(?:old|previous|last|former|current|other|another|competitor\w*|their)\b (?:\w+ )?"
    r"(?:tools?|vendor|system|provider|software|suppliers?|company|one)\b",
    re.I,
)


def outrage(text: str) -> str | None:
    """Tell a complaint by its words; one that only scolds is met with regret."""
    if _SUPPOSES.search(text) or _OTHER_COMPANY.search(text) or _HOPES.search(text):
        return None
    if _BROKE.search(text):
        return chitchat.FAULT
    if _LET_DOWN.search(text):
        return chitchat.COMPLAINT
    return chitchat.UPSET if _SCOLDS.search(text) else None
