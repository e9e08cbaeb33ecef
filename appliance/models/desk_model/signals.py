"""Yes, no, never mind, and the like, read from a whole message."""

from __future__ import annotations

import re
from enum import StrEnum

from appliance.models.desk_model.slots.found import Kind, Slot
from appliance.models.desk_model.text import MOST_WISHES

_YES = (
    r"(?:yes+|y|yep|yeah+|yup|yea|ya|ye|aye|sure(?: thing)?|of course|ok(?:ay)?|okey|k|alright|all "
    r"right|"
    r"right|correct|absolutely|definitely|certainly|indeed|exactly|perfect|great|good|fine|"
    r"excellent|"
    r"wonderful|lovely|super|cool|awesome|deal|done deal|confirm(?:ed)?|i confirm|affirmative|"
    r"(?:please )?(?:go|do go) (?:ahead|for it)|please do(?: (?:so|that|it))?|do (?:it|that|so)|"
    r"(?:please )?book (?:it|that|me(?: in)?)|(?:please )?send it|(?:please )?submit(?: it)?|"
    r"(?:please )?save (?:it|that|them)|lock it in|let'?s (?:do (?:it|that|this)|go(?: (?:ahead|"
    r"for it|"
    r"with (?:it|that)))?|book it)|(?:that|it|this|everything|all|they)(?:'s| is| are| all|'re|s)?"
    r"(?: all)?(?: (?:looks?|sounds?|is|works?|seems?))? (?:right|correct|good|fine|great|perfect|"
    r"ok(?:ay)?|"
    r"accurate|well|lovely|ideal)(?: (?:to|for|with) me)?|(?:looks|sounds|seems|works) (?:right|"
    r"correct|good|"
    r"fine|great|perfect|ok(?:ay)?|lovely|well)?(?: ?(?:to|for|with) me)?|that works(?: for me)?|"
    r"that (?:would|will|'d|'ll) "
    r"(?:be|work)(?: (?:great|good|fine|perfect|lovely|nice|well))?|that's it|that is it|(?:that "
    r")?it is|"
    r"i(?:'d| would)? (?:do|agree|am sure|love (?:that|to|it)|like that)|happy with that|no "
    r"changes|"
    r"nothing to change|please|thanks|thank you|yes sir|you got it|you bet|by all means|why not|"
    r"ja|si|oui|"
    r"make it so|sounds like a plan|all good|all set|👍+|✅+|👌+)"
)
_YES_START = re.compile(rf"^\W*{_YES}(?:[\s,.!]+{_YES})*(?=$|[\W\s])", re.I)
_ONLY_POLITE = re.compile(r"^\W*(?:please|thanks|thank you)\W*$", re.I)
_NO = re.compile(
    r"^\W*(?:no+|n|nope|nah|not (?:quite|really|yet|now|right|correct|exactly)|wrong|incorrect|"
    r"(?:that|this|it)(?:'s| is|s)? (?:not (?:right|correct|it)|wrong|incorrect)|negative|wait|"
    r"hold on|"
    r"hang on|don'?t|do not|please don'?t|rather not|i(?:'d| would) rather not|i (?:don'?t|do not) "
    r"(?:want|think|need)|change something|something(?:'s| is) wrong|no way|no thanks?)\b",
    re.I,
)
_CANCEL = re.compile(r"\bcancel (?:that|it|this|them|the|my)\b", re.I)
_LACKS = re.compile(
    r"\b(?:i|we) (?:(?:really|just|honestly) )?"
    r"(?:don'?t|do not|can'?t|can ?not|couldn'?t|no longer) (?:remember|recall|find|access|"
    r"have (?:it|that|one|them|the|my|any)|know (?:it|that|the|my))\b|"
    r"\b(?:no idea|(?:i )?(?:lost|forgot|deleted) (?:it|that|the|my))\b|"
    r"\b(?:i|we) (?:(?:have|got|'ve) (?:got )?no|(?:don'?t|do not) (?:have|use|own) (?:an? |any )?)"
    r"\s?(?:e-?mail|mail|phone|telephone|number|computer)(?: address| number)?\W*$|"
    r"^\W*(?:sorry\W+)?no (?:e-?mail|phone)(?: address| number)?\W*$",
    re.I,
)
_DROP = re.compile(
    r"\b(?:never ?mind|nvm|forget (?:it|about it|that|the (?:whole thing|demo|booking))|"
    r"cancel (?:that|it|this|please|everything|the (?:request|process|whole thing|form))|"
    r"(?:cancel|stop|drop|scrap|skip|forget) (?:the|my) (?:demo|booking|appointment|meeting|call)|"
    r"stop (?:it|this|that|please|the booking)|(?:let'?s )?(?:drop|skip|leave) (?:it|that|this)"
    r"(?! (?:at|on|for|with))|scrap (?:it|that)|abort|changed my mind,? (?:no|forget|i don'?t|"
    r"never)|"
    r"i(?:'ve| have)? changed my mind\W*$|(?:don'?t|do not) (?:book|want to (?:book|do)) (?:it|"
    r"that|this|"
    r"anything|a demo|one)\b|(?:don'?t|do not) (?:want|need) (?:it|that|this|a demo|the demo|one)?"
    r"\s*(?:any ?more|after all)|no longer (?:want|need|interested)|not (?:interested|now)\b|"
    r"(?:maybe|perhaps|some) (?:another|other) time|some other time|start over|i'?ll (?:do|book|"
    r"think about) (?:it|that|this) (?:later|another)|"
    r"(?:have |got |'ve )?no time (?:for|to)|no (?:demo|booking|appointment|call|meeting) (?:for "
    r"|right )?"
    r"(?:now|after all|today|needed|then|please)|(?:don'?t|do not|won'?t) (?:have (?:the )?time|"
    r"bother)|"
    r"call (?:it|the whole thing) off|(?:leave|let) it (?:be|for now)|not (?:any ?more|after all)|"
    r"rather not (?:book|do|go)|without (?:the|a) (?:demo|booking))|"
    r"^\W*(?:cancel|stop|quit|exit|forget it|abort|later)\W*(?:please|that|it|this)?\W*$",
    re.I,
)
_MOVE = re.compile(
    r"\b(?:move|change|reschedule|re-schedule|postpone|push|shift|switch|bring (?:it )?forward|"
    r"delay|"
    r"rebook|adjust|update|amend|correct|edit)\b|\b(?:instead|rather|another (?:day|time|date)|"
    r"different (?:day|time|date)|following week|"
    r"(?:a )?later|earlier|make it|actually|make that|"
    r"wrong (?:day|time|date|email|name)|wait|oops|i meant?|should be|correction|typo)\b",
    re.I,
)
_WANTS_CANCELLED = re.compile(
    r"\b(?:i(?:'d| would) like to|i (?:want|need|have|wish) to|please|let me) cancel\b|"
    r"^\W*cancel (?:my|our)\b",
    re.I,
)
_WHEN = (
    r"(?:(?:on |at |for )?(?:today|tomorrow|tonight|(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"then|(?:that|this|next) (?:day|time|week|morning|afternoon)|"
    r"\d{1,2}(?::\d\d)?(?: ?[ap]\.?m)?))"
)
_MEETING = r"(?:the|my|our) (?:\w+ )?(?:demo|appointment|meeting|call|booking)"
# A whole clause: "I can't make it work" and "something came up on LinkedIn" say something else.
_CANNOT_COME = re.compile(
    r"\W*(?:(?:sorry|unfortunately|no|oh|actually|well|ok(?:ay)?|hi|hello|i'm afraid)\W+)*(?:"
    r"(?:(?:i|we)(?:'m|'re| am| are)? )?(?:(?:don'?t|do not) think (?:i|we) can|can'?t|can ?not|"
    r"can no longer|(?:won'?t|will not) be able to|(?:un|not )able to) "
    rf"(?:(?:come|attend|be there|make it)(?: (?:to )?{_MEETING})?|make {_MEETING}|"
    rf"make (?:that|(?={_WHEN})))"
    rf"(?: (?:any ?more|after all|either|now|(?:or |and )?{_WHEN}))*|"
    rf"something(?:'s| has)? (?:come|came) up(?: {_WHEN})?)[^\w?]*",
    re.I,
)
_CLAUSES = re.compile(
    rf"[.;,!]+|\b(?:but|so|because|as|since|please|can we|could we)\b|\band\b(?! {_WHEN})", re.I
)
_CALLS_IT_OFF = re.compile(
    r"\W*(?:(?:yes|no|ok(?:ay)?|then|just|oh|sorry|actually|never ?mind|unfortunately|now|stop|"
    r"can you|could you|let's|(?:i|we)(?:'d|'ll)?|would|rather|like to|want to|need to|have to|"
    r"must|wrong \w+)\W+)*(?:cancel\b(?=\W*$| (?:it|that|this|them|all|everything|my|our|the|again|"
    rf"{_WHEN}))|call (?:(?:it|this|that|the \w+|my \w+) )?(?:all )?off\b|take me off\b|"
    r"(?:delete|drop|scratch) (?:(?:my|our|the) (?:\w+ )?"
    r"(?:booking|appointment|meeting|reservation|demo|call)|it\b|that\b))",
    re.I,
)
_MORE = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|so|thanks|great|alright|hmm|and then)[\s,.!]+)*(?:and(?: what)?|what "
    r"(?:about|if)|"
    r"how about|how much (?:is (?:it|that)|would (?:it|that) be|for|with)|what would (?:it|that)|"
    r"what(?:'s| is) (?:it|that)|(?:and )?(?:for|with|if)|is (?:it|that)|would (?:it|that)|same|"
    r"make (?:it|that)|"
    r"but|then|or|does that|could (?:i|you|we)|can (?:i|you|we)|any|do i)\b",
    re.I,
)
_SKIP = re.compile(
    r"^\W*(?:skip(?: (?:it|that|this))?|(?:no,? )?(?:i(?:'d| would))? ?(?:prefer|rather) not(?: "
    r"to)?(?: say| answer)?|"
    r"none|nothing|no,? (?:thanks?|thank you)|no|nope|pass|not now|n/?a|later|don'?t (?:want|"
    r"have) (?:to|one|any|it)|"
    r"i don'?t (?:have (?:one|any)|want to(?: (?:say|answer))?)|rather not)\b\W*",
    re.I,
)
_SLOT_WORDS = {
    Kind.DAY: r"day|date",
    Kind.TIME: r"time|hour|slot",
    Kind.EMAIL: r"e-?mail(?: address)?|address",
    Kind.PHONE: r"(?:phone|telephone|mobile|cell)(?: number)?|number",
    Kind.PERSON: r"name|spelling",
    Kind.FIRST_NAME: r"(?:first|given) name|name|spelling",
    Kind.LAST_NAME: r"(?:last|family) name|surname|name|spelling",
    Kind.COMPANY: r"company(?: name)?|firm|business",
    Kind.PRODUCT: r"product|plan",
    Kind.COUNT: r"number|seats?|users?|quantity|count",
    Kind.PERCENT: r"discount|percentage",
}
_CORRECTS = re.compile(
    r"\b(?:suits?|better|nicer|easier|best|would be|works?|how about|what about|rather|instead|"
    r"make (?:it|that)|prefer|change|move|not|actually|oh wait|"
    r"wait|sorry|i meant?|should be|oops|correction|typo|wrong|shift|push|reschedule|earlier|"
    r"later)\b",
    re.I,
)
_SHIFTS = re.compile(
    r"\b(?:move|reschedule|re-schedule|postpone|push|shift|switch|rebook|delay|bring (?:it "
    r")?forward|"
    r"(?:change|adjust|update|amend|correct|edit)|instead|make (?:it|that)|(?:another|different) "
    r"(?:day|time|date)|same (?:day|time)|wrong (?:day|time|date|email|name)|"
    r"mistake (?:in|with|about) (?:the |my )?(?:day|time|date|e-?mail|name|phone|number)|"
    r"should be|"
    r"\.[a-z]{2,24},? not @?[\w-]{1,63}\.|"
    r"(?:an hour|a day|a week|a bit) (?:later|earlier)|(?:need|want|have) .{0,20}(?:later|earlier)|"
    r"rather than|suits? (?:me )?better|would be better|oops|i meant?|typo|correction)\b|"
    r"^\W*(?:no|oh|sorry|wait|hmm|actually)\b.{0,40}\b(?:not|rather|wait)\b",
    re.I,
)
_FILLER = re.compile(
    r"\b(?:now|then|so|and|oh|ah|well|thanks(?: a lot| so much)?|thank you(?: very much| so much)?|"
    r"please|just|also|really|very|totally|all|i think|i guess|cheers|many|much|for me|to me|"
    r"with me|from (?:me|my side)|here|still|finally|again|mate|dear|for (?:now|sure))\b|"
    r"[^\w'👍✅👌]+",
    re.I,
)
_AGREES = re.compile(
    r"(?:yes+|y|yep|yeah+|yup|yea|ya|ye|aye|sure(?: thing)?|of course|ok(?:ay)?|okey|k|alright|"
    r"right|"
    r"correct|absolutely|definitely|certainly|indeed|exactly|perfect(?:ly)?|great|good|fine|nice|"
    r"excellent|wonderful|lovely|super|cool|awesome|deal|done|confirm(?:ed)?|i confirm|affirmative|"
    r"go|(?:do )?go (?:ahead|for it|on)|proceed|you (?:may|can)(?: go ahead| proceed)?|"
    r"(?:let's )?(?:do|book|send|submit|save|confirm|make|take|finish) (?:it|that|so|them|me|me in|"
    r"away|the demo|the call|the booking|my details)|do|lock it in|let's (?:do this|go|go with "
    r"(?:it|"
    r"that))|i(?:'d)? (?:agree|am sure|love (?:that|to|it))|i'm (?:happy|sure|fine|good|ok(?:ay)?)"
    r"(?: with (?:that|it|this))?|happy with (?:that|it)|no (?:changes|change needed|problem|"
    r"objections?|worries)"
    r"(?: needed)?|nothing (?:to change|wrong)|don't change anything|leave it (?:as it is|like "
    r"that)|"
    r"(?:that's|that is|it's|it is|this is|looks|everything's|everything is|thats|its) "
    r"(?:it|the one|me|what i (?:want|need|meant)|how i want it|as it should be)|that is it|it is|"
    r"that will do|that'll do|that does it|by all means|why not|(?:it|that|this|everything|they|"
    r"these|"
    r"those|which|details?|the (?:details|data|booking|time|date))? ?(?:'s|s|'re|is|are|look|looks|"
    r"sound|sounds|seems|seem|works?|would|will|'d|'ll|were|does|matches|suits?)?(?: ?(?:be|look|"
    r"sound|work|suit))?(?: ?(?:right|correct|good|fine|great|perfect(?:ly)?|ok(?:ay)?|accurate|"
    r"well|"
    r"lovely|ideal|nice|wonderful|excellent|in order|me|spot on|true|as (?:i said|agreed|"
    r"discussed)))?|"
    r"spot on|bang on|sounds like a plan|set|make it so|you (?:got|have) it(?: right)?|you bet|"
    r"that's a yes|it's a yes|a big yes|ja|si|oui|sir|👍+|✅+|👌+)",
    re.I,
)
_ANOTHER = re.compile(
    r"^\W*(?:(?:yes|ok(?:ay)?|and|also|plus|then|please|hi|hello|(?:can|could|may) (?:i|we|you)|"
    r"(?:i|we)(?:'d| would)? (?:like|need|want)(?: to)?|have|get|book|reserve|schedule|make|add|"
    r"for|me|us)\W+)*(?:another|(?:an? )?(?:second|2nd|third|additional|further|separate)|one more)"
    r" (?:one (?:for|on|at)|demo|booking|appointment|meeting|session|tour)\b|"
    r"\bbook (?:one )?for (?:someone|somebody) else\b",
    re.I,
)
_NEWS = re.compile(
    r"^\W*(?:(?:hi|hello|hey|so|ok(?:ay)?|well|and)\W+)*(?:"
    r"(?:is there |are there |do you have |have you (?:got |had )?)?any (?:news|updates?|answer|"
    r"decision|reply|response|word)|"
    r"(?:has|have|did) (?:anyone|anybody|someone|somebody|they|your \w+|a colleague|the colleague|"
    r"sales|support) (?:\w+ )?(?:decided?|answered?|replied|reply|responded|respond|get back))"
    r"(?: (?:yet|already|so far|for me|to me|from (?:sales|support|you|them|your \w+)|"
    r"(?:on|about) (?:my|the) (?:ticket|request|case|question|discount|approval)))*\W*$",
    re.I,
)
_MOVES_LATER = re.compile(
    r"\W*(?:(?:and|but|ok(?:ay)?|so|yes)\W+)*(?:can|could|may|will|would|"
    r"is it possible(?: for me)?)(?: (?:i|we|it|to|be|still|always|able))* "
    r"(?:re-?schedul|chang|mov|postpon|shift|adjust)(?:e|ed|ing)?"
    r"(?: (?:it|that|this|the \w+|my \w+))?(?: (?:later|afterwards|another "
    r"time|if needed|if necessary|if i need to|if something comes "
    r"up|on short notice|on))+\W*",
    re.I,
)
_ADDS = re.compile(
    r"\b(?:too|also|as well|cc|copy|both|second|(?<!\buse )another|additional\w*)\b", re.I
)
_RESUMES = re.compile(
    r"\W*(?:(?:ok(?:ay)?|no|wait|sorry|hm+|well|then|oh|yes|please|can you|could you|actually|on "
    r"second thoughts?|i changed my mind)\W+)*(?:"
    r"(?:try|do) (?:it |that |this )?(?:again|once more|(?:one more|another) time)|once more|again|"
    r"retry|(?:please )?(?:do )?(?:book|save|send|make|take|do) (?:it|that|them|the \w+|me in)"
    r"(?: (?:after all|anyway|again|now|then|please))*|"
    r"i (?:do )?(?:want|need|would like|'d like)(?: to (?:book|have|do))? (?:it|that|the \w+)"
    r"(?: (?:after all|again|now|anyway))*|(?:go ahead|yes)(?: (?:after all|anyway|then))+|"
    r"let's (?:do|book) (?:it|that)(?: (?:after all|anyway|again|then))*)"
    r"(?:[\s,]+(?:please|thanks?|thank you))*\W*",
    re.I,
)
_ANY_BOOKING = ("appointment", "booking", "meeting", "one", "same")
_WANTS_LESS = re.compile(
    r"\b(?:discount\w*|rebates?|reductions?|coupons?|vouchers?|promo\w*|special (?:offer|price)s?|"
    r"(?:better|lower|reduced) (?:price|rate|offer)|(?:lower|reduce|drop) (?:the|your) price|"
    r"negotiat\w+|(?:make (?:it|that)|(?:a bit|a little|any|something|get it) )\s?cheaper|"
    r"(?:any|a|better) deal|(?:something about|room on|come down on) the price)\b",
    re.I,
)
_KEEP = re.compile(r"\bsame (?:day|date|time|name|email|place)\b", re.I)


