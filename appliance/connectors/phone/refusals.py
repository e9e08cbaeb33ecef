"""Why livekit-sip did not let a call in, as its log tells it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from appliance.config import model

ADDRESS = "its address is none of voice.phone.allowed_addresses"
NUMBER = "what it dialled is none of voice.phone.numbers"
LOGIN = "its user name or password is not that of voice.phone"
NO_TRUNK = "the telephone is not set up yet"

_NO_MEDIA = "Cannot start media"
_NO_RULE = {
    "Dropping inbound flood",
    "Rejecting inbound flood",
    "Rejecting inbound call, doesn't match any Dispatch Rules",
}


def reason(said: Mapping[str, Any], phone: model.Phone) -> str | None:
    """Say why the call was turned away of which a line tells; None where it tells of none.

    A call that fits no trunk is refused for its codecs, by the rule for others (`trunks`).
    """
    told = str(said.get("msg", ""))
    if told.startswith("Authentication failed"):
        return LOGIN
    if told in _NO_RULE:
        return NO_TRUNK
    if told != _NO_MEDIA or said.get("sipTrunk"):
        return None
    return NUMBER if _may_call(str(said.get("fromIP", "")), phone) else ADDRESS


def _may_call(address: str, phone: model.Phone) -> bool:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(known in ipaddress.ip_network(each) for each in phone.allowed_addresses)
