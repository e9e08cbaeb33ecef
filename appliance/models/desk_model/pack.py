"""Everything basic mode knows of one config version, made once and shared by all turns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from langchain_core.tools import BaseTool

from appliance.config.model import BotConfig, Intent, Reply
from appliance.models.desk_model import chitchat, wording
from appliance.models.desk_model.handover import People
from appliance.models.desk_model.manner import CATALOGUE, ROLES, TO_PERSON, manner_of
from appliance.models.desk_model.router import Router
from appliance.models.desk_model.slots import zones
from appliance.models.desk_model.slots.found import Kind, Product
from appliance.models.desk_model.sold import Sold, Spoken
from appliance.models.desk_model.text import Mender
from appliance.models.desk_model.tongues import Tongues
from appliance.models.embedder import Embedder

_TIME_WORDS = """
eleven twelve fifteen twenty thirty forty fifty hundred dozen percent
monday tuesday wednesday thursday friday saturday sunday january february march april june july
august september october november december tomorrow today tonight morning afternoon evening noon
midday monthly yearly annual annually thanksgiving christmas book booking schedule appointment
demo demonstration price pricing cost costs discount percent email phone number name company
person human agent representative please cancel change move reschedule correct wrong instead
actually address parking refund opening hours open closed premium starter enterprise users seats
thanks hello
"""

_TELL = {chitchat.ABILITIES, chitchat.BOT, chitchat.HOW_ARE_YOU, chitchat.GREET}
"""Small talk that is asked for, and answered by a sentence."""


@dataclass(frozen=True, slots=True)
class DeskPack:
    """One config version as basic mode uses it. Build it with `build`; it never changes.

    `spoken` has the words of every wish that a sentence answers.
    """

    config: BotConfig
    router: Router
    mender: Mender
    people: People
    replies: Mapping[str, Reply]
    labels: Mapping[str, str]
    products: tuple[Product, ...]
    sold: Sold
    spoken: Mapping[str, Spoken]
    embedder: Embedder
    tongues: Tongues

    @classmethod
    def build(
        cls,
        config: BotConfig,
        tools: Sequence[BaseTool | Mapping[str, Any]],
        *,
        embedder: Embedder,
        cache_dir: Path,
    ) -> DeskPack:
        """Train the router on the config's intents, and on tools no intent speaks of."""
        intents = [*config.workflow.intents, *_unnamed(config, tools)]
        examples: dict[str, list[str]] = {
            name: list(texts) for name, texts in chitchat.EXAMPLES.items()
        }
        for intent in intents:
            examples[intent.name] = [*examples.get(intent.name, ()), *intent.examples]
        replies = {intent.name: intent.reply for intent in intents}
        return cls(
            config=config,
            router=Router(examples, embedder, cache_dir=cache_dir),
            mender=Mender(
                _key_words(config),
                embedder.words,
                [*_words(chain(*chitchat.EXAMPLES.values())), *zones.SHORT],
            ),
            people=People.of(config),
            replies=replies,
            labels={intent.name: wording.label(intent.name) for intent in intents},
            products=tuple(
                Product(
                    id=price.id,
                    name=price.name,
                    names=tuple(
                        dict.fromkeys(
                            word.lower()
                            for word in (price.name, *price.aliases, price.id.replace("_", " "))
                        )
                    ),
                )
                for price in config.facts.prices
            ),
            sold=Sold.of(config, _priced(intents, tools), embedder),
            spoken={
                name: Spoken([name.replace("_", " "), *texts], embedder)
                for name, texts in examples.items()
                if name in _TELL or (name in replies and replies[name].tool is None)
            },
            embedder=embedder,
            tongues=Tongues([config.client.language]),
        )


def _unnamed(config: BotConfig, tools: Sequence[BaseTool | Mapping[str, Any]]) -> list[Intent]:
    """Make an intent of the name and description of each tool that has none."""
    named = {intent.reply.tool for intent in config.workflow.intents} | ROLES
    taken = {intent.name for intent in config.workflow.intents}
    result = []
    for tool in tools:
        manner = manner_of(tool)
        if manner.name in named or manner.name in taken:
            continue
        words = manner.name.replace("_", " ")
        first = re.split(r"(?<=\.)\s|\n", manner.description.strip())[0][:200] or words
        # The description tells tools apart whose names are alike (measured on SGD's train part).
        examples = [
            f"i want to {words}",
            first,
            f"{words}: {first}",
            f"i want to {first[:1].lower()}{first[1:]}",
        ]
        result.append(Intent(name=manner.name, examples=examples, reply=Reply(tool=manner.name)))
    return result


def _priced(
    intents: Sequence[Intent], tools: Sequence[BaseTool | Mapping[str, Any]]
) -> list[Intent]:
    """List the intents that the price list answers."""
    manners = map(manner_of, tools)
    sells = {one.name for one in manners if one.name == CATALOGUE or one.of_kind(Kind.PRODUCT)}
    return [one for one in intents if one.reply.fact == "products" or one.reply.tool in sells]


def _key_words(config: BotConfig) -> list[str]:
    """Collect the words worth mending, as often as they occur: calendar, company, intents."""
    texts = [_TIME_WORDS]
    for price in config.facts.prices:
        texts += [price.name, *price.aliases]
    for department in config.departments:
        texts += [department.name, *department.aliases]
    for policy in config.facts.policies:
        texts.append(policy.title)
    for word, others in config.synonyms.items():
        texts += [word, *others]
    for intent in config.workflow.intents:
        texts += intent.examples
    return _words(texts)


def _words(texts: Iterable[str]) -> list[str]:
    return [word for text in texts for word in re.findall(r"[a-z]{3,}", text.lower())]


def reply_tools(pack: DeskPack) -> set[str]:
    """List the tools some intent starts."""
    return {reply.tool for reply in pack.replies.values() if reply.tool} | {TO_PERSON}
