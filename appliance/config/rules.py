"""Business rules: what a well-formed config must also keep to.

Each rule looks at the file's tree and passes over what is not there or of the wrong kind (the
schema says that), so that all rules speak at once, whatever else is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation

from appliance.config import (
    model,
    nodes,
    rules_hours,
    rules_mcp,
    rules_models,
    rules_names,
    rules_phone,
)
from appliance.config.catalogue import Catalogue
from appliance.config.problems import Finding, Steps, shown
from appliance.config.rule_file import RuleFile

_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+|[^\s@]+@localhost")
_URL = re.compile(r"https?://[^\s/]+(/\S*)?")


def check(
    root: nodes.Mapping, catalogue: Catalogue, secrets: Callable[[str], bool]
) -> Iterator[Finding]:
    """Find every break of a rule; `secrets` tells whether a secret of a name exists."""
    file = RuleFile(root, catalogue, secrets)
    for rule in _RULES:
        yield from rule(file)


def _discounts(file: RuleFile) -> Iterator[Finding]:
    for at, _ in file.items("workflow", "tools"):
        steps = (*at, "config", "discount_authority")
        node = nodes.find(file.root, *steps)
        share = _decimal(node.written) if isinstance(node, nodes.Scalar) else None
        if share is not None and share > model.DISCOUNT_CEILING:
            yield file.finding(
                steps,
                f"{float(share):g} means a discount of {float(share) * 100:g} %, above the ceiling",
                f"write at most {model.DISCOUNT_CEILING} (20 %); more needs a person's approval",
            )


def _decimal(written: str) -> Decimal | None:
    """Read a number however it is written, in quotes too."""
    try:
        number = Decimal(written.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _secrets(file: RuleFile) -> Iterator[Finding]:
    for steps, scalar in nodes.scalars(file.root):
        key = steps[-1] if steps else None
        if not isinstance(key, str) or not key.endswith("_secret"):
            continue
        name = scalar.value
        if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", name):
            if name is not None:
                yield file.finding(
                    steps,
                    "is not the name of a secret",
                    "write a name of small letters, digits and -, never the secret itself",
                )
        elif not _is_off(file, steps) and not file.secrets(name):
            yield file.finding(
                steps, f"the secret {shown(name)} is not set", f"run: appliance secrets set {name}"
            )


def _is_off(file: RuleFile, steps: Steps) -> bool:
    """Tell whether a section around a value is switched off."""
    return any(file.is_on(*steps[:n], "enabled") is False for n in range(len(steps)))


def _addresses(file: RuleFile) -> Iterator[Finding]:
    emails: list[Steps] = [("facts", "email")]
    emails += [(*at, "email") for at, _ in file.items("departments")]
    for steps in emails:
        value = file.text(*steps)
        if value is not None and not _ADDRESS.fullmatch(value):
            what = f"{shown(value)} is not an e-mail address"
            yield file.finding(steps, what, "write e.g. hello@acme.example")
    urls: list[Steps] = [("facts", "website"), ("knowledge", "embedder", "base_url")]
    urls += [(*at, "base_url") for at in rules_models.places(file)]
    for steps in urls:
        value = file.text(*steps)
        if value is not None and not _URL.fullmatch(value):
            what = f"{shown(value)} is not a web address"
            yield file.finding(steps, what, "begin with https:// (or http://)")


def _validity(file: RuleFile) -> Iterator[Finding]:
    for where in (("facts", "prices"), ("facts", "policies")):
        for at, _ in file.items(*where):
            start, end = file.text(*at, "valid_from"), file.text(*at, "valid_until")
            if start and end and end < start:
                what = f"ends on {shown(end)}, before it begins on {shown(start)}"
                yield file.finding((*at, "valid_until"), what, "turn the two days round")


_RULES: tuple[Callable[[RuleFile], Iterator[Finding]], ...] = (
    rules_hours.hours,
    rules_hours.zone,
    rules_hours.holidays,
    rules_names.intents,
    rules_names.references,
    rules_names.unique,
    rules_names.examples,
    _discounts,
    _secrets,
    rules_models.models,
    rules_models.embedder,
    rules_models.patience,
    rules_models.prices,
    rules_models.spending,
    _addresses,
    _validity,
    rules_phone.phone,
    rules_phone.trunk,
    rules_phone.outbound,
    rules_phone.missed_call,
    rules_phone.recording,
    rules_mcp.servers,
    rules_mcp.secrets,
    rules_mcp.names,
    rules_mcp.templates,
)
