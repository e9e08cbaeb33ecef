"""What bot_config.yaml may say of WhatsApp."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from appliance.connectors.channels.whatsapp import Settings
from tests.connectors.conftest import Connect
from tests.fakes.clock import FakeClock


def made(**given: object) -> Settings:
    return Settings.model_validate({"phone_number_id": "106540352242922", **given}, strict=True)


def test_one_value_is_enough():
    settings = made()

    assert settings.base_url == "https://graph.facebook.com"
    assert settings.access_token_secret == "whatsapp-access-token"


def test_an_id_may_be_written_as_a_number():
    assert made(phone_number_id=106540352242922).phone_number_id == "106540352242922"


@pytest.mark.parametrize("value", ["+1 555 078 3881", "", "12", True, 1.5, None, "1" * 33])
def test_an_id_that_is_none_is_refused(value):
    with pytest.raises(ValidationError):
        made(phone_number_id=value)


@pytest.mark.parametrize(
    "url",
    [
        "https://graph.facebook.com", "https://graph.facebook.com/", "http://127.0.0.1:4010",
        "http://[::1]:4010", "http://localhost:4010/graph", "http://emulator:4010",
    ],
)  # fmt: skip
def test_a_base_url_may_be_encrypted_or_near(url):
    assert made(base_url=url).base_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://graph.facebook.com", "http://10.0.0.7:4010", "ftp://graph.facebook.com", "", "x",
        "https://", "http://", "https://a b", "http://[2001:db8::1]", "https://u:p@graph.facebook.com",
        "http://[::1", "https://graph.facebook.com?x=y",
    ],
)  # fmt: skip
def test_a_base_url_that_would_show_the_token_is_refused(url):
    with pytest.raises(ValidationError):
        made(base_url=url)


@pytest.mark.parametrize("version", ["23.0", "v23", "latest", "v23.0/x", ""])
def test_a_version_is_a_version(version):
    with pytest.raises(ValidationError):
        made(api_version=version)


def test_the_window_closes_a_day_after_the_contact_last_wrote(connect: Connect, clock: FakeClock):
    channel = connect()
    heard_at = clock.now()

    assert channel.may_send(now=clock.now(), heard_at=heard_at) is None
    clock.advance(hours=24, seconds=-1)
    assert channel.may_send(now=clock.now(), heard_at=heard_at) is None
    clock.advance(seconds=1)
    assert "24 hours" in str(channel.may_send(now=clock.now(), heard_at=heard_at))
    assert "not written" in str(channel.may_send(now=clock.now(), heard_at=None))
