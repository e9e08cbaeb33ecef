"""The chain of models that a config asks for."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.tools import BaseTool

from appliance.config.model import BotConfig, ModelProfile
from appliance.core import logs
from appliance.core.breaker import Breaker
from appliance.core.clock import Clock
from appliance.models.chain import Chain, Link
from appliance.models.desk_model.model import DeskModel
from appliance.models.desk_model.pack import DeskPack
from appliance.models.embedder import Embedder
from appliance.models.failures import Failed
from appliance.models.ledger import Rates
from appliance.models.providers.opened import Opened

Secret = Callable[[str], str | None]

_FILES = {
    "openai": "openai",
    "openai_compatible": "openai",
    "anthropic": "anthropic",
    "google": "google",
}
_LETTERS_A_TOKEN = 12
"""The longest word a token stands for, roughly: an answer beyond this does not end by itself."""
_SHORTEST_BOUND = 4_000
_NO_KEY = "none"  # a compatible server without a key wants some word all the same

_log = logs.get(__name__)


@dataclass(slots=True, kw_only=True)
class Provider:
    """A model of a provider, opened when it is first asked and again when its key changes."""

    profile: ModelProfile
    secret: Secret
    _opened: Opened | None = None
    _key: str = ""
    _left: list[Opened] = field(default_factory=list)

    def open(self) -> BaseChatModel:
        """Give the model.

        Raises:
            Failed: the key is missing, or the library cannot make the model.
        """
        key = self._the_key()
        if self._opened is None or key != self._key:
            if self._opened is not None:
                self._left.append(self._opened)  # answers under way keep their connections
            self._opened, self._key = self._made(key), key
        return self._opened.model

    async def connect(self) -> None:
        """Let a connection stand before the model is asked; that none can, the first turn tells."""
        with contextlib.suppress(Exception):
            self.open()
            if self._opened is not None:
                async with asyncio.timeout(self.profile.connect_s):
                    await self._opened.connect()

    async def close(self) -> None:
        """Let go of all connections."""
        for opened in (*self._left, *([self._opened] if self._opened else ())):
            with contextlib.suppress(Exception):
                await opened.close()
        self._left, self._opened = [], None

    def _the_key(self) -> str:
        name = self.profile.credentials_secret
        if name is None:
            return _NO_KEY
        key = self.secret(name)
        if not key:
            raise Failed(why=f"the secret {name} is not set")
        return key

    def _made(self, key: str) -> Opened:
        file = _FILES[self.profile.provider]
        try:
            module = importlib.import_module(f"appliance.models.providers.{file}")
            opened: Opened = module.open(self.profile, key)
        except Exception as cause:  # noqa: BLE001 - a library may raise anything
            _log.error("a model cannot be opened", model=self.profile.model, exc_info=cause)
            raise Failed(why=f"cannot be opened: {type(cause).__name__}") from None
        return opened


def _known_as(profile: ModelProfile) -> str:
    return f"{profile.provider} {profile.model} {profile.base_url or ''}".strip()


def speaker(config: BotConfig, tools: list[BaseTool], embedder: Embedder, cache_dir: Path) -> Chain:
    """Make a chain of basic mode alone. Takes up to a few seconds."""
    return Chain([_basic(config, tools, embedder, cache_dir)])


def _basic(config: BotConfig, tools: list[BaseTool], embedder: Embedder, cache_dir: Path) -> Link:
    pack = DeskPack.build(config, tools, embedder=embedder, cache_dir=cache_dir)
    return Link("desk", DeskModel(pack=pack))


@dataclass(slots=True, kw_only=True)
class Speakers:
    """Makes the chains of a process; breakers and connections are shared by config versions.

    `is_spoken`: the process holds a call, for which the config may name a model of its own.
    """

    secret: Secret
    clock: Clock
    is_spoken: bool = False
    breakers: dict[str, Breaker] = field(default_factory=dict)
    _providers: dict[ModelProfile, Provider] = field(default_factory=dict)

    def make(
        self, config: BotConfig, tools: list[BaseTool], embedder: Embedder, cache_dir: Path
    ) -> Chain:
        """Make a config's chain; basic mode stands last in every one. Takes up to some seconds."""
        links = [
            self.link(profile, Rates.of(config, profile.provider, profile.model))
            for profile in self._profiles(config)
        ]
        links.append(_basic(config, tools, embedder, cache_dir))
        return Chain(links, self.clock, self.breakers)

    def resting(self) -> int:
        """Count the models that are left alone for a while."""
        return sum(breaker.is_open for breaker in self.breakers.values())

    def all_rest(self, config: BotConfig) -> bool:
        """Tell whether basic mode answers for now: every model of a config is left alone."""
        found = (self.breakers.get(_known_as(profile)) for profile in self._profiles(config))
        return all(breaker is not None and breaker.is_open for breaker in found)

    def _profiles(self, config: BotConfig) -> list[ModelProfile]:
        llm, spoken = config.workflow.llm, config.voice.config
        first = [spoken.llm] if self.is_spoken and spoken and spoken.llm else []
        return [one for one in (*first, llm, *llm.fallbacks) if one.provider != "desk"]

    async def connect(self, config: BotConfig) -> None:
        """Connect to a config's first model, so that no caller waits for the handshake."""
        for profile in self._profiles(config)[:1]:
            await self._provider(profile).connect()

    async def close(self) -> None:
        """Let go of all connections."""
        await asyncio.gather(*(provider.close() for provider in self._providers.values()))

    def link(self, profile: ModelProfile, rates: Rates) -> Link:
        """Make the link of a profile; its library is imported now, not in the first turn."""
        provider = self._provider(profile)
        return Link(
            profile.provider,
            provider,
            first_s=profile.first_s,
            total_s=profile.total_s,
            called=profile.model,
            key=_known_as(profile),
            retries=profile.retries,
            most_letters=max(profile.max_tokens * _LETTERS_A_TOKEN, _SHORTEST_BOUND),
            is_foreign=True,
            rates=rates,
        )

    def _provider(self, profile: ModelProfile) -> Provider:
        """Give a profile's provider; the fields that only the config knows make no difference."""
        plain = ModelProfile.model_validate(
            profile.model_dump(include=set(ModelProfile.model_fields))
        )
        if plain not in self._providers:
            self._providers[plain] = Provider(profile=plain, secret=self.secret)
            with contextlib.suppress(Failed):  # a key that is missing now may be set later
                self._providers[plain].open()
        return self._providers[plain]
