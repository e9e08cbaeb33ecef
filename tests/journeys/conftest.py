"""A browser for all journeys, and a chat box in memory for those of the widget."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.fakes import browser as fake_browser
from tests.fakes import chat
from tests.fakes.running import free_port


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a file: while Playwright is on, its loop runs here and async tests could not."""
    with fake_browser.chromium() as made:
        yield made


@pytest.fixture
def running() -> Iterator[chat.Running]:
    """A served box that allows the foreign host page."""
    port = free_port()
    config = chat.sample_config(allowed_origins=(f"http://localhost:{port}",))
    with chat.served(lambda: chat.ChatBox(config=config), port=port) as made:
        yield made


@pytest.fixture
def watched(chromium: Browser) -> Iterator[fake_browser.Watched]:
    with fake_browser.watched(chromium, viewport={"width": 1000, "height": 760}) as made:
        yield made
