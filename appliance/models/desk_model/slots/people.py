"""Names of people and companies."""

from __future__ import annotations

import re
from dataclasses import replace

from rapidfuzz import fuzz

from appliance.models.desk_model import text as words_of
from appliance.models.desk_model.slots.found import Found

_FROM = re.compile(
    r"(?:^|[.!?:;\n])\W*([A-Z][^\W\d_]+(?:\s+[A-Z][\w'’-]+){1,2}),?\s+(?:from|of|at|"
    r"with)\s+([A-Z][\w&.'’-]*"
    r"(?:\s+[A-Z&][\w&.'’-]*){0,3})"
)
_CAPITALS = r"([A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+){1,2})"
_FOR = re.compile(
    rf"\b(?:for|under|by|for i think)\s+{_CAPITALS}(?=\s*(?:[,.;?!\x00]|$|(?:and|at|on|in|for|from|"
    r"to|is|was|has|have|please|this|that|who|needs?|with)\b))"
)
_BOOKED = re.compile(
    rf"(?:^|[.!?\n]\s*|\ban?\s+){_CAPITALS}\s+(?:has|had|made|booked|(?:booking|reservation|table|"
    r"appointment)\b)"
)
_TAIL = re.compile(
    r"(?:(?<![\s,.!])[\s,.!]+(?:then|please|thanks|thank you|here|of course|i guess|"
    r"if you must))+\W*$",
    re.I,
)
_FROM_COVERED = re.compile(
    r"(?:^|[.!?:;\n])\W*([A-Z][^\W\d_]+(?:\s+[A-Z][\w'’-]+){1,2}),?\s+(?:from|of|at|with)\s+"
    r"(?=[A-Z\x00])"
)
_TITLE = r"(?:(?:mr|mrs|ms|miss|dr|prof)\.?\s+)?"
_PART = r"[^\W\d_](?:[^\W\d_]|['’\-](?=[^\W\d_]))*\.?"
_FULL = rf"({_PART}(?:\s+{_PART}){{0,3}})"
_SURE = re.compile(
    rf"\b(?:(?:my|the|his|her)\s+(?:full\s+|first\s+|last\s+)?name(?:'?s|\s+is|\s+should be|"
    rf"\s+should read|"
    rf"\s+to|:|\s+was)?(?:\s+(?:is\s+)?spell?(?:ed|t))?|(?:full |first |last )?name\s*(?:is|:|=|"
    rf"to|'s)|call me|i am called|i(?:'m| am) known as|"
    rf"i go by|under the name(?: of)?|in the name of|make it out to|spelled|"
    rf"(?:demo|call|booking|meeting|appointment) for (?=(?-i:[A-Z])))\s*(?:is\s+)?"
    rf"(?:actually\s+|really\s+)?{_TITLE}{_FULL}",
    re.I,
)
_LIKELY = re.compile(rf"\b(?:i'?m|i am|this is|it'?s|its)\s+(?:actually\s+)?{_TITLE}{_FULL}", re.I)
_NAMED = r"[A-Z][a-zß-ÿ][\w'’-]*(?:\s+[A-Z]\.)?(?:\s+(?:van|von|de|der|del|di|da|la))*"
_SIGNED = re.compile(
    r"\b(?i:(?:(?:best |kind |kindest |warm )?(?:regards|greetings)|best wishes|sincerely|rgds|"
    r"yours (?:truly|faithfully))\b[\s,.!-]+|(?:cheers|thanks|thank you)[,.!-]\s*)"
    rf"(?P<name>{_NAMED}\s+[A-Z][a-zß-ÿ'’-][\w'’-]*)(?=\s*(?:$|[\x00,.;|(\n]|[A-Z]))"
)
"""The name under a letter, with or without the company after it."""
_SPELT = re.compile(
    r"[,\s]*(?:\b(?:which |that )?(?:is |it's )?(?:spell?(?:ed|t)|spelling)\b(?: is| it)?|"
    r"\bthat'?s\b)[:,\s]*"
    r"(?P<letters>\b[^\W\d_](?:(?:\s?[-.]\s?|\s)[^\W\d_]){2,}\b)",
    re.I,
)
_ALIKE = 40
"""Likeness of 100 from which what is spelt is a part of the name already said."""
_NO_NAME = re.compile(r"no+|ye+s+|yea+h*|ja+|nein|oui|nope+|ok+", re.I)
_HERE = re.compile(
    rf"^\W*(?:(?:hi|hello|hey)[\s,!.]+)?{_FULL}\s+(?:here|speaking)\b(?!\s+(?:and|is)\b.*\?)", re.I
)
_STOP_WORDS = """
a an the and or but so for of in on at to from with by as about is are was were be been am im do
does did have has had can could will would shall should may might must not no yes yep yeah nope ok
okay sure please thanks thank hi hello hey my your our their his her its it this that these those
there here i you we they me us them he she who what when where why how which just only also still
very really quite too actually sorry well um uh hmm like free available interested looking calling
writing wondering trying going hoping asking sending happy glad fine good great busy ready new
late back out up down over now today tomorrow tonight monday tuesday wednesday thursday friday
saturday sunday january february march april june july august september october november december
next last week weekend month year morning afternoon evening noon midday midnight time day date
email e-mail mail phone number name company book booking booked demo call meeting appointment
price pricing cost plan product products premium starter enterprise seats users want need let lets
make change wrong right correct different instead another other maybe perhaps sounds perfect
cancel never mind forget stop wait hold human person agent someone representative help question
questions skip none nothing anything something unsure confused lost stuck unable afraid able
curious aware done sick tired angry annoyed frustrated disappointed unhappy all any some more less
than then if because don't dont didn't won't can't cannot isn't wasn't doesn't i'm i'd i'll i've
it's that's what's let's you're we're send give tell show get got go come take put set use see
parking open closed opening hours address discount refund trial before after around between until
okey absolutely definitely certainly course exactly bot robot ridiculous urgent everyone nobody
works work better nicer easier suits suit fits fit best later earlier ideal possible away
pretty include add switch alone vegan vegetarian allergic coming hungry pregnant
already file above below again known listed told ignore disregard previous
instructions
using having working planning thinking considering running getting based located under into
"""
_STOP = frozenset(_STOP_WORDS.split())
_ALSO_NAMES_WORDS = """
Will Price May June April August Day New Young Best Good Park
"""
_ALSO_NAMES = frozenset(_ALSO_NAMES_WORDS.split())
_JOINS_WORDS = """
and with from at but for on my or email phone who at, i
"""
_JOINS = frozenset(_JOINS_WORDS.split())
_FILLER = re.compile(
    r"^\W*(?:(?:sure|ok(?:ay)?|yes|yeah|yep|well|of course|hi|hello|hey|oh|um+|uh+|sorry|no|"
    r"actually|thanks|certainly|absolutely|please|it should be|it is|it's|its|that's|that is|"
    r"that would be|this is|i'm|i am|im|the name is|name's|name is|name|make it|change it to|use|"
    r"put|for|mr|mrs|ms|miss|dr|prof|my name)\b[\s,.:!?-]*)+",
    re.I,
)
_COMPANY = re.compile(
    r"\b(?:(?:my|our|the)\s+(?:company|firm|business|organi[sz]ation|employer)(?:'s name)?"
    r"(?:\s+name)?(?:\s+is(?: called)?|'s|:)|company(?: name)?\s*(?:is|:|=)|"
    r"(?:i work|i'm|i am|we are|we're|calling|writing|here)\s+(?:for|at|from|with)|"
    r"on behalf of)\s+"
    r"((?:the\s+)?[\w&.'’+-]+(?:\s+(?-i:[A-Z&][\w&.'’+-]*|Inc\.?|Ltd\.?|LLC|GmbH|AG|Co\.?)){0,4})",
    re.I,
)
_SUFFIX = re.compile(
    r"\b((?-i:[A-Z])[\w&.'’-]*(?:\s+(?-i:[A-Z&])[\w&.'’-]*){0,3}\s+"
    r"(?:Inc|Ltd|LLC|GmbH|AG|Corp|Corporation|Limited|Group|PLC)\b\.?)"
)
_PLACES = {"home", "work", "boston", "london", "berlin", "here", "scratch", "now", "the"}


