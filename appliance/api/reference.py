"""The page at /docs: the OpenAPI schema as plain HTML, with no script and nothing from elsewhere.

FastAPI's own page loads its code from a foreign host, which our content policy and a box without
internet both rule out.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.responses import HTMLResponse

_STYLE = """
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;
margin:2rem auto;padding:0 1rem}details{border:1px solid #8886;border-radius:.5rem;
margin:.5rem 0;padding:.5rem 1rem}summary{cursor:pointer}code,pre{font-family:ui-monospace,
monospace;font-size:.9em}pre{overflow:auto}b{display:inline-block;min-width:4.5rem}
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'"


def router(app: FastAPI) -> APIRouter:
    """Serve /docs from the app's own schema."""
    made = APIRouter(include_in_schema=False)

    @made.get("/docs", response_class=HTMLResponse)
    def docs() -> HTMLResponse:
        return HTMLResponse(page(app.openapi()), headers={"Content-Security-Policy": _POLICY})

    return made


def page(schema: dict[str, Any]) -> str:
    """Render an OpenAPI schema; every text of it is escaped."""
    facts = schema["info"]
    routes = "".join(
        _operation(path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    )
    shapes = "".join(
        _folded(f"<code>{html.escape(name)}</code>", _json(shape))
        for name, shape in schema.get("components", {}).get("schemas", {}).items()
    )
    title = html.escape(f"{facts['title']} {facts['version']}")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width"><style>' + _STYLE + "</style>"
        f"<h1>{title}</h1><p>{html.escape(facts.get('description', ''))}</p>"
        f'<p>The same for programs: <a href="/openapi.json">/openapi.json</a></p>'
        f"<h2>Routes</h2>{routes}<h2>Shapes</h2>{shapes}</html>"
    )


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    head = (
        f"<b>{html.escape(method.upper())}</b> <code>{html.escape(path)}</code> "
        f"{html.escape(operation.get('summary', ''))}"
    )
    said = f"<p>{html.escape(operation.get('description', ''))}</p>"
    kept = {
        name: operation[name]
        for name in ("parameters", "requestBody", "responses")
        if name in operation
    }
    return _folded(head, said + _json(kept))


def _folded(head: str, body: str) -> str:
    return f"<details><summary>{head}</summary>{body}</details>"


def _json(value: Any) -> str:
    return f"<pre>{html.escape(json.dumps(value, indent=2, ensure_ascii=False))}</pre>"
