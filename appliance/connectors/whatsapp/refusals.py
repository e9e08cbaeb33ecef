"""What becomes of a message WhatsApp refused: by the error's code, never by its title.

Source: developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes,
read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping

from appliance.connectors.messages import Delivery
from appliance.connectors.meta.graph import Refusal, Reply
from appliance.connectors.whatsapp import wording
from appliance.core.effects import Outcome

_RETRY = {
    1: wording.BUSY,  # unknown API error, "possibly a temporary issue"
    2: wording.BUSY,  # API service
    4: wording.TOO_MANY,  # the app's calls
    80007: wording.TOO_MANY,  # the account's calls
    130429: wording.TOO_MANY,  # messages a second
    131000: wording.BUSY,  # something went wrong
    131016: wording.BUSY,  # service unavailable
    131048: wording.SPAM_LIMIT,
    131053: wording.UPLOAD,
    131056: wording.PAIR_LIMIT,
    131057: wording.MAINTENANCE,
    133016: wording.TOO_MANY,  # registrations
}
# How often in all, where a third attempt would fail like the second.
_MOST_ATTEMPTS = {131053: 2}
_WINDOW = {131047: wording.WINDOW_CLOSED}
_DEAD = {
    100: wording.INVALID,
    130472: wording.EXPERIMENT,
    131008: wording.INVALID,
    131009: wording.INVALID,
    131021: wording.TO_OURSELVES,
    131026: wording.UNDELIVERABLE,
    131030: wording.NOT_ON_TEST_LIST,
    131049: wording.HELD_BACK,
    131050: wording.OPTED_OUT,
    131051: wording.UNKNOWN_TYPE,
    131052: wording.MEDIA_GONE,
    131062: wording.NEEDS_PHONE,
}
_STOPPED = {
    0: wording.ACCESS_ENDED,
    3: wording.RIGHTS,
    10: wording.RIGHTS,
    190: wording.ACCESS_ENDED,
    368: wording.POLICY,
    130497: wording.COUNTRY,
    131005: wording.RIGHTS,
    131031: wording.LOCKED,
    131037: wording.DISPLAY_NAME,
    131042: wording.PAYMENT,
    131045: wording.CERTIFICATE,
    133010: wording.NOT_REGISTERED,
}
_TABLE: Mapping[int, tuple[Outcome, str]] = {
    code: (outcome, says)
    for outcome, codes in (
        (Outcome.RETRY, _RETRY),
        (Outcome.WINDOW, _WINDOW),
        (Outcome.DEAD, _DEAD),
        (Outcome.STOPPED, _STOPPED),
    )
    for code, says in codes.items()
}
_NO_SUCH_OBJECT = 33  # subcode of 100: the path's id does not exist for this token


def judge(refusal: Refusal) -> tuple[Outcome, str] | None:
    """Give what a code means and says, or None for a code nobody has told us of."""
    if refusal.code == 100 and refusal.subcode == _NO_SUCH_OBJECT:
        return Outcome.STOPPED, wording.NO_SUCH_NUMBER
    if refusal.code in _TABLE:
        return _TABLE[refusal.code]
    if 200 <= refusal.code <= 299:
        return Outcome.STOPPED, wording.RIGHTS
    if 132000 <= refusal.code <= 132999:
        return Outcome.DEAD, wording.TEMPLATE
    if refusal.is_transient:
        return Outcome.RETRY, wording.BUSY
    return None


def delivery_of(reply: Reply) -> Delivery:
    """Judge an answer that was not a success.

    An error object with a code we know is Meta's own word that nothing was sent, so its class
    holds under any status. A 5xx without one may come from a proxy behind which the message was
    accepted: WhatsApp has no idempotency key, so it is unknown and never sent again blindly.
    """
    refusal = reply.refusal
    known = judge(refusal) if refusal else None
    outcome, why = known or _by_status(reply.status)
    code: str | None = str(refusal.code) if refusal else f"http {reply.status}"
    if refusal is None and outcome is Outcome.UNKNOWN:
        code, why = None, f"{why} (HTTP {reply.status})"
    return Delivery(
        outcome,
        code=code,
        why=why,
        retry_after_s=reply.retry_after_s,
        most_attempts=most_attempts(refusal),
    )


def most_attempts(refusal: Refusal | None) -> int | None:
    """Give how often a message refused like this may be tried in all; None for no limit of ours."""
    return _MOST_ATTEMPTS.get(refusal.code) if refusal else None


def judge_report(refusal: Refusal | None) -> tuple[Outcome, str, str | None]:
    """Judge why an accepted message failed later: outcome, sentence, code."""
    if refusal is None:
        return Outcome.DEAD, wording.NO_REASON, None
    outcome, why = judge(refusal) or (Outcome.DEAD, wording.UNKNOWN_CODE)
    return outcome, why, str(refusal.code)


def _by_status(status: int) -> tuple[Outcome, str]:
    if status == 429:
        return Outcome.RETRY, wording.TOO_MANY
    if status in {401, 403}:
        return Outcome.STOPPED, wording.ACCESS_ENDED
    if 300 <= status < 400 or status == 404:
        return Outcome.STOPPED, wording.NOT_THE_API
    if status >= 500 or status < 300:
        return Outcome.UNKNOWN, wording.NO_USABLE_ANSWER
    return Outcome.DEAD, wording.UNKNOWN_CODE