def persons(text: str, *, asked: bool) -> list[Found]:
    """Find a person's name: introduced ("my name is ..."), or as the bare answer when asked."""
    if (spelt := _SPELT.search(text)) and (found := _spelt(text, spelt, asked=asked)):
        return [found]
    return [_whole(text, one) for one in _introduced(text, asked=asked)]


def _spelt(text: str, match: re.Match[str], *, asked: bool) -> Found | None:
    """Put a name spelt letter by letter in the place of the part it is like, else after it."""
    word = _cased("".join(re.findall(r"[^\W\d_]", match["letters"])).lower())
    before = _introduced(text[: match.start()], asked=asked)
    if not before:
        return Found(match.start(), match.end(), word)
    words = str(before[0].value).split()
    alike = max(words, key=lambda part: fuzz.ratio(part.lower(), word.lower()))
    if fuzz.ratio(alike.lower(), word.lower()) < _ALIKE:
        words.append(word)
    name = " ".join(word if part == alike and word not in words else part for part in words)
    return Found(before[0].start, match.end(), name)


def _whole(text: str, one: Found) -> Found:
    """Give the whole name where it follows the surname: "Bond. James Bond."."""
    name = re.escape(str(one.value))
    whole = re.match(rf"[.,;!\s]+((?:[A-Z][\w'’-]+\s+){{1,2}}{name})\b", text[one.end :])
    if " " in str(one.value) or whole is None:
        return one
    return replace(one, end=one.end + whole.end(), value=whole[1])


