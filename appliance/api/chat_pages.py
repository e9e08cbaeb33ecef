"""The chat's page, its one script and their headers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from appliance.api import chat_wording as wording
from appliance.config import model

_PAGES = Path(__file__).parent / "pages"
_FRESH_S = 300


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file in memory."""

    body: bytes
    media_type: str
    tag: str

    def answer(self, request: Request) -> Response:
        """Send it, or say that the browser's copy is still good."""
        headers = {
            "ETag": self.tag,
            "Cache-Control": f"public, max-age={_FRESH_S}",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "X-Content-Type-Options": "nosniff",
        }
        if request.headers.get("if-none-match") == self.tag:
            return Response(status_code=304, headers=headers)
        return Response(self.body, media_type=self.media_type, headers=headers)


def asset(name: str, media_type: str) -> Asset:
    """Read a file of pages/."""
    body = (_PAGES / name).read_bytes()
    return Asset(body, media_type, f'"{hashlib.sha256(body).hexdigest()[:24]}"')


def chat_page(config: model.BotConfig, *, framed_by: Sequence[str]) -> HTMLResponse:
    """Render the full-page chat; `framed_by` are the origins that may show it in a frame."""
    words = _template("index.html").substitute(
        language=escape(config.client.language),
        name=escape(config.client.name),
        greeting=escape(config.workflow.greeting),
        no_script=escape(wording.NO_SCRIPT),
        reach=_reach(config),
    )
    return HTMLResponse(words, headers=page_headers(framed_by))


def call_page(config: model.BotConfig) -> HTMLResponse:
    """Render the page of a call in the browser."""
    words = _template("call.html").substitute(
        language=escape(config.client.language),
        title=escape(wording.CALL_US.format(name=config.client.name)),
        ready=escape(wording.CALL_READY),
        call=escape(wording.CALL),
        mute=escape(wording.MUTE),
        end=escape(wording.HANG_UP),
        pad=escape(wording.KEYPAD),
        back=escape(wording.BACK_TO_CHAT),
        privacy=escape(config.voice.manners.disclosure),
        no_script=escape(wording.NO_SCRIPT),
    )
    headers = page_headers(())
    headers["Permissions-Policy"] = "camera=(), microphone=(self), geolocation=(), payment=()"
    return HTMLResponse(words, headers=headers)


def maintenance_page(reasons: Sequence[str]) -> HTMLResponse:
    """Render the page shown instead of the chat, with the reasons an operator needs."""
    listed = "\n".join(f"<li>{escape(reason)}</li>" for reason in reasons)
    words = _template("maintenance.html").substitute(reasons=listed)
    headers = page_headers(()) | {"Retry-After": "30"}
    return HTMLResponse(words, status_code=503, headers=headers)


def page_headers(framed_by: Sequence[str]) -> dict[str, str]:
    """Give the headers of a page: nothing but our own script, style and connections."""
    ancestors = " ".join(("'self'", *framed_by))
    policy = (
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        f"frame-ancestors {ancestors}",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    }


def _reach(config: model.BotConfig) -> str:
    """Say, in safe HTML, how the company is reached without the chat."""
    ways = []
    if config.facts.phone:
        ways.append(wording.BY_PHONE.format(phone=_link("tel:", config.facts.phone)))
    if config.facts.email:
        ways.append(wording.BY_EMAIL.format(email=_link("mailto:", config.facts.email)))
    if not ways:
        return ""
    return wording.REACH.format(name=escape(config.client.name), ways=wording.OR.join(ways))


def _link(scheme: str, address: str) -> str:
    return f'<a href="{scheme}{escape(address)}">{escape(address)}</a>'


def _template(name: str) -> Template:
    return Template((_PAGES / name).read_text("utf-8"))
