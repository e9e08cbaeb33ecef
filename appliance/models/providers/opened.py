"""What opening a provider gives: the model, and how to make and let go of its connections."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from langchain_core.language_models.chat_models import BaseChatModel

MOST, MOST_KEPT = 1_000, 100
"""Connections to a provider, and how many of them are kept while nothing is asked."""
KEPT_S = 60.0
"""How long they are kept. The libraries' 5 s is shorter than a caller listens and thinks: each turn
of a call would begin with a handshake, two round trips and more before the model hears a word."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A model with connections of its own.

    `connect` asks its address for nothing at all, without a key: whatever it says, a connection
    stands then, unless it closes it.
    """

    model: BaseChatModel
    connect: Callable[[], Awaitable[object]]
    close: Callable[[], Awaitable[None]]
