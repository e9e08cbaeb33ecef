"""What every channel file owes us, whoever wrote it. A new file is tested the moment it exists."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from appliance.connectors import catalogue
from appliance.connectors.messages import Delivery, File, Identity, Inbound, OutboundMessage
from appliance.connectors.protocols import Channel, Tools, WebhookRequest
from appliance.conversation.outbox.values import DIRECT
from appliance.core import errors
from appliance.core.effects import Outcome
from appliance.core.http import Http
from tests.contracts.channels import SAMPLES
from tests.fakes.clock import FakeClock
from tests.fakes.web import CUT, Cut, Reply, Request, serving

ALL = catalogue.names("channels")
CALLING = sorted(set(ALL) - DIRECT)
NOW = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
NOBODY = "http://127.0.0.1:9"
PROVIDER_KINDS = {"phone", "email", "bsuid", "visitor"}

every = pytest.mark.parametrize("name", ALL)
every_calling = pytest.mark.parametrize("name", CALLING)
steady = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    made = Http()
    yield made
    await made.close()


def model_of(name: str) -> type[BaseModel]:
    found: type[BaseModel] = catalogue.module("channels", name).Settings
    return found


def connect(
    name: str, http: Http, *, base_url: str = NOBODY, secrets: dict[str, str] | None = None
) -> Channel:
    sample = SAMPLES[name]
    known = dict(sample.secrets) if secrets is None else secrets

    def secret(asked: str) -> str:
        if asked not in known:
            raise errors.Misconfigured(f"The secret {asked} is not set.")
        return known[asked]

    tools = Tools(
        http=http,
        clock=FakeClock(NOW),
        secret=secret,
        file={"f1": ("invite.ics", "text/calendar", b"BEGIN:VCALENDAR")}.get,
        public_url="https://desk.example",
    )
    given = model_of(name).model_validate(sample.settings(base_url), strict=True)
    made: Channel = catalogue.module("channels", name).connect(given, tools)
    return made


# -- settings --------------------------------------------------------------------------------------


def test_every_channel_that_calls_a_provider_has_a_sample():
    assert sorted(SAMPLES) == CALLING
    assert CALLING


@every
def test_every_setting_is_documented_and_no_other_is_taken(name):
    model = model_of(name)

    assert model.__doc__
    assert [key for key, it in model.model_fields.items() if not it.description] == []
    assert model.model_config.get("extra") == "forbid"
    assert model.model_config.get("frozen")
    with pytest.raises(ValidationError, match="no_such_setting"):
        model.model_validate({"no_such_setting": 1})


@every
def test_no_setting_holds_a_secret_itself(name):
    telling = re.compile(r"(?:token|password|secret|api_?key)(?!.*_secret$)")

    assert [key for key in model_of(name).model_fields if telling.search(key)] == [
        key
        for key in model_of(name).model_fields
        if key.endswith("_secret") and telling.search(key)
    ]


@every_calling
async def test_a_channel_is_connected_and_says_which_account_it_is(name, http):
    assert connect(name, http).account


@every_calling
async def test_a_channel_without_one_of_its_secrets_is_not_connected(name, http):
    sample = SAMPLES[name]

    assert sample.secrets
    for missing in sample.secrets:
        others = {key: value for key, value in sample.secrets.items() if key != missing}
        with pytest.raises(errors.Misconfigured, match=missing):
            connect(name, http, secrets=others)
        with pytest.raises(errors.Misconfigured, match=missing):
            connect(name, http, secrets={**others, missing: ""})


@every_calling
async def test_a_channel_shows_nobody_its_secrets(name, http):
    shown = repr(connect(name, http))

    assert [value for value in SAMPLES[name].secrets.values() if value in shown] == []


# -- what comes in ---------------------------------------------------------------------------------


@every_calling
async def test_what_the_provider_signed_is_taken_and_nothing_else(name, http):
    channel, sample = connect(name, http), SAMPLES[name]
    right = sample.sign(sample.bodies[0])

    channel.verify(right)
    changed = sample.bodies[0].replace(b"1", b"2", 1)
    assert changed != sample.bodies[0]
    for headers, body in (
        (right.headers, changed),
        (right.headers, b""),
        ({}, right.body),
        (dict.fromkeys(right.headers, ""), right.body),
        (dict.fromkeys(right.headers, "\x00é\ud800"), right.body),
        (dict.fromkeys(right.headers, "sha256=" + "0" * 64), right.body),
        (sample.sign(sample.bodies[0], "another secret").headers, right.body),
    ):
        wrong = WebhookRequest(
            method=right.method, url=right.url, headers=headers, query=right.query, body=body
        )
        with pytest.raises(errors.NotAllowed):
            channel.verify(wrong)


@every_calling
async def test_a_handshake_of_a_stranger_is_refused(name, http):
    channel = connect(name, http)

    for query in ({}, {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": ""}):
        request = WebhookRequest(method="GET", url="/", headers={}, query=query)
        with pytest.raises(errors.Refused):
            channel.handshake(request)


@every_calling
async def test_each_webhook_gives_something_and_the_same_each_time(name, http):
    channel = connect(name, http)

    for body in SAMPLES[name].bodies:
        found = channel.read(body)
        assert found
        assert found == channel.read(body)
        _judge(name, found)


@every_calling
@steady
@given(body=st.one_of(st.binary(max_size=60), _json.map(lambda it: json.dumps(it).encode())))
async def test_whatever_comes_is_read(name, http, body):
    _judge(name, connect(name, http).read(body))


@every_calling
@steady
@given(st.data())
async def test_a_webhook_with_a_wound_is_read(name, http, data):
    body = data.draw(st.sampled_from(SAMPLES[name].bodies))
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 60)))
    wound = data.draw(
        st.sampled_from([b"", b'"', b"{}", b"null", b"[]", b"1e999", b"\xff", b"\\u0000"])
    )

    _judge(name, connect(name, http).read(body[:start] + wound + body[end:]))


def _judge(name: str, found: list[Inbound]) -> None:
    assert isinstance(found, list)
    assert found
    for value in found:
        assert value.channel == name
        known_as = getattr(value, "provider_id", None) or getattr(value, "key", None)
        assert known_as
        for field in value.__slots__:
            held = getattr(value, field)
            if isinstance(held, datetime):
                assert held.tzinfo is not None
                assert held - NOW <= timedelta(days=1)
            if isinstance(held, str):
                held.encode("utf-8")
            if isinstance(held, Identity):
                assert held.kind in PROVIDER_KINDS
                assert held.value


# -- what goes out ---------------------------------------------------------------------------------

_words = st.lists(
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=30), max_size=9
)
_lots = st.integers(0, 900)


@every_calling
@steady
@given(words=_words, lots=_lots, choices=_words, citations=_words)
async def test_a_divided_message_keeps_all_its_words(name, http, words, lots, choices, citations):
    channel = connect(name, http)
    text = " ".join([*words, *(f"word{number}" for number in range(lots))])
    message = OutboundMessage(
        text,
        quick_replies=tuple(choices),
        citations=tuple(citations),
        files=(File("f1", "invite.ics", "text/calendar"),),
    )

    parts = channel.parts(message)

    said = " ".join(part.text for part in parts).split()
    assert _within(text.split(), said)
    shown = " ".join([*said, *(choice for part in parts for choice in part.quick_replies)])
    assert [choice for choice in choices if " ".join(choice.split()) not in shown] == []
    assert [citation for citation in citations if citation not in shown] == []
    assert [file.file_id for part in parts for file in part.files] == ["f1"]
    assert all(len(part.text) <= SAMPLES[name].longest for part in parts)
    assert all(part.text or part.files for part in parts)
    for part in parts:
        assert list(channel.parts(part)) == [part]


def _within(wanted: list[str], found: list[str]) -> bool:
    left = iter(found)
    return all(any(word == other for other in left) for word in wanted)


@every_calling
async def test_where_nobody_answers_nothing_was_sent(name, http):
    sample, channel = SAMPLES[name], connect(name, http)

    delivery = await channel.send(OutboundMessage("hello"), sample.to, key="k1")

    assert delivery.outcome is Outcome.RETRY
    assert delivery.provider_id is None
    assert delivery.code is None  # no answer of the provider's: it may be in trouble as a whole
    assert delivery.why


@every_calling
async def test_where_the_line_breaks_after_the_request_nobody_knows(name, http):
    async def hang_up(_request: Request) -> Cut:
        return CUT

    async with serving(hang_up) as site:
        channel = connect(name, http, base_url=site.url)
        delivery = await channel.send(OutboundMessage("hello"), SAMPLES[name].to, key="k1")

    assert len(site.requests) == 1
    assert delivery.outcome is Outcome.UNKNOWN


@every_calling
@pytest.mark.parametrize(
    "status", [200, 202, 204, 302, 400, 401, 403, 404, 413, 429, 500, 502, 503]
)
@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"[]", b"null", b'{"error":1}', b"\xff"])
async def test_whatever_the_provider_answers_is_judged(name, http, status, body):
    async def answer(_request: Request) -> Reply:
        return Reply(status, b"" if status == 204 else body)

    async with serving(answer) as site:
        channel = connect(name, http, base_url=site.url)
        delivery = await channel.send(OutboundMessage("hello"), SAMPLES[name].to, key="k1")
        await channel.seen("some-id")

    assert isinstance(delivery, Delivery)
    assert delivery.outcome is not Outcome.SENT
    assert delivery.why
    if status >= 500 or status < 300:
        assert delivery.outcome is Outcome.UNKNOWN


@every_calling
async def test_an_address_of_another_channel_is_not_tried(name, http):
    stranger = Identity("carrier pigeon", "coop 7")

    delivery = await connect(name, http).send(OutboundMessage("hello"), stranger, key="k1")

    assert delivery.outcome is Outcome.DEAD


@every_calling
async def test_seen_never_raises(name, http):
    await asyncio.wait_for(connect(name, http).seen("some-id"), 30)


@every_calling
async def test_why_nothing_may_be_sent_is_a_sentence_or_nothing(name, http):
    channel = connect(name, http)

    for heard_at in (None, NOW, NOW - timedelta(days=400), NOW + timedelta(days=1)):
        why = channel.may_send(now=NOW, heard_at=heard_at)
        assert why is None or why.endswith(".")
    assert channel.may_send(now=NOW, heard_at=NOW) is None


@every_calling
async def test_a_part_has_a_late_form_or_a_sentence_that_says_why_not(name, http):
    channel = connect(name, http)

    for part in (OutboundMessage("hello"), OutboundMessage("long " * 2000)):
        found = channel.late(part)
        assert found.late if isinstance(found, OutboundMessage) else found.endswith(".")


@every_calling
async def test_what_cannot_be_fetched_now_is_asked_for_later(name, http):
    with pytest.raises(errors.Unavailable):
        await connect(name, http).fetch(SAMPLES[name].media)


@every_calling
async def test_a_probe_ends_at_the_first_step_that_fails_and_says_what_to_do(name, http):
    steps = await connect(name, http).probe()

    assert all(step.name and step.says for step in steps)
    assert [step.passed for step in steps] == [True] * (len(steps) - 1) + [False]