_HESITATES = re.compile(
    r"\b(?:not|no|wrong|but|except|unless|if|maybe|perhaps|hm+|later|think|wait|hold|before|until|"
    r"unsure|instead|first|keep (?:the|my|our) (?:old|original|previous)|unchanged|"
    r"leave (?:it|that|this|all|everything|things)|as (?:it|they|that) (?:is|was|are|were)|"
    r"old (?:time|day|date))\b|n't\b|\?",
    re.I,
)


class Nod(StrEnum):
    """How a message begins."""

    YES = "yes"
    NO = "no"
    NEITHER = "neither"


def agrees(text: str) -> bool:
    """Tell whether the words say yes and nothing but yes, in whatever words."""
    if "?" in text or _ONLY_POLITE.search(text) or _NO_FIRST.search(text):
        return False
    plain = " ".join(_FILLER.sub(" ", text).split())
    if not plain:
        return False
    words, place = plain.split(), 0
    while place < len(words):
        for end in range(min(len(words), place + 7), place, -1):
            if _AGREES.fullmatch(" ".join(words[place:end])):
                place = end
                break
        else:
            return False
    return bool(re.search(_SAYS_YES, plain, re.I))


_SAYS_YES = (
    r"\b(?:y|ye[sp]+|yea+h*|yup|ya|ye|aye|sure|course|ok(?:ay)?|okey|k|alright|right|correct|"
    r"absolutely|definitely|certainly|indeed|exactly|perfect\w*|great|good|fine|nice|excellent|"
    r"wonderful|lovely|super|cool|awesome|deal|done|confirm\w*|affirmative|go|proceed|do|book|send|"
    r"submit|save|lock|love|agree|happy|works?|accurate|ideal|order|spot|bang|true|plan|set|bet|ja|"
    r"si|oui|by all means|why not|(?:that|this)(?:'s| is) it|the one|suits?|you may|"
    r"no (?:changes|change needed|problem|objections?|worries)|nothing (?:to change|wrong)|leave "
    r"it)"
    r"\b|[👍✅👌]"
)
_NO_FIRST = re.compile(
    r"^\W*no\b(?!\s+(?:changes|problem|objections?|worries|change needed)\b)", re.I
)


