"""Rules about language models: who serves them, how long they may take, what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from appliance.config import model, nodes
from appliance.config.problems import Finding, Steps, shown
from appliance.config.rule_file import RuleFile

_KEYED = {"openai", "anthropic", "google"}
_LLM: Steps = ("workflow", "llm")


def models(file: RuleFile) -> Iterator[Finding]:
    """Find models without a name, an address or a key."""
    for steps in places(file):
        provider = file.text(*steps, "provider")
        if provider is None or provider == "desk":
            continue
        if nodes.find(file.root, *steps, "model") is None:
            do = "add model: the provider's name of it"
            yield file.finding((*steps, "model"), f"{provider} has no model", do)
        if provider == "openai_compatible":
            if nodes.find(file.root, *steps, "base_url") is None:
                do = "add base_url, e.g. http://localhost:11434/v1"
                yield file.finding((*steps, "base_url"), "the server's address is missing", do)
        elif nodes.find(file.root, *steps, "credentials_secret") is None and provider in _KEYED:
            do = "add credentials_secret: the name of the secret that holds the key"
            yield file.finding((*steps, "credentials_secret"), f"{provider} needs a key", do)


def embedder(file: RuleFile) -> Iterator[Finding]:
    """Find an embedder behind an address of which address or model is not told."""
    at: Steps = ("knowledge", "embedder")
    if file.text(*at, "provider") != "openai_compatible":
        return
    for name, do in (
        ("model", "add model: the server's name of it, e.g. nomic-embed-text"),
        ("base_url", "add base_url, e.g. http://localhost:11434/v1"),
    ):
        if nodes.find(file.root, *at, name) is None:
            yield file.finding((*at, name), f"the embedder's {name} is missing", do)


def patience(file: RuleFile) -> Iterator[Finding]:
    """Find models whose first word may come later than their whole answer."""
    for steps in places(file):
        if file.text(*steps, "provider") in {None, "desk"}:
            continue
        first = _seconds(file, (*steps, "first_s"))
        total = _seconds(file, (*steps, "total_s"))
        if first > total:
            which = "first_s" if nodes.find(file.root, *steps, "first_s") else "total_s"
            what = f"the first word may take {first:g} s, longer than the whole answer ({total:g})"
            yield file.finding((*steps, which), what, "make first_s the smaller one")


def prices(file: RuleFile) -> Iterator[Finding]:
    """Find prices in another currency than the client's, and prices written twice."""
    ours = file.text("client", "currency") or str(model.Client.model_fields["currency"].default)
    seen: dict[tuple[str | None, ...], Steps] = {}
    for at, _ in file.items(*_LLM, "prices"):
        currency = file.text(*at, "currency")
        if currency is not None and currency != ours:
            yield file.finding(
                (*at, "currency"),
                f"the price is in {shown(currency)}, but the client counts in {ours}",
                f"write the price in {ours}: limits and reports are in it",
            )
        key = tuple(file.text(*at, name) for name in ("model", "provider", "valid_from"))
        if key[0] is not None and key[2] is not None and seen.setdefault(key, at) != at:
            what = f"{shown(key[0])} has two prices from {key[2]}"
            yield file.finding((*at, "valid_from"), what, "remove one, or give it another day")


def spending(file: RuleFile) -> Iterator[Finding]:
    """Find a cap on money that cannot be counted: a model without a price."""
    cap = next(
        (
            ("behavior", "spending", name)
            for name in ("per_day", "per_conversation")
            if nodes.find(file.root, "behavior", "spending", name) is not None
        ),
        None,
    )
    if cap is None:
        return
    priced = {
        (file.text(*at, "model"), file.text(*at, "provider"))
        for at, _ in file.items(*_LLM, "prices")
    }
    for steps in places(file):
        provider, name = file.text(*steps, "provider"), file.text(*steps, "model")
        if provider in {None, "desk"} or name is None or {(name, None), (name, provider)} & priced:
            continue
        yield file.finding(
            (*steps, "model"),
            f"{shown(name)} has no price, so {'.'.join(map(str, cap))} cannot be kept",
            "add it to workflow.llm.prices (0 for a server of your own)",
        )


def places(file: RuleFile) -> list[Steps]:
    """Give where models stand: the first, its fallbacks, the phone's."""
    fallbacks = [steps for steps, _ in file.items(*_LLM, "fallbacks")]
    return [_LLM, *fallbacks, ("voice", "config", "llm")]


def _seconds(file: RuleFile, steps: Steps) -> Decimal:
    """Read a number of seconds, or its default where it is missing or none."""
    default = Decimal(str(model.ModelProfile.model_fields[str(steps[-1])].default))
    node = nodes.find(file.root, *steps)
    if not isinstance(node, nodes.Scalar):
        return default
    try:
        number = Decimal(node.written.strip())
    except InvalidOperation:
        return default
    return number if number.is_finite() else default
