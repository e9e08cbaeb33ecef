"""Rules about the telephone: who may call, what they are told, and whom the bot may call."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

import phonenumbers

from appliance.config import model, nodes, rules_hours
from appliance.config.nearest import advice
from appliance.config.problems import Finding, Steps, shown
from appliance.config.rule_file import RuleFile

_PHONE: Steps = ("voice", "phone")
_TRUNK: Steps = ("voice", "trunk")
_OUTBOUND: Steps = ("voice", "outbound")
_MISSED: Steps = ("voice", "missed_call")
_RECORDING: Steps = ("voice", "recording")


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
    yield from _half_a_login(file, _PHONE)


def trunk(file: RuleFile) -> Iterator[Finding]:
    """Find half of a user name and password, and persons whom no call of ours can reach."""
    yield from _half_a_login(file, _TRUNK)
    if file.text(*_PHONE, "transfer") != "warm":
        return
    for steps in [
        (*_PHONE, "transfer_to"),
        *((*at, "phone") for at, _ in file.items("departments")),
    ]:
        to = file.text(*steps) or ""
        if to.startswith("tel:") and not _has(file, _TRUNK):
            yield file.finding(
                steps,
                f"{shown(to)} cannot be called: a warm transfer needs a way out",
                "add voice.trunk, or write an address like sip:200@pbx.example",
            )
        if to.startswith(("sip:", "sips:")) and "@" not in to:
            yield file.finding(
                steps,
                f"{shown(to)} cannot be called: it names a host, and nobody there",
                "write whom to call, e.g. sip:200@pbx.example",
            )


def outbound(file: RuleFile) -> Iterator[Finding]:
    """Find countries that are none, hours the wrong way round, and what calls of ours need."""
    for steps, country in file.texts(*_OUTBOUND, "countries"):
        if country not in phonenumbers.SUPPORTED_REGIONS:
            do = advice(country, phonenumbers.SUPPORTED_REGIONS)
            yield file.finding(steps, f"{shown(country)} is no country with telephones", do)
    yield from _backward_hours(file, _OUTBOUND, model.Outbound())
    if file.is_on(*_OUTBOUND, "enabled"):
        for what, do in _lacks_for_outbound(file):
            yield file.finding((*_OUTBOUND, "enabled"), what, do)


def _lacks_for_outbound(file: RuleFile) -> Iterator[tuple[str, str]]:
    """Say what keeps the bot from calling anybody, and what to do."""
    if not file.is_on("voice", "enabled"):
        yield "voice.enabled is off: nobody is called", "switch it on"
    if file.is_on(*_PHONE, "enabled") is False:
        yield "voice.phone.enabled is off: nobody is called", "switch it on"
    if not _has(file, _TRUNK):
        yield "voice.trunk is missing: calls of ours are sent there", "add it"
    if not _has(file, ("voice", "config")):
        yield "voice.config is missing: it names who speaks and listens", "add it"


def missed_call(file: RuleFile) -> Iterator[Finding]:
    """Find hours in which nobody is ever written to."""
    yield from _backward_hours(file, _MISSED, model.MissedCall())


def _backward_hours(
    file: RuleFile, section: Steps, usual: model.Outbound | model.MissedCall
) -> Iterator[Finding]:
    """Check both ends of the hours: times of day, and the first before the last."""
    ends = {"not_before": usual.not_before, "not_after": usual.not_after}
    minutes = {key: at.hour * 60 + at.minute for key, at in ends.items()}
    for key in ends:
        read = rules_hours.minute_of(file, (*section, key))
        if isinstance(read, int):
            minutes[key] = read
        elif read is not None:
            yield read
            return
    if minutes["not_before"] >= minutes["not_after"]:
        written = {key: file.text(*section, key) or f"{ends[key]:%H:%M}" for key in ends}
        yield file.finding(
            (*section, "not_after" if file.text(*section, "not_after") else "not_before"),
            f"no minute lies between {written['not_before']} and {written['not_after']}",
            "let not_before be earlier than not_after",
        )


def _half_a_login(file: RuleFile, section: Steps) -> Iterator[Finding]:
    given = {name: _has(file, (*section, name)) for name in ("username", "password_secret")}
    if given["username"] != given["password_secret"]:
        has, lacks = sorted(given, key=lambda name: not given[name])
        yield file.finding((*section, has), f"{has} is given without {lacks}", f"add {lacks}")


def _has(file: RuleFile, steps: Steps) -> bool:
    return nodes.find(file.root, *steps) is not None


def recording(file: RuleFile) -> Iterator[Finding]:
    """Find a key that refuses a recording without callers being told of it."""
    key = file.text(*_RECORDING, "refuse_key")
    sentence = file.text(*_RECORDING, "sentence") or ""
    if key and key not in sentence:
        yield file.finding(
            (*_RECORDING, "refuse_key"),
            f"no caller is told of the key {shown(key)}",
            f'name it in voice.recording.sentence, e.g. "... press {key} if you do not want that."',
        )
