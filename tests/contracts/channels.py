"""What the suite needs to know of each channel: settings that work, and its provider's side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from appliance.connectors.messages import Identity, Media
from appliance.connectors.protocols import WebhookRequest
from tests.connectors import payloads_whatsapp
from tests.fakes import whatsapp


@dataclass(frozen=True, slots=True)
class Sample:
    """One channel.

    Attributes:
        settings: Gives settings for a provider at a base address.
        secrets: The secrets these settings name.
        sign: Makes a body what the provider would send; a second argument is another secret.
        bodies: Bodies of its webhooks; each holds something.
        to: Somebody to send to.
        media: Something to fetch.
        longest: The longest text one part may have.
    """

    settings: Callable[[str], dict[str, Any]]
    secrets: Mapping[str, str]
    sign: Callable[..., WebhookRequest]
    bodies: tuple[bytes, ...]
    to: Identity
    media: Media
    longest: int


SAMPLES = {
    "whatsapp": Sample(
        settings=lambda base_url: {
            "phone_number_id": whatsapp.NUMBER,
            "business_account_id": whatsapp.BUSINESS,
            "base_url": base_url,
        },
        secrets={
            "whatsapp-app-secret": whatsapp.APP_SECRET,
            "whatsapp-access-token": whatsapp.ACCESS_TOKEN,
            "whatsapp-verify-token": whatsapp.VERIFY_TOKEN,
        },
        sign=whatsapp.request,
        bodies=tuple(
            payloads_whatsapp.body_of(content)
            for _, content in sorted(payloads_whatsapp.own().items())
            if "entry" in content
        ),
        to=Identity("phone", f"+{whatsapp.SENDER}"),
        media=Media("10000000", "image/jpeg"),
        longest=4096,
    )
}
