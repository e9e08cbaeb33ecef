"""WhatsApp, by Meta's Cloud API: one phone number of one business account."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import httpx
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from appliance.connectors import loose
from appliance.connectors.messages import Delivery, Identity, Inbound, Media, OutboundMessage
from appliance.connectors.meta import webhooks
from appliance.connectors.meta.graph import Graph, Reply
from appliance.connectors.protocols import Fetched, Step, Tools, WebhookRequest
from appliance.connectors.whatsapp import refusals, wording, write
from appliance.connectors.whatsapp.read import Reader
from appliance.core import errors, logs
from appliance.core.effects import Outcome
from appliance.core.http import Unanswered, Unsent

WINDOW = timedelta(hours=24)

_log = logs.get(__name__)

# The token goes to Meta's own hosts and to base_url, whatever a webhook names.
_METAS = re.compile(r"(?:.+\.)?(?:facebook\.com|fbsbx\.com|fbcdn\.net|whatsapp\.net)")


def _written_as_number(value: Any) -> Any:
    """Take an id that YAML read as a number, as people write it."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _encrypted_or_near(value: str) -> str:
    url = httpx.URL(value)
    near = url.host in {"localhost", "127.0.0.1", "::1"} or ("." not in url.host and url.host)
    if url.scheme != "https" and not near:
        raise ValueError("must begin with https://: the access token travels with every call")
    return value.rstrip("/")


