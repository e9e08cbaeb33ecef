"""A WhatsApp channel that talks to a fake Graph API over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from appliance.connectors.channels import whatsapp as channel
from appliance.connectors.channels.whatsapp import WhatsApp
from appliance.connectors.protocols import Tools
from appliance.core import errors
from appliance.core.http import Http
from tests.fakes import graph_api, whatsapp
from tests.fakes.clock import FakeClock
from tests.fakes.graph_api import GraphApi

SECRETS = {
    "whatsapp-app-secret": whatsapp.APP_SECRET,
    "whatsapp-access-token": whatsapp.ACCESS_TOKEN,
    "whatsapp-verify-token": whatsapp.VERIFY_TOKEN,
}
FILES = {"invite": ("invite.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")}

Connect = Callable[..., WhatsApp]


def secret_of(secrets: dict[str, str]) -> Callable[[str], str]:
    def secret(name: str) -> str:
        if name not in secrets:
            raise errors.Misconfigured(f"The secret {name} is not set.")
        return secrets[name]

    return secret


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    made = Http()
    yield made
    await made.close()


@pytest.fixture
async def graph() -> AsyncIterator[GraphApi]:
    async with graph_api.running() as running:
        yield running


@pytest.fixture
def secrets() -> dict[str, str]:
    return dict(SECRETS)


@pytest.fixture
def connect(http: Http, clock: FakeClock, secrets: dict[str, str]) -> Connect:
    """Make a channel; keywords are settings."""

    def made(**settings: object) -> WhatsApp:
        given = {
            "phone_number_id": whatsapp.NUMBER,
            "business_account_id": whatsapp.BUSINESS,
            "base_url": "http://127.0.0.1:9",
            **settings,
        }
        tools = Tools(
            http=http,
            clock=clock,
            secret=secret_of(secrets),
            file=FILES.get,
            public_url="https://desk.example",
        )
        return channel.connect(channel.Settings.model_validate(given, strict=True), tools)

    return made


@pytest.fixture
def phone(connect: Connect, graph: GraphApi) -> WhatsApp:
    """Give a channel that talks to the fake."""
    return connect(base_url=graph.url)
