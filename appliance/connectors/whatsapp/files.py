"""Fetching what a contact sent: pictures, documents, voice messages."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from appliance.connectors import loose
from appliance.connectors.messages import Media
from appliance.connectors.meta.graph import Graph
from appliance.connectors.protocols import Fetched
from appliance.connectors.whatsapp import refusals
from appliance.core import errors
from appliance.core.effects import Outcome
from appliance.core.http import Unanswered, Unsent

# The token goes to Meta's own hosts and to base_url, whatever a webhook names.
_METAS = re.compile(r"(?:[a-z0-9-]+\.)*(?:facebook\.com|fbsbx\.com|fbcdn\.net|whatsapp\.net)")
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The files contacts sent to one number."""

    graph: Graph
    account: str
    most_bytes: int

    async def fetch(self, media: Media) -> Fetched:
        """Fetch a file: by the webhook's address while it is fresh, else by a new one.

        Raises:
            Unavailable: not now.
            Rejected: never: gone, too large, or not what was announced.
        """
        if media.url:
            try:
                return await self._download(media.url, media)
            except errors.Rejected:
                if not media.provider_id:
                    raise
        return await self._download(await self._address(media.provider_id), media)

    async def _address(self, media_id: str) -> str:
        """Ask where a file lies; the answer holds for five minutes."""
        if not _ID.fullmatch(media_id):
            raise errors.Rejected("The message names no file that can be fetched.")
        try:
            reply = await self.graph.get(media_id, phone_number_id=self.account)
        except (Unsent, Unanswered):
            raise
        except errors.Misconfigured as cause:
            raise errors.Unavailable(cause.sentence) from cause
        if reply.is_success:
            url = loose.text(reply.body.get("url"))
            if url:
                return url
            raise errors.Unavailable("WhatsApp does not say where the file lies. Try again later.")
        refused = refusals.delivery_of(reply)
        # Subcode 33, a stopped number when we send, here only means that the file is gone.
        if refused.outcome is Outcome.DEAD or (reply.refusal and reply.refusal.subcode == 33):
            raise errors.Rejected("WhatsApp does not have the file any more.")
        raise errors.Unavailable(refused.why, retry_after_s=refused.retry_after_s)

    async def _download(self, url: str, media: Media) -> Fetched:
        try:
            headers = self.graph.bearer() if self._is_metas(url) else {}
        except errors.Misconfigured as cause:
            raise errors.Unavailable(cause.sentence) from cause
        got = await self.graph.http.fetch(
            url,
            headers=headers,
            trusted=(self.graph.base_url,),
            most_bytes=self.most_bytes,
        )
        if not matches(got.content, media.sha256):
            raise errors.Rejected("The file is not the one the message announced.")
        return Fetched(got.content, got.media_type)

    def _is_metas(self, url: str) -> bool:
        if url.startswith(f"{self.graph.base_url}/"):
            return True
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        return parts.scheme == "https" and _METAS.fullmatch(parts.hostname or "") is not None


def matches(content: bytes, announced: str | None) -> bool:
    """Compare with an announced digest, in hex or base64; one that is no SHA-256 says nothing."""
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
