"""Who may speak to the WhatsApp webhook: the handshake and the signature."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.connectors.meta import webhooks
from appliance.connectors.protocols import WebhookRequest
from appliance.core import errors
from tests.connectors import payloads_whatsapp as payloads
from tests.connectors.conftest import Connect
from tests.fakes import shared, whatsapp

REAL = payloads.own()["sig_meta_sha256_real"]
BODY, SECRET = REAL["body"].encode(), REAL["secret"]
SIGNATURE = REAL["headers"]["X-Hub-Signature-256"]


def arriving(signature: str | None, body: bytes = BODY) -> WebhookRequest:
    headers = {} if signature is None else {"x-hub-signature-256": signature}
    return WebhookRequest(
        method="POST", url="/webhooks/whatsapp", headers=headers, query={}, body=body
    )


def is_right(request: WebhookRequest, *secrets: str) -> bool:
    try:
        webhooks.verify(request, secrets)
    except errors.NotAllowed:
        return False
    return True


def test_a_real_signature_of_metas_is_right():
    assert is_right(arriving(SIGNATURE), SECRET)


@shared.needs_shared
@pytest.mark.parametrize("name", ["sig_meta_sha256_real", "sig_meta_sha256_tampered"])
def test_the_collected_signatures_are_judged_right(name):
    vector = payloads.collected()[name]
    request = arriving(vector["headers"]["X-Hub-Signature-256"], vector["body"].encode())

    assert is_right(request, vector["secret"]) is vector["valid"]


@pytest.mark.parametrize(
    "signature",
    [
        None, "", "sha256=", SIGNATURE[:-1], SIGNATURE + "0", SIGNATURE.upper(), SIGNATURE[7:],
        SIGNATURE.replace("sha256", "sha1"), SIGNATURE.replace("sha256", "SHA256"),
        f" {SIGNATURE}", f"{SIGNATURE} ", f"{SIGNATURE}\n", f"{SIGNATURE},{SIGNATURE}",
        f"sha256={SIGNATURE[7:].upper()}", "sha256=" + "٣" * 64, "sha256=" + "é" * 64,
        "sha256=" + "0" * 64, SIGNATURE.replace("=", ": "), "sha256=" + "\ud800" * 64,
    ],
    ids=range(19),
)  # fmt: skip
def test_a_signature_that_is_missing_malformed_or_wrong_is_refused(signature):
    assert not is_right(arriving(signature), SECRET)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(BODY) * 8 - 1))
def test_one_changed_bit_of_the_body_is_seen(bit):
    changed = bytearray(BODY)
    changed[bit // 8] ^= 1 << (bit % 8)

    assert not is_right(arriving(SIGNATURE, bytes(changed)), SECRET)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 63), st.sampled_from("0123456789abcdef"))
def test_one_changed_digit_of_the_signature_is_seen(place, digit):
    changed = SIGNATURE[: 7 + place] + digit + SIGNATURE[8 + place :]

    assert is_right(arriving(changed), SECRET) is (changed == SIGNATURE)


def test_the_same_words_written_otherwise_are_not_what_was_signed():
    again = json.dumps(json.loads(BODY)).encode()

    assert json.loads(again) == json.loads(BODY)
    assert not is_right(arriving(SIGNATURE, again), SECRET)
    assert not is_right(arriving(SIGNATURE, BODY + b"\n"), SECRET)
    assert not is_right(arriving(SIGNATURE, b""), SECRET)


def test_a_body_replayed_to_another_app_is_refused():
    assert not is_right(arriving(SIGNATURE), "another-secret")
    assert not is_right(arriving(SIGNATURE))


def test_both_secrets_hold_while_one_is_being_changed():
    assert is_right(arriving(SIGNATURE), "new-secret", SECRET)
    assert is_right(arriving(SIGNATURE), SECRET, "old-secret")


# -- the channel -----------------------------------------------------------------------------------


def test_the_channel_takes_what_its_app_signed_with_the_new_or_the_former_secret(
    connect: Connect, secrets
):
    secrets["former"] = "the-former-app-secret"
    changing = connect(previous_app_secret_secret="former")
    settled = connect()
    body = whatsapp.webhook(whatsapp.value(messages=[whatsapp.text("hi / ü")]))

    for secret in (whatsapp.APP_SECRET, "the-former-app-secret"):
        changing.verify(whatsapp.request(body, secret))
    settled.verify(whatsapp.request(body))
    with pytest.raises(errors.NotAllowed):
        settled.verify(whatsapp.request(body, "the-former-app-secret"))
    with pytest.raises(errors.NotAllowed):
        changing.verify(whatsapp.request(body, ""))


def test_a_changed_secret_counts_at_once(connect: Connect, secrets):
    channel = connect()
    body = whatsapp.webhook(whatsapp.value(messages=[whatsapp.text("hi")]))
    secrets["whatsapp-app-secret"] = "another"

    channel.verify(whatsapp.request(body, "another"))
    with pytest.raises(errors.NotAllowed):
        channel.verify(whatsapp.request(body))


@pytest.mark.parametrize("value", ["", "  ", None])
@pytest.mark.parametrize(
    "name", ["whatsapp-app-secret", "whatsapp-access-token", "whatsapp-verify-token", "former"]
)
def test_a_channel_without_a_secret_is_not_connected(connect: Connect, secrets, name, value):
    secrets["former"] = "x"
    if value is None:
        del secrets[name]
    else:
        secrets[name] = value

    with pytest.raises(errors.Misconfigured, match=name):
        connect(previous_app_secret_secret="former")


# -- the handshake ---------------------------------------------------------------------------------

# Meta's published sample: developers.facebook.com/docs/graph-api/webhooks/getting-started
HANDSHAKE = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meatyhamhock"


def asking(query: str) -> WebhookRequest:
    return WebhookRequest(
        method="GET", url="/webhooks/whatsapp", headers={}, query=dict(parse_qsl(query))
    )


def test_the_handshake_is_answered_with_the_bare_challenge(connect: Connect, secrets):
    secrets["whatsapp-verify-token"] = "meatyhamhock"

    assert connect().handshake(asking(HANDSHAKE)) == "1158201444"


@pytest.mark.parametrize(
    "query",
    [
        "",
        HANDSHAKE.replace("meatyhamhock", "wrong"),
        HANDSHAKE.replace("meatyhamhock", "meatyhamhoc"),
        HANDSHAKE.replace("meatyhamhock", "Meatyhamhock"),
        HANDSHAKE.replace("meatyhamhock", "%C3%A9%00"),
        HANDSHAKE.replace("subscribe", "unsubscribe"),
        HANDSHAKE.replace("hub.mode=subscribe&", ""),
        HANDSHAKE.replace("&hub.verify_token=meatyhamhock", ""),
        HANDSHAKE.replace("1158201444", ""),
        HANDSHAKE.replace("1158201444", "<script>alert(1)</script>"),
        HANDSHAKE.replace("1158201444", "1" * 300),
    ],
)
def test_a_handshake_that_is_not_metas_is_refused(connect: Connect, secrets, query):
    secrets["whatsapp-verify-token"] = "meatyhamhock"

    with pytest.raises(errors.NotAllowed):
        connect().handshake(asking(query))


@shared.needs_shared
@pytest.mark.parametrize("name", ["handshake_ok", "handshake_bad_token"])
def test_the_collected_handshakes_are_judged_right(connect: Connect, secrets, name):
    case: dict[str, Any] = payloads.collected()[name]
    secrets["whatsapp-verify-token"] = case["verify_token"]

    if case["expect"]["status"] == 200:
        assert connect().handshake(asking(case["query"])) == case["expect"]["body"]
    else:
        with pytest.raises(errors.NotAllowed):
            connect().handshake(asking(case["query"]))
