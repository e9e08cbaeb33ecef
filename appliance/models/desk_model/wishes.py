"""What one part of a message wants: a known wish, how surely, and whether it only asks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.config.model import Reply
from appliance.models.desk_model import chitchat, cues, likeness, mistaken
from appliance.models.desk_model.move import Desk
from appliance.models.desk_model.router import Ranked
from appliance.models.desk_model.text import is_question

GUESS = 0.1
"""How far below what counts as understood a wish that would start a task is worth asking about."""
CLOSE_RACE = 0.045
"""Two wishes nearer than this in score are asked about: "Did you mean A or B?"."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A part of a message and the likeliest readings of it.

    It `strays` where it asks about things that its intent has no word of.
    """

    text: str
    written: str
    intent: str
    reply: Reply | None
    sure: bool
    rivals: tuple[str, ...]
    asks: bool
    guesses: tuple[str, ...] = ()
    strays: bool = False

    @property
    def tool(self) -> str | None:
        """The tool it starts."""
        return self.reply.tool if self.reply else None

    @property
    def informs(self) -> bool:
        """Whether a fact, a policy or a fixed sentence answers it."""
        return self.reply is not None and self.reply.tool is None


def wish(desk: Desk, text: str, written: str) -> Wish:
    """Route one part of a message."""
    router = desk.pack.router
    ranked = router.rank(text)
    told = cues.told_by_words(desk, text, ranked)
    if told is not None:
        ranked = [told, *(one for one in ranked if one is not told)]
    elif ranked[0].intent == chitchat.CANCEL_DONE and not cues.speaks_of_cancelling(text):
        ranked = ranked[1:]
    first = ranked[0]
    # A bare number is like every example with numbers, and wishes nothing.
    worded = re.search(r"[^\W\d_]{2,}", text) is not None
    sure = told is not None or (worded and first.sureness >= router.sure)
    if sure and told is None:
        sure = not (
            cues.wants_to_know(desk, text, first.intent)
            or cues.asks_strange_price(desk, text, first)
            or mistaken.asks_other_thing(desk, text, first)
        )
    rivals: tuple[str, ...] = ()
    if sure and told is None and not is_chat(first.intent):
        near = [
            one
            for one in ranked[1:3]
            if first.score - one.score < CLOSE_RACE
            and _shared(one, first) >= router.sure
            and not is_chat(one.intent)
            and desk.pack.replies[one.intent] != desk.pack.replies[first.intent]
            and not cues.both_prices(desk, one, first)
        ]
        rivals = tuple(one.intent for one in near)
    asks = is_question(text)
    return Wish(
        text=text,
        written=written,
        intent=first.intent if sure else chitchat.ELSEWHERE,
        reply=desk.pack.replies.get(first.intent) if sure else None,
        sure=sure and first.intent != chitchat.ELSEWHERE,
        rivals=rivals,
        asks=asks,
        guesses=() if sure else _guesses(desk, ranked),
        strays=sure and asks and told is None and cues.strays(desk, text, first),
    )


def _guesses(desk: Desk, ranked: Sequence[Ranked]) -> tuple[str, ...]:
    """Give the two likeliest wishes of the company, if the first one would start a task."""
    first, second = ranked[:2]
    reply = desk.pack.replies.get(first.intent)
    manner = desk.tools.get(reply.tool or "") if reply else None
    if is_chat(first.intent) or manner is None:
        return ()
    least = desk.pack.router.sure - GUESS
    if first.sureness < least or not manner.confirms:
        return ()
    both = (first.intent, second.intent)
    return both if not is_chat(second.intent) and second.sureness >= least - GUESS else ()


def _shared(one: Ranked, first: Ranked) -> float:
    """Give how sure a wish would be if the votes of the likeliest were its own as well."""
    return one.sureness + likeness.SHARE_SURE * first.share


def is_chat(intent: str) -> bool:
    """Tell a wish every front desk knows from one of the company's."""
    return intent in chitchat.EXAMPLES


def is_small_talk(intent: str) -> bool:
    """Tell small talk from wishes, and from troubles that need a person."""
    return is_chat(intent) and intent not in chitchat.TROUBLES
