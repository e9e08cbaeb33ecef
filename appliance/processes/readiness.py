"""Waits until the appliance answers, and says so once, in words for the person who started it."""

from __future__ import annotations

import http.client
import json
from typing import Any

from appliance.core import safe_text
from appliance.core.settings import Settings

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - compared only
# Where APPLIANCE_OPERATORS_FROM leaves this machine out.
_UNSAID = "the config has problems; see: appliance doctor"
_MODES = {
    "basic": "basic mode: no language model is set up, answers come from the config",
    "model": "with a language model",
    "safe": "SAFE MODE: nothing is answered until this is mended:",
}


def ask(settings: Settings, path: str, *, timeout_s: float = 3.0) -> tuple[int, Any] | None:
    """GET a JSON answer of our own server; None while nobody answers."""
    host = _EVERYWHERE.get(settings.host, settings.host)
    connection = http.client.HTTPConnection(host, settings.port, timeout=timeout_s)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()


def settled(settings: Settings) -> dict[str, Any] | None:
    """Give what /ready says once it is worth telling: it is ready, or in safe mode."""
    if ask(settings, "/up") is None:
        return None
    answer = ask(settings, "/ready")
    if answer is None:
        return None
    status, told = answer
    return told if status == 200 or told.get("mode") == "safe" else None


def banner(settings: Settings, told: dict[str, Any]) -> str:
    """Word the one message a start ends with."""
    mode = str(told.get("mode", ""))
    lines = [f"Frontdesk {told.get('version', '')} is up, {_MODES.get(mode, mode)}"]
    lines += [
        f"  - {safe_text.one_line(check.get('says', _UNSAID))}"
        for check in told.get("checks", [])
        if check["name"] == "config" and check["state"] != "ok"
    ]
    facts = {
        "Chat": f"{settings.url}/",
        "Health": f"{settings.url}/ready",
        "Config": str(settings.config),
        "Data": str(settings.data_dir),
        "Keys": f"{settings.keys_dir}  (back this folder up apart from the data)",
        "Stop": "Ctrl-C",
    }
    lines += [f"  {name:<8}{value}" for name, value in facts.items()]
    return "\n" + "\n".join(lines) + "\n"