def nod(text: str) -> tuple[Nod, str]:
    """Tell yes from no, and give the words that follow it."""
    if agrees(text):
        return Nod.YES, ""
    if match := _NO.search(text):
        return Nod.NO, text[match.end() :].strip(" ,.!;:-")
    if _ONLY_POLITE.search(text):
        return Nod.NEITHER, text
    if match := _YES_START.search(text):
        rest = text[match.end() :].strip(" ,.!;:-")
        if re.match(
            r"(?:question|to know|morning|afternoon|evening|luck|day\b|now\b,? (?:what|how))",
            rest,
            re.I,
        ):
            return Nod.NEITHER, text
        return Nod.YES, rest
    ends_so = re.search(rf"(?:^|[\s,.!]){_YES}\W*$", text, re.I) and len(text.split()) <= 5
    polite = _ONLY_POLITE.search(text.rsplit(maxsplit=1)[-1]) if text.strip() else None
    if ends_so and not polite and not _HESITATES.search(text):
        return Nod.YES, ""
    return Nod.NEITHER, text


def orders(text: str) -> bool:
    """Tell a yes that means the read-back from one that only opens a question: "right, what"."""
    return bool(_ORDERS.search(text))


_ORDERS = re.compile(
    r"\b(?:y|ye[sp]+|yea+h*|yup|confirm\w*|correct|go ahead|book|do it|absolutely|definitely|"
    r"(?:that|it|everything|all)(?:'s| is|s)? (?:right|fine|good|ok(?:ay)?|perfect|great|correct)|"
    r"perfect|(?:looks|sounds) \w+|please do|proceed)\b",
    re.I,
)


