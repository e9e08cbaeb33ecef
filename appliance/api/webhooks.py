"""Where providers bring messages: verified on the raw bytes, kept in one transaction, then 200."""

from __future__ import annotations

from typing import Any, Protocol

from fastapi import APIRouter, Request, Response

from appliance.api import problems
from appliance.connectors.protocols import WebhookRequest
from appliance.core import errors


class Appliance(Protocol):
    """What the webhooks need of the appliance."""

    def handshake(self, channel: str, request: WebhookRequest, /) -> str:
        """Answer a provider that checks our address."""

    async def webhook(self, channel: str, request: WebhookRequest, /) -> None:
        """Verify, read and keep what a provider brings."""


_ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"description": "The signature is missing or wrong; nothing was kept."},
    404: {"description": "The config has no such channel."},
    503: {"description": "Nothing was kept; send it again later."},
}


def router(appliance: Appliance) -> APIRouter:
    """Serve /webhooks/{channel}."""
    made = APIRouter(tags=["webhooks"], prefix="/webhooks")

    @made.get("/{channel}", summary="Answer a provider's check of our address", responses=_ANSWERS)
    async def handshake(channel: str, request: Request) -> Response:
        try:
            said = appliance.handshake(channel, await _as_sent(request))
        except errors.NotAllowed as wrong:
            return problems.Problem(401, wrong.sentence)
        # A JSON-quoted string or markup would fail the provider's comparison.
        return Response(said, media_type="text/plain")

    @made.post("/{channel}", summary="Take events from a provider", responses=_ANSWERS)
    async def events(channel: str, request: Request) -> Response:
        try:
            await appliance.webhook(channel, await _as_sent(request))
        except errors.NotAllowed as wrong:
            return problems.Problem(401, wrong.sentence)
        return Response(status_code=200)

    return made


async def _as_sent(request: Request) -> WebhookRequest:
    return WebhookRequest(
        method=request.method,
        url=str(request.url),
        headers={name.lower(): value for name, value in request.headers.items()},
        query=dict(request.query_params),
        body=await request.body(),
    )