Id = Annotated[str, BeforeValidator(_written_as_number), Field(pattern=r"^[0-9]{5,32}$")]
SecretName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
BaseUrl = Annotated[
    str, Field(pattern=r"^https?://[A-Za-z0-9.\-\[\]:/_]+$"), AfterValidator(_encrypted_or_near)
]


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
        """Fetch a file: by the webhook's address while it is fresh, else by a new one."""
        if media.url:
            try:
                return await self._download(media.url, media)
            except errors.Rejected:
                if not media.provider_id:
                    raise
        return await self._download(await self._address(media.provider_id), media)

    async def _address(self, media_id: str) -> str:
        """Ask where a file lies; the answer holds for five minutes."""
        if not media_id.isascii() or not media_id.isalnum():
            raise errors.Rejected("The message names no file that can be fetched.")
        try:
            reply = await self._graph.get(media_id, phone_number_id=self.account)
        except errors.Misconfigured as cause:
            raise errors.Unavailable(cause.sentence) from cause
        if reply.is_success:
            url = loose.text(reply.body.get("url"))
            if url:
                return url
            raise errors.Unavailable("WhatsApp does not say where the file lies. Try again later.")
        refused = refusals.delivery_of(reply)
        if refused.outcome is Outcome.DEAD or (reply.refusal and reply.refusal.subcode == 33):
            raise errors.Rejected("WhatsApp does not have the file any more.")
        raise errors.Unavailable(refused.why, retry_after_s=refused.retry_after_s)

    async def _download(self, url: str, media: Media) -> Fetched:
        host = httpx.URL(url).host
        is_metas = url.startswith(f"{self.settings.base_url}/") or (
            url.startswith("https://") and _METAS.fullmatch(host) is not None
        )
        got = await self.tools.http.fetch(
            url,
            headers=self._graph.bearer() if is_metas else {},
            trusted=(self.settings.base_url,),
            most_bytes=self.settings.largest_file_mb * 1_000_000,
        )
        if not _is(got.content, media.sha256):
            raise errors.Rejected("The file is not the one the message announced.")
        return Fetched(got.content, got.media_type)

    # -- what goes out -----------------------------------------------------------------------------

    def parts(self, message: OutboundMessage) -> Sequence[OutboundMessage]:
        return write.parts(message, show_sources=self.settings.show_sources)

    def may_send(self, *, now: datetime, heard_at: datetime | None) -> str | None:
        if heard_at is None:
            return wording.NEVER_WROTE
        return wording.WINDOW_CLOSED if now - heard_at >= WINDOW else None

    async def send(self, message: OutboundMessage, to: Identity, *, key: str) -> Delivery:
        if to.kind not in {"phone", "bsuid"}:
            return Delivery(Outcome.DEAD, why=wording.NO_ADDRESS.format(kind=to.kind))
        if not message.text and not message.files:
            return Delivery(Outcome.DEAD, why=wording.NOTHING_TO_SEND)
        try:
            media_id = ""
            if message.files:
                uploaded = await self._upload(message)
                if isinstance(uploaded, Delivery):
                    return uploaded
                media_id = uploaded
            reply = await self._graph.post(
                f"{self.account}/messages", write.body(message, to, key=key, media_id=media_id)
            )
        except Unsent as cause:
            return Delivery(Outcome.RETRY, code="not reached", why=cause.sentence)
        except Unanswered as cause:
            return Delivery(Outcome.UNKNOWN, code="no answer", why=cause.sentence)
        except errors.Misconfigured as cause:
            return Delivery(Outcome.STOPPED, code="secret", why=cause.sentence)
        return self._sent(reply)

    def _sent(self, reply: Reply) -> Delivery:
        first = next(iter(loose.things(reply.body.get("messages"))), {})
        provider_id = loose.name(first.get("id"))
        if reply.is_success and provider_id:
            return Delivery(Outcome.SENT, provider_id=provider_id)
        refused = refusals.delivery_of(reply)
        details = reply.refusal.details if reply.refusal else ""
        _log.warning(
            "whatsapp took no message",
            outcome=refused.outcome, code=refused.code, pii_details=details,
        )  # fmt: skip
        return refused

    async def _upload(self, message: OutboundMessage) -> str | Delivery:
        """Hand over the file of a part; gives its id. Nobody sees an upload: it may be repeated."""
        file = message.files[0]
        found = self.tools.file(file.file_id)
        if found is None:
            return Delivery(Outcome.DEAD, why=wording.FILE_GONE)
        _, media_type, content = found
        try:
            reply = await self._graph.upload(
                f"{self.account}/media",
                name=write.file_name(file),
                media_type=write.upload_type(media_type),
                content=content,
            )
        except Unanswered as cause:
            return Delivery(Outcome.RETRY, code="no answer", why=cause.sentence)
        media_id = loose.name(reply.body.get("id"))
        if reply.is_success and media_id:
            return media_id
        refused = refusals.delivery_of(reply)
        if refused.outcome is Outcome.UNKNOWN:
            return Delivery(Outcome.RETRY, code=refused.code, why=wording.UPLOAD)
        return refused

    async def seen(self, provider_id: str) -> None:
        if not self.settings.mark_read:
            return
        try:
            reply = await self._graph.post(
                f"{self.account}/messages", write.seen(provider_id, typing=self.settings.typing)
            )
        except errors.Error as cause:
            _log.info("whatsapp did not mark a message as read", why=cause.sentence)
            return
        if not reply.is_success:
            code = reply.refusal.code if reply.refusal else reply.status
            _log.info("whatsapp did not mark a message as read", code=code)

    # -- whether it works --------------------------------------------------------------------------

    async def probe(self) -> list[Step]:
        steps: list[Step] = []
        for attempt in (self._try_number, self._try_subscription, self._try_address):
            steps += await attempt()
            if not steps[-1].passed:
                break
        return steps

    async def _try_number(self) -> list[Step]:
        try:
            reply = await self._graph.get(
                self.account, fields="display_phone_number,verified_name,quality_rating"
            )
        except errors.Misconfigured as cause:
            return [Step("credentials", passed=False, says=cause.sentence)]
        except errors.Unavailable as cause:
            says = wording.PROBE_NO_ANSWER.format(why=cause.sentence)
            return [Step("credentials", passed=False, says=says)]
        if not reply.is_success:
            refused = refusals.delivery_of(reply)
            if refused.why == wording.NO_SUCH_NUMBER:
                return [
                    Step("credentials", passed=True, says=wording.PROBE_CREDENTIALS),
                    Step("phone number", passed=False, says=refused.why),
                ]
            return [Step("credentials", passed=False, says=refused.why)]
        told = {
            name: loose.name(reply.body.get(key)) or "?"
            for name, key in (
                ("number", "display_phone_number"),
                ("name", "verified_name"),
                ("quality", "quality_rating"),
            )
        }
        return [
            Step("credentials", passed=True, says=wording.PROBE_CREDENTIALS),
            Step("phone number", passed=True, says=wording.PROBE_NUMBER.format(**told)),
        ]

    async def _try_subscription(self) -> list[Step]:
        name = "webhook subscription"
        business = self.settings.business_account_id
        if business is None:
            return [Step(name, passed=True, says=wording.PROBE_SUBSCRIPTION_SKIPPED)]
        try:
            reply = await self._graph.get(f"{business}/subscribed_apps")
        except errors.Error as cause:
            return [Step(name, passed=False, says=cause.sentence)]
        if not reply.is_success:
            return [Step(name, passed=False, says=refusals.delivery_of(reply).why)]
        count = len(loose.things(reply.body.get("data")))
        says = wording.PROBE_SUBSCRIBED.format(count=count)
        return [Step(name, passed=count > 0, says=says if count else wording.PROBE_NOT_SUBSCRIBED)]

    async def _try_address(self) -> list[Step]:
        url = f"{self.tools.public_url}/webhooks/whatsapp"
        # An emulator beside us may call any address; Meta calls only encrypted ones.
        reaches = url.startswith("https://") or not self.settings.base_url.startswith("https://")
        says = wording.PROBE_ADDRESS.format(url=url) if reaches else wording.PROBE_NO_ADDRESS
        return [Step("our address", passed=reaches, says=says)]

    @property
    def _graph(self) -> Graph:
        return Graph(
            http=self.tools.http,
            base_url=self.settings.base_url,
            version=self.settings.api_version,
            token=lambda: self.secret(self.settings.access_token_secret),
        )


def _is(content: bytes, announced: str | None) -> bool:
    """Compare with the announced digest, in hex or base64; one that is none says nothing."""
    if not announced:
        return True
    try:
        told = bytes.fromhex(announced)
    except ValueError:
        try:
            told = base64.b64decode(announced, validate=True)
        except (binascii.Error, ValueError):
            return True
    return len(told) != 32 or hmac.compare_digest(told, hashlib.sha256(content).digest())