def hesitates(text: str) -> bool:
    """Tell whether something stands against the yes: "sure, but not on Friday"."""
    return bool(_HESITATES.search(text))


def drops(text: str, *, cancelling: bool = False) -> bool:
    """Tell whether the customer gives up what was begun.

    While something is being cancelled, "cancel it" is what is wanted.
    """
    return bool(_DROP.search(_CANCEL.sub(" ", text) if cancelling else text))


def lacks(text: str) -> bool:
    """Tell whether the customer cannot say what was asked for."""
    return bool(_LACKS.search(text))


def gives_up(text: str) -> bool:
    """Tell whether the customer gives up what was begun, or calls off what was arranged."""
    return drops(text) or calls_it_off(text)


def besides_drop(text: str) -> list[str]:
    """Give what else is said in a message that gives something up."""
    parts = re.split(r"(?<=[.?!])\s+|[,;]\s+|\s+-\s+|\s+\b(?:but|and|just)\s+", text)
    kept = [part.strip(" ,.;") for part in parts]
    return [part for part in kept if len(part.split()) > 1 and not gives_up(part)][:MOST_WISHES]


def corrects(text: str) -> bool:
    """Tell whether the words may correct what was said: then a bare hour is a time."""
    return bool(_CORRECTS.search(text))


def shifts(text: str) -> bool:
    """Tell whether the words ask to move or change what is booked."""
    return bool(_SHIFTS.search(text)) or cannot_come(text)


