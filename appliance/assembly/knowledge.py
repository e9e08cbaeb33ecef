"""Opening what the company knows: with the embedder the config wants, and a guarded way out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from appliance.assembly.office import Office
from appliance.config import versions
from appliance.config.model import EmbedderChoice
from appliance.core import audit, errors
from appliance.core.http import Http
from appliance.knowledge import library
from appliance.knowledge.library import Library
from appliance.knowledge.room import Room
from appliance.knowledge.values import Serving
from appliance.knowledge.web.crawl import Crawler
from appliance.knowledge.web.fetching import GuardedFetch
from appliance.models import embedder as embedders
from appliance.models.embedder import Embedder
from appliance.models.endpoint_embedder import EndpointEmbedder
from appliance.models.minilm import MiniLM

if TYPE_CHECKING:
    from appliance.models.speaker import Secret  # LangChain comes with it

FILE = "knowledge.db"


def open_library(
    office: Office,
    choice: EmbedderChoice | None = None,
    *,
    builtin: Embedder | None = None,
    secret: Secret | None = None,
) -> Library:
    """Open the library with the embedder of `choice`; of the active config, if none is given.

    `builtin` is used where the choice falls on the built-in one and it is open already, `secret`
    where the secrets are not the office's own.
    """
    chosen = choice or wanted(office)
    secret = secret or office.secret
    opened = builtin if chosen.provider == "builtin" and builtin else _open(office, chosen, secret)
    return library.open_library(
        office.settings.data_dir / FILE,
        embedder=opened,
        clock=office.clock,
        spec=chosen.model_dump(),
        open_embedder=partial(_open_again, office, secret),
    )


def open_room(office: Office, *, keep: bool = False) -> Room:
    """Open the library for a command or a job; closing it closes the office too, or keeps it."""
    way_out = GuardedFetch(Http)

    def closes() -> None:
        way_out.close()
        if not keep:
            office.close()

    return Room(
        open_library(office),
        crawler=Crawler(way_out, office.clock),
        record=partial(_record, office),
        closes=closes,
    )


def wanted(office: Office) -> EmbedderChoice:
    """Give the embedder the active config asks for."""
    good = versions.last_good(office.db)
    return versions.config_of(good).knowledge.embedder if good else EmbedderChoice()


def name_of(choice: EmbedderChoice) -> str:
    """Name an embedder without opening it."""
    if choice.provider == "builtin":
        return MiniLM.name
    return EndpointEmbedder(choice.base_url or "", choice.model or "").name


def _open(office: Office, choice: EmbedderChoice, secret: Secret) -> Embedder:
    if choice.provider == "builtin":
        return embedders.open_minilm(cache_dir=office.settings.data_dir / "cache")
    if not choice.base_url or not choice.model:
        raise errors.Misconfigured(
            "knowledge.embedder needs base_url and model. Add them to bot_config.yaml."
        )
    name, key = choice.credentials_secret, None
    if name is not None:
        key = secret(name)
        if key is None:
            raise errors.Misconfigured(
                f"The secret {name} of knowledge.embedder has no value. Run: appliance secrets "
                f"set {name}"
            )
    return EndpointEmbedder(choice.base_url, choice.model, key)


def _open_again(office: Office, secret: Secret, serving: Serving) -> Embedder | None:
    """Open the embedder that made the vectors which are searched, if it is still to be had."""
    spec: Mapping[str, Any] = serving.spec
    choice = EmbedderChoice.model_validate(spec) if spec else EmbedderChoice()
    return _open(office, choice, secret) if name_of(choice) == serving.name else None


def _record(office: Office, what: str, about: dict[str, object]) -> None:
    office.db.write_now(lambda c: audit.record(c, office.clock.now(), office.who, what, **about))