def _introduced(text: str, *, asked: bool) -> list[Found]:
    matches = list(_SURE.finditer(text))
    for match in reversed(matches):
        if found := _cut(match, sure=True):
            return [found]
    for match in _LIKELY.finditer(text):
        found = _cut(match, sure=False)
        if found and (asked or match[1][0].isupper() or not match[0].lower().startswith("it")):
            return [found]
    if (here := _HERE.search(text)) and (found := _cut(here, sure=False)):
        return [found]
    if (signed := _SIGNED.search(text)) and all(map(_fits, signed["name"].split())):
        return [Found(*signed.span("name"), signed["name"])]
    if before := _FROM_COVERED.search(text):
        return [Found(before.start(1), before.end(1), before[1])]
    return _bare(text) if asked else []


def is_name(text: str) -> bool:
    """Tell whether every word may be part of a name."""
    return all(_fits(word) or _is_name(word) for word in text.split())


def unspelt(word: str) -> str:
    """Join the letters of a name that was spelt: Jayne of J-A-Y-N-E."""
    lettered = re.fullmatch(r"[^\W\d_](?:-[^\W\d_]){2,}", word)
    return word.replace("-", "").capitalize() if lettered else word


def beside(text: str) -> list[Found]:
    """Find a capitalised name that stands by itself beside covered values, or after "for"."""
    for pattern in (_FOR, _BOOKED):
        match = pattern.search(text)
        if match and all(map(_fits, match[1].split())):
            return [Found(match.start(1), match.end(1), match[1])]
    if "\x00" not in text:
        return []
    for piece in re.finditer(r"[^,;:\n\x00()|/]+", text):
        words = re.sub(r"^\W*(?:and|for|name|it's|this is)\b\W*", "", piece[0], flags=re.I).split()
        if 2 <= len(words) <= 3 and all(_fits(word) and word[0].isupper() for word in words):
            start = text.find(words[0], piece.start())
            return [Found(start, start + len(" ".join(words)), " ".join(words).strip("."))]
    rest = re.sub(r"\b(?:and|at|is|my|e-?mail|phone|number|here|is)\b|[\x00,;:.|/()<>-]", " ", text)
    words = rest.split()
    if 1 <= len(words) <= 3 and all(_fits(word) and word[0].isupper() for word in words):
        start = text.find(words[0])
        return [Found(start, text.find(words[-1], start) + len(words[-1]), " ".join(words))]
    return []


