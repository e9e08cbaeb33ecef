"""Google's Gemini, by the developer API."""

from __future__ import annotations

from typing import Any

import httpx
from langchain_google_genai import ChatGoogleGenerativeAI
from pydantic import SecretStr

from appliance.config.model import ModelProfile
from appliance.models.providers.opened import KEPT_S, MOST, MOST_KEPT, Opened

ADDRESS = "https://generativelanguage.googleapis.com"


class _Httpx(httpx.AsyncHTTPTransport):
    """Keeps Google's library to httpx.

    Where aiohttp is installed (the phone needs it) it would use that, which fails in other ways
    than all other providers do. It gives a transport to its idle synchronous client as well.
    """

    def close(self) -> None:
        """Leave closing to the asynchronous client."""


def open(profile: ModelProfile, key: str) -> Opened:  # noqa: A001 - providers.google.open
    """Open Gemini; the library takes one time-out for everything, so `first_s` bounds connects."""
    limits = httpx.Limits(
        max_connections=MOST, max_keepalive_connections=MOST_KEPT, keepalive_expiry=KEPT_S
    )
    address = profile.base_url or ADDRESS
    transport = _Httpx(limits=limits)
    settings: dict[str, Any] = {
        "model": profile.model,
        "base_url": address,
        "api_key": SecretStr(key),
        "vertexai": False,
        "max_output_tokens": profile.max_tokens,
        "timeout": profile.total_s,
        "max_retries": 0,
        "client_args": {"transport": transport},
    }
    if profile.temperature is not None:
        settings["temperature"] = profile.temperature
    model = ChatGoogleGenerativeAI(**settings)
    http = httpx.AsyncClient(transport=transport, timeout=profile.connect_s)
    return Opened(model, lambda: http.head(address), model.aclose)