def moves(text: str) -> bool:
    """Tell whether the words change something that was settled."""
    return bool(_MOVE.search(text)) or cannot_come(text)


def calls_it_off(text: str) -> bool:
    """Tell whether a clause asks for what was arranged, or is being arranged, to be cancelled."""
    return any(_CALLS_IT_OFF.match(clause) for clause in _CLAUSES.split(text))


def wants_cancelled(text: str) -> bool:
    """Tell whether the customer asks for something to be cancelled, not how that is done."""
    return bool(_WANTS_CANCELLED.search(text))


def cannot_come(text: str) -> bool:
    """Tell whether the customer will not be there when it was arranged."""
    return besides_absence(text) != text


def besides_absence(text: str) -> str:
    """Leave out the clauses that say when the customer cannot come: no day in them is wanted."""
    clauses = _CLAUSES.split(text)
    kept = [clause for clause in clauses if not _CANNOT_COME.fullmatch(clause)]
    return text if len(kept) == len(clauses) else ", ".join(map(str.strip, kept)).strip(" ,")


def wants_another(text: str) -> bool:
    """Tell whether one more is wanted beside what was booked."""
    return bool(_ANOTHER.search(text))


def asks_news(text: str) -> bool:
    """Tell whether the customer asks if a colleague has answered or decided yet."""
    return bool(_NEWS.search(text))


