"""What one part of a message wants: a known wish, how surely, and whether it only asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.config.model import Reply
from appliance.models.desk_model import chitchat, cues
from appliance.models.desk_model.move import Desk
from appliance.models.desk_model.router import Ranked
from appliance.models.desk_model.text import is_question

SURE = 0.52
"""Nearness from which a wish counts as understood by itself."""
LIKELY = 0.44
"""Nearness from which a wish with most of the votes counts."""
SHARE = 0.5
GUESS = 0.42
"""Nearness from which a wish that would start a task is worth asking about."""
CLOSE_RACE = 0.045
"""Two wishes nearer than this in score are asked about: "Did you mean A or B?"."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A part of a message and the likeliest readings of it."""

    text: str
    written: str
    intent: str
    reply: Reply | None
    sure: bool
    rivals: tuple[str, ...]
    asks: bool
    guesses: tuple[str, ...] = ()

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
    ranked = desk.pack.router.rank(text)
    told = cues.told_by_words(desk, text, ranked)
    if told is not None:
        ranked = [told, *(one for one in ranked if one is not told)]
    first = ranked[0]
    sure = told is not None or _sure(first)
    rivals: tuple[str, ...] = ()
    if sure and told is None and not is_chat(first.intent):
        near = [
            one
            for one in ranked[1:3]
            if first.score - one.score < CLOSE_RACE
            and one.nearness >= LIKELY
            and not is_chat(one.intent)
            and desk.pack.replies[one.intent] != desk.pack.replies[first.intent]
        ]
        rivals = tuple(one.intent for one in near)
    return Wish(
        text=text,
        written=written,
        intent=first.intent if sure else chitchat.ELSEWHERE,
        reply=desk.pack.replies.get(first.intent) if sure else None,
        sure=sure and first.intent != chitchat.ELSEWHERE,
        rivals=rivals,
        asks=is_question(text),
        guesses=() if sure else _guesses(desk, ranked),
    )


def _guesses(desk: Desk, ranked: Sequence[Ranked]) -> tuple[str, ...]:
    """Give the two likeliest wishes of the company, if the first one would start a task."""
    first, second = ranked[:2]
    reply = desk.pack.replies.get(first.intent)
    manner = desk.tools.get(reply.tool or "") if reply else None
    if is_chat(first.intent) or manner is None:
        return ()
    if first.nearness < GUESS or not manner.confirms:
        return ()
    both = (first.intent, second.intent)
    return both if not is_chat(second.intent) and second.nearness >= GUESS - 0.1 else ()


def is_chat(intent: str) -> bool:
    """Tell a wish every front desk knows from one of the company's."""
    return intent in chitchat.EXAMPLES


def is_small_talk(intent: str) -> bool:
    """Tell small talk from wishes, and from troubles that need a person."""
    return is_chat(intent) and intent not in chitchat.TROUBLES


def _sure(ranked: Ranked) -> bool:
    return ranked.nearness >= SURE or (ranked.nearness >= LIKELY and ranked.share >= SHARE)
