"""A real Chromium that watches over itself: page errors and policy violations fail the test."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_WATCH = """
addEventListener("securitypolicyviolation", (event) =>
  console.error("POLICY " + event.violatedDirective + " " + event.blockedURI));
"""
# The last is LiveKit's client: the other side hung up before its own channels were closed.
_HARMLESS = ("Failed to load resource", "blocked by CORS policy", "User-Initiated Abort")


@contextlib.contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """Start the machine's Chromium."""
    expect.set_options(timeout=30_000)  # two cores, many hands
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=[*_FLAGS, *flags], headless=True
        )
        yield browser
        browser.close()


class Watched:
    """A browser context and what went wrong in its pages."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.wrong: list[str] = []
        self.warnings: list[str] = []
        context.set_default_timeout(30_000)
        context.add_init_script(_WATCH)

    def open(self, url: str) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda message: self._heard(message.type, message.text))
        page.goto(url)
        return page

    def _heard(self, kind: str, text: str) -> None:
        if kind == "warning":
            self.warnings.append(text)
        if kind == "error" and not any(known in text for known in _HARMLESS):
            self.wrong.append(text)


@contextlib.contextmanager
def watched(browser: Browser, **options: Any) -> Iterator[Watched]:
    """Open a fresh context; raises AssertionError at its end if anything went wrong inside."""
    context = browser.new_context(**options)
    watch = Watched(context)
    yield watch
    context.close()
    assert not watch.wrong, watch.wrong


def field(page: Page) -> Locator:
    return page.get_by_label("Your message")


def write(page: Page, text: str) -> None:
    """Type a message and send it by Enter."""
    field(page).fill(text)
    field(page).press("Enter")


def bubbles(page: Page) -> list[str]:
    """Give the texts of all messages in the log but the greeting, in order."""
    texts: list[str] = page.locator(".log .bubble").all_text_contents()
    return texts[1:]
