"""OpenAI, and every server that speaks its chat completions."""

from __future__ import annotations

import httpx2
import openai
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from appliance.config.model import ModelProfile
from appliance.models.providers.opened import KEPT_S, MOST, MOST_KEPT, Opened

ADDRESS = "https://api.openai.com/v1"


def open(profile: ModelProfile, key: str) -> Opened:  # noqa: A001 - providers.openai.open
    """Open OpenAI by chat completions; the Responses API is not needed and not everywhere."""
    timeout = openai.Timeout(profile.total_s, connect=profile.connect_s)
    limits = httpx2.Limits(
        max_connections=MOST, max_keepalive_connections=MOST_KEPT, keepalive_expiry=KEPT_S
    )
    http = openai.DefaultAsyncHttpxClient(timeout=timeout, limits=limits)
    address = profile.base_url or ADDRESS
    is_compatible = profile.provider == "openai_compatible"
    model = ChatOpenAI(
        model=profile.model,
        base_url=address,
        api_key=SecretStr(key),
        temperature=profile.temperature,
        max_completion_tokens=None if is_compatible else profile.max_tokens,
        # Servers that are not OpenAI's know the older name.
        extra_body={"max_tokens": profile.max_tokens} if is_compatible else None,
        timeout=timeout,
        stream_chunk_timeout=None,
        max_retries=0,
        stream_usage=True,
        use_responses_api=False,
        http_async_client=http,
    )
    return Opened(model, lambda: http.head(address), http.aclose)
