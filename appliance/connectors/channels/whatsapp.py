"""WhatsApp, by Meta's Cloud API: one phone number of one business account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from appliance.config.model import SecretName
from appliance.connectors.messages import Delivery, Identity, Inbound, Media, OutboundMessage
from appliance.connectors.meta import webhooks
from appliance.connectors.meta.graph import Graph
from appliance.connectors.protocols import Fetched, Step, Tools, WebhookRequest
from appliance.connectors.whatsapp import wording, write
from appliance.connectors.whatsapp.courier import Courier
from appliance.connectors.whatsapp.files import Files
from appliance.connectors.whatsapp.probe import Probe
from appliance.connectors.whatsapp.read import Reader
from appliance.core import errors

WINDOW = timedelta(hours=24)


def _written_as_number(value: Any) -> Any:
    """Take an id that YAML read as a number, as people write it."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _encrypted_or_near(value: str) -> str:
    host = urlsplit(value).hostname or ""
    is_name = "." not in host and ":" not in host  # localhost, a neighbour in the same network
    is_near = is_name or host in {"127.0.0.1", "::1"}
    if not value.startswith("https://") and not is_near:
        raise ValueError("must begin with https://: the access token travels with every call")
    return value.rstrip("/")


Id = Annotated[str, BeforeValidator(_written_as_number), Field(pattern=r"^[0-9]{5,32}$")]
BaseUrl = Annotated[
    str, Field(pattern=r"^https?://[A-Za-z0-9.\-\[\]:/_]+$"), AfterValidator(_encrypted_or_near)
]


class LateTemplate(BaseModel):
    """The approved template in which a reply leaves once the window of 24 hours has closed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(
        pattern=r"^[a-z0-9_]{1,512}$",
        description="The template's name. Its body needs one variable, {{1}}: our reply.",
    )
    language: str = Field(
        default="en_US",
        pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$",
        description="The language it is approved in, as WhatsApp Manager writes it.",
    )


class Settings(BaseModel):
    """What bot_config.yaml may set for WhatsApp."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    phone_number_id: Id = Field(
        description="The number's id (not the number): WhatsApp Manager, API setup."
    )
    business_account_id: Id | None = Field(
        default=None,
        description="The WhatsApp business account's id; with it the subscription can be checked.",
    )
    app_secret_secret: SecretName = Field(
        default="whatsapp-app-secret",
        description="Name of the secret with the Meta app's secret: it signs what we receive.",
    )
    previous_app_secret_secret: SecretName | None = Field(
        default=None,
        description="Name of the secret with the app's former secret, while it is being changed.",
    )
    access_token_secret: SecretName = Field(
        default="whatsapp-access-token",
        description="Name of the secret with a system user's token: it may send and read files.",
    )
    verify_token_secret: SecretName = Field(
        default="whatsapp-verify-token",
        description="Name of the secret with words of your choice, entered at Meta as well.",
    )
    api_version: str = Field(
        default="v23.0", pattern=r"^v[0-9]{1,3}\.[0-9]$", description="The Graph API's version."
    )
    base_url: BaseUrl = Field(
        default="https://graph.facebook.com",
        description="The Graph API's address; another one only for an emulator.",
    )
    mark_read: bool = Field(
        default=True, description="Show contacts that their message was read, once we answer it."
    )
    typing: bool = Field(
        default=True, description="Show contacts that we are writing; needs mark_read."
    )
    show_sources: bool = Field(
        default=True, description="Name the documents an answer rests on below it."
    )
    late_template: LateTemplate | None = Field(
        default=None,
        description="An approved template for replies later than 24 hours; without it such a "
        "reply is not sent, and `appliance jobs dead` says so.",
    )
    timeout_s: float = Field(
        default=15.0, ge=0.5, le=20, description="How long one answer of the Graph API may take."
    )
    largest_file_mb: int = Field(
        default=20, ge=1, le=100, description="The largest file of a contact that is fetched."
    )


def connect(settings: Settings, tools: Tools) -> WhatsApp:
    """Give the channel.

    Raises:
        Misconfigured: a secret it names is not set, or is empty.
    """
    channel = WhatsApp(settings=settings, tools=tools)
    for name in filter(
        None,
        (
            settings.app_secret_secret,
            settings.previous_app_secret_secret,
            settings.access_token_secret,
            settings.verify_token_secret,
        ),
    ):
        channel.secret(name)
    return channel


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatsApp:
    """One number. Secrets are asked for at each use, so that a changed one counts at once."""

    settings: Settings
    tools: Tools

    @property
    def account(self) -> str:
        """Our phone number id."""
        return self.settings.phone_number_id

    def secret(self, name: str) -> str:
        """Give a secret; an empty one would let anybody sign.

        Raises:
            Misconfigured: it is not set, or is empty.
        """
        value = self.tools.secret(name).strip()
        if not value:
            raise errors.Misconfigured(f"The secret {name} is empty: appliance secrets set {name}")
        return value

    # -- what comes in -----------------------------------------------------------------------------

    def handshake(self, request: WebhookRequest) -> str:
        return webhooks.handshake(request, self.secret(self.settings.verify_token_secret))

    def verify(self, request: WebhookRequest) -> None:
        names = [self.settings.app_secret_secret]
        if self.settings.previous_app_secret_secret:
            names.append(self.settings.previous_app_secret_secret)
        webhooks.verify(request, [self.secret(name) for name in names])

    def read(self, body: bytes) -> list[Inbound]:
        reader = Reader(
            account=self.account,
            business=self.settings.business_account_id or "",
            now=self.tools.clock.now(),
        )
        return reader.read(body)

    async def fetch(self, media: Media) -> Fetched:
        files = Files(
            graph=self._graph,
            account=self.account,
            most_bytes=self.settings.largest_file_mb * 1_000_000,
        )
        return await files.fetch(media)

    # -- what goes out -----------------------------------------------------------------------------

    def parts(self, message: OutboundMessage) -> Sequence[OutboundMessage]:
        return write.parts(message, show_sources=self.settings.show_sources)

    def may_send(self, *, now: datetime, heard_at: datetime | None) -> str | None:
        if heard_at is None:
            return wording.NEVER_WROTE
        return wording.WINDOW_CLOSED if now - heard_at >= WINDOW else None

    def late(self, part: OutboundMessage) -> OutboundMessage | str:
        return write.late(part) if self.settings.late_template else wording.NO_TEMPLATE

    async def send(self, message: OutboundMessage, to: Identity, *, key: str) -> Delivery:
        return await self._courier.send(message, to, key=key)

    async def seen(self, provider_id: str) -> None:
        if self.settings.mark_read:
            await self._courier.mark_read(provider_id, typing=self.settings.typing)

    # -- whether it works --------------------------------------------------------------------------

    async def probe(self) -> list[Step]:
        trial = Probe(
            graph=self._graph,
            account=self.account,
            business=self.settings.business_account_id,
            address=f"{self.tools.public_url}/webhooks/whatsapp",
        )
        return await trial.steps()

    @property
    def _courier(self) -> Courier:
        template = self.settings.late_template
        return Courier(
            graph=self._graph,
            account=self.account,
            file=self.tools.file,
            template=(template.name, template.language) if template else None,
        )

    @property
    def _graph(self) -> Graph:
        return Graph(
            http=self.tools.http,
            base_url=self.settings.base_url,
            version=self.settings.api_version,
            token=lambda: self.secret(self.settings.access_token_secret),
            within_s=self.settings.timeout_s,
        )
