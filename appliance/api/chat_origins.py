"""Which sites may use the chat, and how a browser is told so (CORS).

A place is `self` for our own page, or the foreign origin a request comes from. Browsers send no
Origin with a GET to their own site, so a request without one counts as ours: nothing rests on it
but a token, and a foreign page cannot send a token without naming its origin.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from appliance.api import chat_wording as wording
from appliance.api.chat_shapes import ChatAppliance
from appliance.config import model
from appliance.core import errors

OWN = "self"
CHANNEL = "web_chat"
_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.ASCII)
_DEFAULT_PORT = {"http": ":80", "https": ":443"}

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


class Origins:
    """Judges the Origin of requests by the live config."""

    def __init__(self, appliance: ChatAppliance) -> None:
        self._appliance = appliance

    def allowed(self) -> list[str]:
        """List the foreign origins the config names, normalised; what is no origin is left out."""
        channel = channel_of(self._appliance.config)
        named = (channel.model_extra or {}).get("allowed_origins", []) if channel else []
        return [found for each in named if (found := normalised(str(each)))]

    def place(self, request: HTTPConnection) -> str:
        """Give the place a request comes from.

        Raises:
            NotAllowed: the site is not on the list.
        """
        header = request.headers.get("origin")
        if header is None:
            return OWN
        origin = normalised(header)
        if origin and (
            origin == normalised(self._appliance.settings.url)
            or urlsplit(origin).netloc == _host(request, origin)
        ):
            return OWN
        if origin and origin in self.allowed():
            return origin
        raise errors.NotAllowed(wording.ORIGIN.format(origin=origin or "without a name"))

    def headers(self, request: Request) -> dict[str, str]:
        """Give the CORS headers a response to this request carries."""
        headers = {"Vary": "Origin"}
        try:
            place = self.place(request)
        except errors.NotAllowed:
            return headers
        if place != OWN:
            headers["Access-Control-Allow-Origin"] = place
            headers["Access-Control-Expose-Headers"] = "Retry-After"
        return headers


def channel_of(config: model.BotConfig | None) -> model.Channel | None:
    """Find the web chat's section, if the channel is served."""
    for channel in config.workflow.integrations.input_channels if config else ():
        if channel.type == CHANNEL and channel.enabled:
            return channel
    return None


def normalised(origin: str) -> str | None:
    """Give an origin as browsers write it (lower case, no default port), or None."""
    origin = origin.strip().rstrip("/").lower()
    if not _ORIGIN.fullmatch(origin):
        return None
    return origin.removesuffix(_DEFAULT_PORT[origin.partition(":")[0]])


def route_class(origins: Origins) -> type[APIRoute]:
    """Make the kind of route whose every answer, errors included, carries the CORS headers.

    Without them a foreign page could not read a 401 or a Retry-After.
    """

    class ChatRoute(APIRoute):
        def get_route_handler(self) -> Endpoint:
            endpoint = super().get_route_handler()

            async def answer(request: Request) -> Response:
                try:
                    response = await endpoint(request)
                except (errors.Error, HTTPException, RequestValidationError) as cause:
                    response = await _said(request, cause)
                for name, value in origins.headers(request).items():
                    response.headers[name] = value
                return response

            return answer

    return ChatRoute


async def _said(request: Request, cause: Exception) -> Response:
    """Let the application's own handler word an error; re-raise what it does not know."""
    for kind in type(cause).__mro__:
        handler = request.app.exception_handlers.get(kind)
        if handler:
            made = handler(request, cause)
            response: Response = await made if isinstance(made, Coroutine) else made
            return response
    raise cause


def _host(request: HTTPConnection, origin: str) -> str:
    host = request.headers.get("host", "").lower()
    return host.removesuffix(_DEFAULT_PORT[origin.partition(":")[0]])
