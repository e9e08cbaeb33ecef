"""Whatever a WhatsApp webhook holds, reading it raises nothing and gives what can be stored."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.connectors.messages import DeliveryReport, Inbound, InboundMessage
from appliance.connectors.whatsapp.read import Reader
from tests.connectors import payloads_whatsapp as payloads

NOW = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
BODIES = [it for _, it in sorted(payloads.own().items()) if "entry" in it]

_words = st.text(max_size=20) | st.sampled_from(
    [
        "text",
        "image",
        "interactive",
        "system",
        "edit",
        "failed",
        "",
        "\0",
        "\ud800",
        "US.1",
        "1" * 30,
    ]
)
_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=3),
    max_leaves=6,
)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """List every place in a body as (container, key)."""
    keys: list[Any] = []
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
    found = [(value, key) for key in keys]
    return found + [place for container, key in found for place in _places(container[key])]


@st.composite
def _mutated(draw: st.DrawFn) -> Any:
    body = copy.deepcopy(draw(st.sampled_from(BODIES)))
    for _ in range(draw(st.integers(1, 4))):
        places = _places(body)
        if not places:
            break
        container, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["replace", "remove", "double", "wrap", "text"])):
            case "remove":
                del container[key]
            case "double":
                container[key] = [container[key], container[key]]
            case "wrap":
                container[key] = {"messages": container[key]}
            case "text":
                container[key] = json.dumps(container[key])
            case _:
                container[key] = draw(_anything)
    return body


@settings(max_examples=300, deadline=None)
@given(_mutated())
def test_any_change_to_a_real_webhook_is_read(body):
    _judge(json.dumps(body).encode("ascii"))


@settings(max_examples=100, deadline=None)
@given(_anything)
def test_any_json_is_read(body):
    _judge(json.dumps(body).encode("ascii"))
    _judge(json.dumps({"entry": [{"changes": [{"value": body, "field": "messages"}]}]}).encode())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read(body):
    _judge(body)


def _judge(body: bytes) -> None:
    for number in ("1122334455667", "106540352242922"):
        reader = Reader(account=number, business="", now=NOW)
        found = reader.read(body)
        assert found
        assert found == reader.read(body)
        for value in found:
            _storable(value)


def _storable(value: Inbound) -> None:
    for name in value.__slots__:
        held = getattr(value, name)
        if isinstance(held, str):
            assert "\0" not in held
            held.encode("utf-8")
        if isinstance(held, datetime):
            assert held.tzinfo is not None
            assert held.year < 2027
    if isinstance(value, InboundMessage):
        assert value.provider_id
        assert value.sender
        assert value.text.strip()
    if isinstance(value, DeliveryReport):
        assert value.provider_id
