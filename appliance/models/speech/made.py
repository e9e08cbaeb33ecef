"""What a provider's file gets to make its half of a conversation's sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.core import errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A provider as the config names it, its own settings checked.

    `settings` is an instance of the file's `Settings`; `secret` finds a secret's value by name,
    `mounted` a model's folder by the name it was added under.
    """

    provider: str
    model: str | None
    language: str
    settings: Any
    secret_name: str | None
    secret: Callable[[str], str | None]
    mounted: Callable[[str], Path | None]

    @property
    def key(self) -> str:
        """The provider's key.

        Raises:
            Misconfigured: none is set.
        """
        name = self.secret_name or f"{self.provider}-key"
        value = self.secret(name)
        if not value:
            raise errors.Misconfigured(
                f"{self.provider} needs a key, and the secret {name} has no value. "
                f"Run: appliance secrets set {name}"
            )
        return value
