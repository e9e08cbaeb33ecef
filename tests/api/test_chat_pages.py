"""The page, the widget and their headers."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from appliance.api import chat_pages, metrics, middleware, networks
from tests.fakes.chat import ChatBox, application, sample_config

PAGES = Path(chat_pages.__file__).parent / "pages"


@pytest.fixture
async def box() -> ChatBox:
    return ChatBox(config=sample_config(allowed_origins=("https://Shop.example/", "nonsense; x")))


@pytest.fixture
async def client(box):
    transport = httpx.ASGITransport(application(box))
    async with httpx.AsyncClient(transport=transport, base_url="http://box.example") as made:
        yield made


async def test_the_page_allows_nothing_but_its_own_script_style_and_connections(client):
    policy = (await client.get("/")).headers["content-security-policy"]

    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules == {
        "default-src": "'none'",
        "script-src": "'self'",
        "connect-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "frame-ancestors": "'self' https://shop.example",
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }


async def test_without_script_the_page_says_how_to_reach_the_company(client):
    page = (await client.get("/")).text

    fallback = page.partition("<noscript>")[2].partition("</noscript>")[0]
    assert '<a href="tel:+16175550142">+16175550142</a>' in fallback
    assert '<a href="mailto:hello@acme.example">hello@acme.example</a>' in fallback


async def test_what_the_config_says_is_escaped_in_the_page(box, client):
    hostile = "\"><script>alert(1)</script>$name & 'x'"
    facts = box.config.facts.model_copy(update={"phone": hostile, "email": None})
    named = box.config.client.model_copy(update={"name": hostile})
    box.config = box.config.model_copy(update={"facts": facts, "client": named})

    page = (await client.get("/")).text

    assert page.count("<script") == 1
    assert "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;$name &amp; &#x27;x&#x27;" in page


async def test_a_company_without_phone_or_email_promises_neither(box, client):
    facts = box.config.facts.model_copy(update={"phone": None, "email": None})
    box.config = box.config.model_copy(update={"facts": facts})

    page = (await client.get("/")).text

    assert "You can reach" not in page
    assert "This chat needs JavaScript." in page


@pytest.fixture
async def operator(box, tmp_path):
    """A client on the machine itself, seen by the outermost layer."""
    edge = middleware.Edge(
        application(box),
        proxies=networks.Proxies.parse(""),
        operators=networks.Operators.parse("127.0.0.1"),
        at_once=9,
        figures=metrics.Figures(tmp_path / "core.db", {}),
        clock=box.clock,
    )
    transport = httpx.ASGITransport(edge, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://box.example") as made:
        yield made


async def test_in_safe_mode_the_page_tells_visitors_no_reasons(box, client, operator):
    box.config = None
    box.problems = ["bot_config.yaml:3:1: tabs are not allowed"]

    passed_on = await operator.get("/", headers={"X-Forwarded-For": "127.0.0.1"})

    for reply in (await client.get("/"), passed_on):
        assert reply.status_code == 503
        assert "bot_config" not in reply.text
        assert "The chat is being set up." in reply.text
        assert "on /ready when it is asked from the machine itself" in reply.text


async def test_in_safe_mode_the_page_lists_the_reasons_escaped(box, operator):
    box.config = None
    box.problems = ["bot_config.yaml:3:1: <b>tabs</b> are not allowed", "and a second one"]

    reply = await operator.get("/")

    assert reply.status_code == 503
    assert reply.headers["retry-after"] == "30"
    assert "<li>bot_config.yaml:3:1: &lt;b&gt;tabs&lt;/b&gt; are not allowed</li>" in reply.text
    assert "<li>and a second one</li>" in reply.text
    assert "<script" not in reply.text


async def test_the_widget_may_be_loaded_anywhere_and_kept_for_a_while(client):
    first = await client.get("/widget.js")
    again = await client.get("/widget.js", headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["content-type"].startswith("text/javascript")
    assert first.headers["cross-origin-resource-policy"] == "cross-origin"
    assert first.headers["cache-control"] == "public, max-age=300"
    assert (again.status_code, again.content) == (304, b"")


def test_the_widget_never_turns_words_into_markup_or_code():
    source = (PAGES / "widget.js").read_text("utf-8")

    for forbidden in (
        "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(",
        "srcdoc", "DOMParser", "createContextualFragment", '"style"', "importScripts",
    ):  # fmt: skip
        assert forbidden not in source, forbidden
    # One file: it loads nothing but what the visitor's own words name.
    assert set(re.findall(r"https?://[\w.]+", source)) <= {"https://BOX", "http://www.w3.org"}
    assert not re.search(r"^\s*import\b", source, re.MULTILINE)


def test_the_pages_have_no_inline_style_or_script():
    for name in ("index.html", "maintenance.html"):
        page = (PAGES / name).read_text("utf-8")
        assert not re.search(r"<style|\sstyle=|\son\w+=", page), name
        assert not re.search(r"<script(?![^>]*\ssrc=)", page), name