def moves_later(text: str) -> bool:
    """Tell whether it is asked if what is being booked can be changed some other day."""
    return bool(_MOVES_LATER.fullmatch(text))


def adds(text: str) -> bool:
    """Tell whether somebody is named beside who is known already, not in their place."""
    return bool(_ADDS.search(text))


def resumes(text: str, tool: str) -> bool:
    """Tell whether the customer takes up again what they gave up, or what failed."""
    named = re.search(r"\bthe (\w+)", text, re.I)
    own = {*tool.split("_"), *_ANY_BOOKING}
    return bool(_RESUMES.fullmatch(text)) and (named is None or named[1].lower() in own)


def wants_less(text: str) -> bool:
    """Tell whether the customer asks for a lower price, without regard to how much lower."""
    return bool(_WANTS_LESS.search(text))


def doubts(text: str) -> bool:
    """Tell whether the words say that something is wrong."""
    return bool(
        re.search(r"\b(?:wrong|not right|incorrect|not correct|mistake|typo|isn't)\b", text, re.I)
    )


def goes_on(text: str) -> bool:
    """Tell whether the words carry the last question on: "and for premium?"."""
    return bool(_MORE.search(text)) and len(text.split()) <= 14


def skips(text: str) -> bool:
    """Tell whether the customer would rather not answer."""
    match = _SKIP.match(text)
    return bool(match) and len(text.split()) <= 8


def names_slot(text: str, slot: Slot) -> bool:
    """Tell whether the words name this slot: "the email is wrong"."""
    words = _SLOT_WORDS.get(slot.kind, "") or re.escape(" ".join(slot.words))
    own = re.escape(" ".join(slot.words))
    return bool(re.search(rf"\b(?:{words}|{own})\b", _KEEP.sub(" ", text), re.I))