def companies(text: str, *, asked: bool) -> list[Found]:
    """Find a company's name: introduced, with a legal form, or as the bare answer when asked."""
    if match := _COMPANY.search(text):
        name = re.split(r"\s+(?:and|but|with|in|on)\b|[,;.!?]\s|\x00", match[1])[0].strip(" .,!?")
        introduced = match[0].lower().startswith(("my", "our", "the", "comp", "on b"))
        if name and name.lower() not in _PLACES and (introduced or name[0].isupper()):
            start = match.start(1)
            return [Found(match.start(), start + len(name), name)]
    if match := _FROM.search(text):
        return [Found(match.start(2), match.end(2), match[2].strip(" ,."))]
    if match := _SUFFIX.search(text):
        return [Found(match.start(), match.end(), match[1].strip(" ,"))]
    if asked:
        rest = _FILLER.sub("", text.replace("\x00", " ")).strip(" .,!?")
        if rest and len(rest) <= 80 and not text.rstrip().endswith("?"):
            start = text.find(rest)
            return [Found(max(start, 0), max(start, 0) + len(rest), rest)]
    return []


def _cut(match: re.Match[str], *, sure: bool) -> Found | None:
    """Keep the words of a match up to the first that cannot be part of a name."""
    kept: list[str] = []
    for place, word in enumerate(match[1].split()):
        also = _is_name(word) and (place or match[1][len(word) + 1 :][:1].isupper())
        if not (_fits(word) or also) or (kept and word.lower().strip(".") in _JOINS):
            break
        kept.append(word)
        if word.endswith(".") and len(word) > 3:
            break
    if not kept:
        return None
    first = kept[0]
    doubtful = first.lower().endswith(("ing", "ed", "ly")) or len(kept) > 2
    if not sure and not first[0].isupper() and doubtful:
        return None
    if sure or first[0].isupper():
        kept = _same_case(kept)
    start = match.start(1)
    name = " ".join(kept).strip(".")
    return Found(match.start(), start + len(" ".join(kept)), _cased(name))


def _same_case(words: list[str]) -> list[str]:
    """Drop what follows a capitalised name in small letters, but keep van, de, bin and such."""
    if not words[0][0].isupper():
        return words
    kept = [words[0]]
    for word in words[1:]:
        if not word[0].isupper() and word.lower() not in _PARTICLES:
            break
        kept.append(word)
    while len(kept) > 1 and kept[-1].lower() in _PARTICLES and not kept[-1][0].isupper():
        kept.pop()
    return kept


_PARTICLES_WORDS = """
van von de der den da di du del la le bin ibn al el dos das ter ten st
"""
_PARTICLES = frozenset(_PARTICLES_WORDS.split())


def _bare(text: str) -> list[Found]:
    rest = _TAIL.sub("", _FILLER.sub("", text.replace("\x00", " ")))
    rest = re.split(
        r"[,;!?\n]|\s-\s|(?<!\b[^\W\d_])\.\s|\b(?:and|but|email|my|phone|here|from|at|with|of)\b",
        rest.strip(" ,;."),
    )[0]
    words = rest.strip(" .!").split()
    if not 1 <= len(words) <= 4 or not all(_fits(word) or _is_name(word) for word in words):
        return []
    if words_of.orders_bot(text) or (len(words) == 1 and _NO_NAME.fullmatch(words[0])):
        return []
    if "\x00" in text and len(words) == 1 and not words[0][0].isupper():
        return []  # "10 works": a scrap beside another value is no name
    start = max(text.find(words[0]), 0)
    return [Found(start, start + len(rest.strip()), _cased(" ".join(words)))]


def _fits(word: str) -> bool:
    plain = word.strip(".,")
    return bool(re.fullmatch(_PART, word)) and plain.lower() not in _STOP and len(plain) <= 30


def _is_name(word: str) -> bool:
    return word in _ALSO_NAMES


def _cased(name: str) -> str:
    name = unspelt(name)
    if name != name.lower() and name != name.upper():
        return name
    if name == name.upper() and len(name) <= 2:
        return name
    return " ".join(
        word.lower()
        if word.lower() in _PARTICLES and place
        else "-".join(part[:1].upper() + part[1:].lower() for part in word.split("-"))
        for place, word in enumerate(name.split())
    )
