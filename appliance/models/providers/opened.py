"""What opening a provider gives: the model, and how to let go of its connections."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from langchain_core.language_models.chat_models import BaseChatModel


@dataclass(frozen=True, slots=True)
class Opened:
    """A model with connections of its own."""

    model: BaseChatModel
    close: Callable[[], Awaitable[None]]
