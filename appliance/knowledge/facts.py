"""The typed facts of the config as passages, replaced whole when a config becomes active."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.calendar import Calendar
from appliance.config.calendar_of import calendar_of
from appliance.config.model import BotConfig
from appliance.core import errors, logs
from appliance.core.store.database import Connection
from appliance.knowledge import records, vectors, wording
from appliance.knowledge.library import Library
from appliance.knowledge.values import Text
from appliance.models.embedder import Embedder
from appliance.toolkit import say_zone

_log = logs.get(__name__)


def publish(library: Library, config: BotConfig) -> int:
    """Replace all facts by those of a config, in one transaction; gives how many there are.

    Words that were stored before keep their vectors, so an unchanged config costs little.
    """
    db = library.db
    name, embedder = library.serving()
    facts = list(facts_of(config, calendar_of(config.calendar, config.client.language)))
    known = db.read(lambda connection: records.known_vectors(connection, name, None))
    fresh = {fact.digest: fact.embedded for fact in facts if fact.digest not in known}
    made = _made(embedder, list(fresh.values())) if fresh else []
    known.update(zip(fresh, made, strict=False))

    def unit(connection: Connection) -> None:
        kept = known if records.serves(connection, name) else {}
        records.replace_passages(connection, facts, kept, kind="fact")
        records.set_active(
            connection, {"zone": config.calendar.zone, "synonyms": dict(config.synonyms)}
        )

    db.write_now(unit)
    return len(facts)


def _made(embedder: Embedder | None, words: list[str]) -> list[bytes]:
    """Make vectors; without its embedder a fact is found by its words, and a vector follows."""
    if embedder is None:
        return []
    try:
        return vectors.encode(embedder, words)
    except errors.Unavailable as wrong:
        _log.warning("facts have no vectors yet", why=wrong.sentence)
        return []


def facts_of(config: BotConfig, calendar: Calendar) -> Iterator[Text]:
    """Word a config's facts: hours, how to reach the company, departments, prices, policies."""
    yield Text(
        source=wording.HOURS,
        title=wording.HOURS,
        text=wording.hours(calendar.worded_hours(), say_zone(calendar.zone)),
        also="open closed hours when today tomorrow weekend business schedule",
    )
    for exception in config.calendar.exceptions:
        words = calendar.worded_day(exception.on)
        yield Text(
            source=wording.HOURS,
            title=exception.name,
            text=wording.special_day(exception.on, exception.name, words),
            also="open closed hours holiday",
            valid_until=exception.on,
        )
    yield from _contact(config)
    if config.departments:
        yield Text(
            source=wording.DEPARTMENTS,
            title=wording.DEPARTMENTS,
            text=wording.departments([department.name for department in config.departments]),
            also=" ".join(alias for one in config.departments for alias in one.aliases),
        )
    for price in config.facts.prices:
        yield Text(
            source=wording.PRICES,
            title=price.name,
            text=wording.product(price, config.client),
            also=" ".join([price.id, *price.aliases]),
            valid_from=price.valid_from,
            valid_until=price.valid_until,
        )
    for policy in config.facts.policies:
        yield Text(
            source=policy.title,
            title=policy.title,
            text=policy.text,
            also=policy.id,
            valid_from=policy.valid_from,
            valid_until=policy.valid_until,
        )


def _contact(config: BotConfig) -> Iterator[Text]:
    facts = config.facts
    told = (
        ("Address", facts.address and wording.address(config.client.name, facts.address),
         "where located location office directions"),
        ("Phone number", facts.phone and wording.phone(facts.phone), "call telephone"),
        ("E-mail address", facts.email and wording.email(facts.email), "email mail write"),
        ("Website", facts.website and wording.website(facts.website), "web site online page"),
    )  # fmt: skip
    for title, text, also in told:
        if text:
            yield Text(source=wording.CONTACT, title=title, text=text, also=also)
