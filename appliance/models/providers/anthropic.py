"""Anthropic."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import anthropic
import httpx2
from langchain_anthropic import ChatAnthropic
from pydantic import PrivateAttr, SecretStr

from appliance.config.model import ModelProfile
from appliance.models.providers.opened import KEPT_S, MOST, MOST_KEPT, Opened

ADDRESS = "https://api.anthropic.com"


class _Claude(ChatAnthropic):
    """ChatAnthropic over a client of its own: the library's is shared by every event loop."""

    _own: anthropic.AsyncAnthropic = PrivateAttr()

    @cached_property
    def _async_client(self) -> anthropic.AsyncAnthropic:
        return self._own


def open(profile: ModelProfile, key: str) -> Opened:  # noqa: A001 - providers.anthropic.open
    """Open Anthropic by its messages."""
    address = profile.base_url or ADDRESS
    timeout = anthropic.Timeout(profile.total_s, connect=profile.connect_s)
    limits = httpx2.Limits(
        max_connections=MOST, max_keepalive_connections=MOST_KEPT, keepalive_expiry=KEPT_S
    )
    http = anthropic.DefaultAsyncHttpxClient(timeout=timeout, limits=limits)
    client = anthropic.AsyncAnthropic(
        api_key=key,
        base_url=address,
        max_retries=0,
        timeout=timeout,
        http_client=http,
    )
    settings: dict[str, Any] = {
        "model": profile.model,
        "base_url": address,
        "api_key": SecretStr(key),
        "max_tokens": profile.max_tokens,
        "timeout": profile.total_s,
        "max_retries": 0,
        "stream_usage": True,
    }
    if profile.temperature is not None:
        settings["temperature"] = profile.temperature
    model = _Claude(**settings)
    model._own = client
    return Opened(model, lambda: http.head(address), client.close)
