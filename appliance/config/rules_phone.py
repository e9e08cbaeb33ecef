"""Rules about the telephone: who may call, and how they prove it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from appliance.config import nodes
from appliance.config.problems import Finding, Steps, shown
from appliance.config.rule_file import RuleFile

_PHONE: Steps = ("voice", "phone")


def phone(file: RuleFile) -> Iterator[Finding]:
    """Find addresses that are none, and half of a user name and password."""
    for steps, address in file.texts(*_PHONE, "allowed_addresses"):
        try:
            ipaddress.ip_network(address)
        except ValueError as cause:
            host_bits = "host bits" in str(cause)
            do = (
                f"write {ipaddress.ip_network(address, strict=False)}"
                if host_bits
                else "write an address or a network, e.g. 192.168.1.0/24"
            )
            yield file.finding(steps, f"{shown(address)} is no address of a network", do)
    given = {
        name: nodes.find(file.root, *_PHONE, name) is not None
        for name in ("username", "password_secret")
    }
    if given["username"] != given["password_secret"]:
        has, lacks = sorted(given, key=lambda name: not given[name])
        yield file.finding((*_PHONE, has), f"{has} is given without {lacks}", f"add {lacks}")
