"""Rules about what names what: intents, tools, policies, products, ids."""

from __future__ import annotations

import re
from collections.abc import Iterator

from appliance.config import model, nodes
from appliance.config.nearest import advice
from appliance.config.problems import Finding, Steps, shown
from appliance.config.rule_file import RuleFile, is_filled

_WAYS = tuple(model.Reply.model_fields)
_FACTS: dict[str, list[tuple[str, ...]]] = {
    "address": [("facts", "address")],
    "contact": [("facts", "phone"), ("facts", "email"), ("facts", "website")],
    "departments": [("departments",)],
    "products": [("facts", "prices")],
}


def intents(file: RuleFile) -> Iterator[Finding]:
    """Check what each intent answers with."""
    tools = file.enabled_tools()
    listed = file.names("name", "workflow", "tools")
    policies = file.names("id", "facts", "policies")
    for at, item in file.items("workflow", "intents"):
        steps = (*at, "reply")
        reply = nodes.find(item, "reply")
        if not isinstance(reply, nodes.Mapping):
            continue
        ways = [key for key in _WAYS if is_filled(nodes.find(reply, key))]
        if len(ways) != 1:
            said = f"has {len(ways)} ways to answer: {', '.join(ways)}" if ways else "says nothing"
            do = f"write exactly one of {', '.join(_WAYS)}"
            yield file.finding(steps, said, do)
        tool = nodes.text(reply, "tool")
        if tool is not None and tool not in tools:
            off = tool in listed
            yield file.finding(
                (*steps, "tool"),
                f"the tool {shown(tool)} is {'switched off' if off else 'not in workflow.tools'}",
                "write enabled: true there" if off else advice(tool, tools, none="add it there"),
            )
        policy = nodes.text(reply, "policy")
        if policy is not None and policy not in policies:
            yield file.finding(
                (*steps, "policy"),
                f"there is no policy {shown(policy)} in facts.policies",
                advice(policy, policies, none="add it there"),
            )
        yield from _fact(file, steps, nodes.text(reply, "fact"))


def _fact(file: RuleFile, steps: Steps, fact: str | None) -> Iterator[Finding]:
    """Check that a fact which is to be told is there."""
    needs = _FACTS.get(fact or "", [])
    if needs and not any(is_filled(nodes.find(file.root, *way)) for way in needs):
        yield file.finding(
            (*steps, "fact"),
            f"there is nothing to answer with: {' and '.join('.'.join(way) for way in needs)} "
            f"{'is' if len(needs) == 1 else 'are'} empty",
            "fill it in, or answer in another way",
        )


def references(file: RuleFile) -> Iterator[Finding]:
    """Check the products and tools that behavior names."""
    products = file.names("id", "facts", "prices")
    for at, name in file.texts("behavior", "cross_sell_upsell", "products"):
        if name not in products:
            yield file.finding(
                at,
                f"there is no product {shown(name)} in facts.prices",
                advice(name, products, none="add it there"),
            )
    tools = file.enabled_tools()
    for at, name in file.texts("behavior", "survey", "ask_after"):
        if name not in tools:
            yield file.finding(
                at,
                f"the tool {shown(name)} is not switched on in workflow.tools",
                advice(name, tools, none="add it there"),
            )


def unique(file: RuleFile) -> Iterator[Finding]:
    """Check that names and ids are not taken twice."""
    lists: tuple[tuple[str, Steps], ...] = (
        ("name", ("workflow", "tools")),
        ("name", ("workflow", "mcp_servers")),
        ("name", ("workflow", "intents")),
        ("id", ("facts", "prices")),
        ("id", ("facts", "policies")),
        ("id", ("departments",)),
        ("on", ("calendar", "exceptions")),
    )
    for key, where in lists:
        first = file.names(key, *where)
        for at, item in file.items(*where):
            name = nodes.text(item, key)
            if name is not None and first[name] != at:
                line = nodes.place(file.root, (*first[name], key))[0]
                yield file.finding(
                    (*at, key),
                    f"{shown(name)} is taken",
                    f"give it another {key} or merge it with the one on line {line}",
                )


def examples(file: RuleFile) -> Iterator[Finding]:
    """Warn of an example that stands in two intents."""
    seen: dict[str, tuple[str, int]] = {}
    for at, item in file.items("workflow", "intents"):
        intent = nodes.text(item, "name") or "?"
        for steps, example in file.texts(*at, "examples"):
            words = " ".join(re.findall(r"\w+", example.lower()))
            other, line = seen.setdefault(words, (intent, nodes.place(file.root, steps)[0]))
            if other != intent:
                yield file.finding(
                    steps,
                    f"{shown(example)} is also an example of {shown(other)}",
                    f"keep it in one of the two; the other is on line {line}",
                    warning=True,
                )
