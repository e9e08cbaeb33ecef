"""Meta's webhooks: the handshake, and the signature over the raw body.

Source: developers.facebook.com/docs/graph-api/webhooks/getting-started, read 2026-11-22.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable

from appliance.connectors.protocols import WebhookRequest
from appliance.core import errors

_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})")
# The challenge is echoed to whoever knows the token; it must not become a page of ours.
_CHALLENGE = re.compile(r"[A-Za-z0-9_.~-]{1,256}")


def handshake(request: WebhookRequest, verify_token: str) -> str:
    """Give the bare challenge to send back.

    Raises:
        NotAllowed: it is not Meta's handshake, or it does not know our verify token.
    """
    said = request.query.get("hub.verify_token", "")
    challenge = request.query.get("hub.challenge", "")
    knows = hmac.compare_digest(_bytes(said), _bytes(verify_token))
    if request.query.get("hub.mode") != "subscribe" or not knows:
        raise errors.NotAllowed("The verify token is not ours. Enter the one you gave us at Meta.")
    if not _CHALLENGE.fullmatch(challenge):
        raise errors.NotAllowed("The handshake carries no challenge.")
    return challenge


def verify(request: WebhookRequest, app_secrets: Iterable[str]) -> None:
    """Check that one of the app's secrets signed exactly these bytes.

    Two are accepted while an app secret is being changed. Meta signs no time: who repeats a signed
    body is stopped by the inbox, which keeps every message id once.

    Raises:
        NotAllowed: missing, malformed or wrong.
    """
    found = _SIGNATURE.fullmatch(request.headers.get("x-hub-signature-256", ""))
    if found is None:
        raise errors.NotAllowed("The request carries no signature of Meta's.")
    right = [
        hmac.compare_digest(
            hmac.new(secret.encode("utf-8"), request.body, hashlib.sha256).hexdigest(),
            found.group(1),
        )
        for secret in app_secrets
    ]
    if not any(right):
        raise errors.NotAllowed("The signature is wrong: check the app secret of the channel.")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
