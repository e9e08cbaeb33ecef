"""Sending one part, and judging how it went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from appliance.connectors import loose
from appliance.connectors.messages import Delivery, Identity, OutboundMessage
from appliance.connectors.meta.graph import Graph, Reply
from appliance.connectors.whatsapp import refusals, wording, write
from appliance.core import errors, logs
from appliance.core.effects import Outcome
from appliance.core.http import Unanswered, Unsent

_log = logs.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """Sends from one number.

    `file` gives name, media type and bytes of a file of ours; `template` is name and language of
    the one for late messages.

    A delivery has a code where WhatsApp itself has answered; without one it may be in trouble as a
    whole, and whoever sends should leave it alone for a while.
    """

    graph: Graph
    account: str
    file: Callable[[str], tuple[str, str, bytes] | None]
    template: tuple[str, str] | None = None

    async def send(self, message: OutboundMessage, to: Identity, *, key: str) -> Delivery:
        """Send one part; never raises for what the provider or the network does."""
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
            reply = await self.graph.post(
                f"{self.account}/messages",
                write.body(message, to, key=key, media_id=media_id, template=self.template),
            )
        except Unsent as cause:
            return Delivery(Outcome.RETRY, why=cause.sentence)
        except Unanswered as cause:
            return Delivery(Outcome.UNKNOWN, why=cause.sentence)
        except errors.Misconfigured as cause:
            return Delivery(Outcome.STOPPED, code="secret", why=cause.sentence)
        return _judged(reply)

    async def mark_read(self, provider_id: str, *, typing: bool) -> None:
        """Mark a message as read; best effort, never raises."""
        why = ""
        try:
            reply = await self.graph.post(
                f"{self.account}/messages", write.seen(provider_id, typing=typing)
            )
            if not reply.is_success:
                why = refusals.delivery_of(reply).why
        except errors.Error as cause:
            why = cause.sentence
        if why:
            _log.info("whatsapp did not mark a message as read", why=why)

    async def _upload(self, message: OutboundMessage) -> str | Delivery:
        """Hand over the file of a part; gives its id. Nobody sees an upload: it may be repeated."""
        file = message.files[0]
        found = self.file(file.file_id)
        if found is None:
            return Delivery(Outcome.DEAD, why=wording.FILE_GONE)
        _, media_type, content = found
        try:
            reply = await self.graph.upload(
                f"{self.account}/media",
                name=write.file_name(file),
                media_type=write.upload_type(media_type),
                content=content,
            )
        except Unanswered as cause:
            return Delivery(Outcome.RETRY, why=cause.sentence)
        media_id = loose.name(reply.body.get("id"))
        if reply.is_success and media_id:
            return media_id
        refused = _refused(reply)
        if refused.outcome is Outcome.UNKNOWN:
            return Delivery(Outcome.RETRY, code=refused.code, why=wording.UPLOAD)
        return refused


def _judged(reply: Reply) -> Delivery:
    first = next(iter(loose.things(reply.body.get("messages"))), {})
    provider_id = loose.name(first.get("id"))
    if reply.is_success and provider_id:
        return Delivery(Outcome.SENT, provider_id=provider_id)
    return _refused(reply)


def _refused(reply: Reply) -> Delivery:
    refused = refusals.delivery_of(reply)
    _log.warning(
        "whatsapp did not take a message",
        outcome=refused.outcome.value,
        code=refused.code,
        pii_details=reply.refusal.details if reply.refusal else "",
    )
    return refused
