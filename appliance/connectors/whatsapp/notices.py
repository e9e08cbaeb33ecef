"""What WhatsApp tells about the account itself, as notices for operators."""

from __future__ import annotations

from appliance.connectors import loose
from appliance.connectors.messages import Notice
from appliance.connectors.meta.graph import refusal_of
from appliance.connectors.whatsapp import refusals, wording
from appliance.core.effects import Outcome
from appliance.core.safe_text import one_line

CHANNEL = "whatsapp"

_ENDED = {"ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED"}
# Restrictions that also silence answers; one on business-initiated messages leaves them free.
_SILENCING = {"RESTRICTED_CUSTOMER_INITIATED_MESSAGING", "RESTRICTED_USER_INITIATED_MESSAGING"}


def make(
    account: str, kind: str, says: str, about: object, *, stops: bool = False, salt: object = ""
) -> Notice:
    """Make a notice about a part of a webhook; the same part makes the same key."""
    kind = one_line(kind, limit=80) or "unknown"
    key = f"{kind}:{loose.digest([kind, about, salt])}"
    return Notice(CHANNEL, account, key, kind, says, raw=loose.raw(about), stops=stops)


def unreadable(account: str, body: bytes) -> Notice:
    """Make the notice of a body nobody can read."""
    key = f"unreadable:{loose.digest(body.hex())}"
    return Notice(CHANNEL, account, key, "unreadable", wording.UNREADABLE, raw=body)


def of_change(account: str, change: loose.Thing, entry: loose.Thing, *, is_ours: bool) -> Notice:
    """Make the notice of a change that is no message; `is_ours`: of the account we serve."""
    field = loose.name(change.get("field")) or "unknown"
    value = loose.thing(change.get("value"))
    event = one_line(_event(value), limit=120)
    told = wording.FIELDS.get(field, one_line(field, limit=80))
    says = wording.FIELD_EVENT if event else wording.FIELD
    stops = is_ours and field == "account_update" and _silences(value)
    sentence = says.format(field=told, event=event)
    if stops:
        sentence = f"{sentence} {wording.CANNOT_SEND}"
    # The entry's time tells one "restricted" from the next; a repeated delivery carries the same.
    return make(account, field, sentence, change, stops=stops, salt=entry.get("time"))


def of_error(account: str, error: loose.Thing) -> Notice:
    """Make the notice of an error WhatsApp reports beside messages."""
    refusal = refusal_of(error)
    outcome, why, code = refusals.judge_report(refusal)
    says = wording.ERROR.format(code=code or "?", why=why)
    return make(account, "errors", says, error, stops=outcome is Outcome.STOPPED)


def _event(value: loose.Thing) -> str:
    """Give the words of a change that tell operators most."""
    name = loose.name(value.get("message_template_name")) or loose.name(value.get("wa_id"))
    words = [
        loose.name(value.get(key))
        for key in ("event", "decision", "alert_type", "new_quality_score", "current_limit",
                    "new_category", "reason", "country")
    ]  # fmt: skip
    restrictions = [
        loose.name(item.get("restriction_type"))
        for item in loose.things(value.get("restriction_info"))
    ]
    ban = loose.name(loose.thing(value.get("ban_info")).get("waba_ban_state"))
    violation = loose.name(loose.thing(value.get("violation_info")).get("violation_type"))
    wishes = [loose.name(item.get("value")) for item in loose.things(value.get("user_preferences"))]
    calls = [loose.name(item.get("event")) for item in loose.things(value.get("calls"))]
    said = (*words, ban, violation, *restrictions, *wishes, *calls)
    shown = ", ".join(word for word in said if word and word != "NONE")
    return f"{name}: {shown}" if name and shown else shown or name


def _silences(value: loose.Thing) -> bool:
    event = loose.name(value.get("event"))
    if event == "DISABLED_UPDATE":
        # SCHEDULE_FOR_DISABLE is a warning, REINSTATE good news.
        return loose.name(loose.thing(value.get("ban_info")).get("waba_ban_state")) == "DISABLE"
    if event == "ACCOUNT_RESTRICTION":
        return any(
            loose.name(item.get("restriction_type")) in _SILENCING
            for item in loose.things(value.get("restriction_info"))
        )
    return event in _ENDED
