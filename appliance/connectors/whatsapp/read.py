"""A WhatsApp webhook as `Inbound` values: every entry, change, message and status, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from appliance.connectors import loose
from appliance.connectors.messages import (
    DeliveryReport,
    Echo,
    Edit,
    IdentityChange,
    Inbound,
    InboundMessage,
    Reaction,
    Revocation,
    Status,
)
from appliance.connectors.meta.graph import refusal_of
from appliance.connectors.whatsapp import content, notices, refusals, wording
from appliance.connectors.whatsapp.notices import CHANNEL
from appliance.connectors.whatsapp.people import Contacts, bsuid, phone
from appliance.core.safe_text import one_line

_STATUSES = {
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.READ,
    "played": Status.READ,  # a voice message that was listened to
    "failed": Status.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads for one of our numbers.

    Attributes:
        account: Our phone number id. What is addressed to another number becomes a notice
            `other_number` of that number: an app with several numbers hands us all of theirs.
        business: Our business account id, "" where it is not told.
        now: The time to take where the provider gives none.
    """

    account: str
    business: str
    now: datetime

    def read(self, body: bytes) -> list[Inbound]:
        """Read a verified body; what nobody understands is a `Notice`."""
        try:
            told = loose.thing(loose.parse(body))
            entries = loose.listed(told.get("entry"))
            found = [value for entry in entries for value in self._of(entry)]
        except (ValueError, RecursionError):
            return [notices.unreadable(self.account, body)]
        if found:
            return found
        if told.get("object") == "whatsapp_business_account":
            return [notices.make(self.account, "nothing", wording.NOTHING, told)]
        return [notices.unreadable(self.account, body)]

    def _of(self, told: object) -> Iterator[Inbound]:
        entry = loose.thing(told)
        changes = loose.listed(entry.get("changes"))
        if not changes:
            yield notices.make(self.account, "nothing", wording.NOTHING, told)
        for change in map(loose.thing, changes):
            value = loose.thing(change.get("value"))
            # A call carries statuses too, but none of a message of ours.
            is_call = loose.name(change.get("field")) == "calls"
            read = [] if is_call else [found for name in value for found in self._each(value, name)]
            if not read:
                is_ours = not self.business or loose.name(entry.get("id")) == self.business
                read = [notices.of_change(self.account, change, entry, is_ours=is_ours)]
            yield from read
            for error in loose.things(value.get("errors")):
                yield notices.of_error(self.account, error)

    def _each(self, value: loose.Thing, name: str) -> Iterator[Inbound]:
        """Read one of a value's arrays, as far as it is addressed to our number."""
        reader = self._readers.get(name)
        if reader is None:
            return
        number = loose.name(loose.thing(value.get("metadata")).get("phone_number_id"))
        contacts = Contacts(loose.things(value.get("contacts")))
        for told in loose.listed(value.get(name)):
            item = loose.thing(told)
            if not item:
                yield notices.make(self.account, "unreadable", wording.UNREADABLE, [name, told])
            elif number and number != self.account:
                says = wording.OTHER_NUMBER.format(account=one_line(number, limit=40))
                yield notices.make(number, "other_number", says, [number, name, item])
            elif "group_id" in item or loose.name(item.get("recipient_type")) == "group":
                yield notices.make(self.account, "group", wording.GROUP, item)
            else:
                yield reader(item, contacts)

    @property
    def _readers(self) -> Mapping[str, Callable[[loose.Thing, Contacts], Inbound]]:
        return {
            "messages": self._message,
            "message_echoes": self._echo,
            "statuses": self._status,
            "user_id_update": self._identity,
        }

    # -- from contacts -----------------------------------------------------------------------------

    def _message(self, item: loose.Thing, contacts: Contacts) -> Inbound:
        kind = loose.name(item.get("type"))
        if kind == "system":
            return self._system(item)
        changed = self._changed(kind, item, ours=False)
        if changed is not None:
            return changed
        interactive = loose.thing(item.get("interactive"))
        if kind == "interactive" and "call_permission_reply" in interactive:
            answer = loose.name(loose.thing(interactive["call_permission_reply"]).get("response"))
            says = wording.CALL_PERMISSION.format(answer=one_line(answer, limit=40) or "?")
            return notices.make(self.account, "call_permission_reply", says, item)
        if kind == "request_welcome":
            return notices.make(self.account, kind, wording.CHAT_OPENED, item)
        sender = contacts.sender(item)
        if sender is None:
            return notices.make(self.account, "nobody", wording.NOBODY, item)
        said = content.read(item)
        return InboundMessage(
            channel=CHANNEL,
            account=self.account,
            provider_id=self._id(item),
            sender=sender.first.value,
            identity_kind=sender.first.kind,
            text=said.text,
            sent_at=self._at(item),
            raw=loose.raw(item),
            name=sender.name,
            also=sender.also,
            kind=said.kind,
            is_described=said.is_described,
            media=said.media,
            reply_to=loose.name(loose.thing(item.get("context")).get("id")) or None,
            choice=said.choice,
            referral=content.referral(item),
        )

    def _changed(self, kind: str, item: loose.Thing, *, ours: bool) -> Inbound | None:
        """Read what changes an earlier message; None for a message of its own."""
        about = loose.thing(item.get(kind))
        given = (CHANNEL, self.account, self._id(item))
        if kind == "reaction":
            of, emoji = loose.name(about.get("message_id")), loose.name(about.get("emoji"))
            if ours:
                return notices.make(self.account, "our_reaction", wording.OUR_REACTION, item)
            return Reaction(*given, of, emoji or None, self._at(item))
        of = loose.name(about.get("original_message_id"))
        if kind == "edit":
            words = content.read(loose.thing(about.get("message"))).text
            return Edit(*given, of, words, self._at(item), ours=ours)
        if kind == "revoke":
            return Revocation(*given, of, self._at(item), ours=ours)
        return None

    def _system(self, item: loose.Thing) -> Inbound:
        told = loose.thing(item.get("system"))
        kind = loose.name(told.get("type"))
        if kind == "customer_identity_changed":
            return notices.make(self.account, kind, wording.SECURITY_CHANGE, item)
        old_phone = phone(told.get("customer")) or phone(item.get("from"))
        new_phone = phone(told.get("wa_id")) or phone(told.get("new_wa_id"))
        old_user, new_user = bsuid(item.get("from_user_id")), bsuid(told.get("user_id"))
        for old, new in (
            (old_phone, new_phone),
            (old_user, new_user),
            (old_phone, new_user),  # the new number is hidden
            (old_user, new_phone),
        ):
            if old and new and old != new:
                given = (CHANNEL, self.account, self._id(item))
                return IdentityChange(*given, old, new, self._at(item))
        return notices.make(self.account, kind or "system", wording.OWN_CHANGE, item)

    def _identity(self, item: loose.Thing, _contacts: Contacts) -> Inbound:
        """Read a `user_id_update`: the same person under a new user id."""
        told = loose.thing(item.get("user_id"))
        old, new = bsuid(told.get("previous")), bsuid(told.get("current"))
        old = old or phone(item.get("wa_id"))
        if old is None or new is None:
            return notices.make(self.account, "user_id_update", wording.OWN_CHANGE, item)
        given = (CHANNEL, self.account, f"user_id_update:{loose.digest(item)}")
        return IdentityChange(*given, old, new, self._at(item))

    # -- from ourselves ----------------------------------------------------------------------------

    def _echo(self, item: loose.Thing, _contacts: Contacts) -> Inbound:
        """Read what a colleague wrote in the WhatsApp Business app."""
        changed = self._changed(loose.name(item.get("type")), item, ours=True)
        if changed is not None:
            return changed
        known = [one for one in (phone(item.get("to")), bsuid(item.get("to_user_id"))) if one]
        if not known:
            return notices.make(self.account, "nobody", wording.NOBODY, item)
        return Echo(
            channel=CHANNEL,
            account=self.account,
            provider_id=self._id(item),
            recipient=known[0],
            text=content.read(item).text,
            sent_at=self._at(item),
            raw=loose.raw(item),
            also=tuple(known[1:]),
        )

    def _status(self, item: loose.Thing, _contacts: Contacts) -> Inbound:
        """Read what became of a message of ours. Statuses come in any order, some never."""
        status = _STATUSES.get(loose.name(item.get("status")).lower())
        provider_id = loose.name(item.get("id"))
        if status is None or not provider_id or loose.name(item.get("type")) == "call":
            says = wording.FIELD_EVENT.format(
                field="a status", event=one_line(loose.name(item.get("status")), limit=40)
            )
            return notices.make(self.account, "status", says, item)
        outcome, why, code, most = None, "", None, None
        if status is Status.FAILED:
            found = (refusal_of(error) for error in loose.things(item.get("errors")))
            first = next((refusal for refusal in found if refusal), None)
            outcome, why, code = refusals.judge_report(first)
            most = refusals.most_attempts(first)
        return DeliveryReport(
            channel=CHANNEL,
            account=self.account,
            provider_id=provider_id,
            status=status,
            at=self._at(item),
            outbox_id=loose.name(item.get("biz_opaque_callback_data")) or None,
            outcome=outcome,
            code=code,
            why=why,
            most_attempts=most,
        )

    def _id(self, item: loose.Thing) -> str:
        return loose.name(item.get("id")) or f"none:{loose.digest(item)}"

    def _at(self, item: loose.Thing) -> datetime:
        return loose.moment(item.get("timestamp"), self.now)
