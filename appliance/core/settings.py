"""The process's own knobs, read once from the environment (`APPLIANCE_*`)."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from appliance.core import errors

_BARE = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")
_SECRET = "APPLIANCE_SECRET_"  # noqa: S105 - how the variables' names begin
_HERE = Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """Where things lie and how the processes listen. Every field is `APPLIANCE_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="APPLIANCE_", extra="ignore", frozen=True)

    data_dir: Path = Field(default=Path("var/data"), description="Databases, logs, releases.")
    cache_dir: Annotated[Path | None, BeforeValidator(lambda given: given or None)] = Field(
        default=None, description="What can be computed anew; empty: the folder cache in DATA_DIR."
    )
    keys_dir: Path = Field(default=Path("var/keys"), description="The master key; a mount apart.")
    config: Path = Field(default=_HERE / "bot_config.yaml", description="The bot's description.")
    tools_dir: Path = Field(default=_HERE / "tools", description="One file here is one tool.")
    host: str = Field(default="127.0.0.1", description="The address the web server binds.")
    port: int = Field(default=8080, ge=0, le=65535, description="The web server's port.")
    public_url: str = Field(
        default="", description="How visitors reach us; empty: http://host:port"
    )
    log_level: str = Field(default="info", description="debug, info, warning or error.")
    log_format: str = Field(default="auto", description="json, text, or auto: text on a terminal.")
    clock_start: datetime | None = Field(
        default=None, description="Rehearsals only: pretend the process started at this instant."
    )
    turns_at_once: int = Field(default=300, ge=1, description="Turns in flight; the rest wait.")
    lease_s: float = Field(default=15.0, gt=0, description="How long a lane is held unrenewed.")
    sweep_s: float = Field(default=2.0, gt=0, description="How often unanswered rows are sought.")
    busy_timeout_s: float = Field(
        default=10.0, gt=0, description="Patience with a locked database."
    )
    connections_per_address: int = Field(default=64, ge=1, description="Open requests an address.")
    trusted_proxies: str = Field(
        default="", description="Comma-separated addresses whose X-Forwarded-For is believed."
    )
    operators_from: str = Field(
        default="127.0.0.0/8,::1",
        description="Comma-separated networks that are told reasons on /ready, and the figures.",
    )

    livekit_port: int = Field(
        default=7880, ge=1, le=65535, description="Calls: LiveKit's signalling, on this machine."
    )
    rtc_tcp_port: int = Field(
        default=7881, ge=1, le=65535, description="Calls: sound of browsers that may not use UDP."
    )
    rtc_udp_port: int = Field(default=7882, ge=1, le=65535, description="Calls: sound of browsers.")
    sip_port: int = Field(
        default=5060, ge=1, le=65535, description="Calls: where telephones and a PBX call, UDP."
    )
    sip_rtp_ports: str = Field(
        default="10000-10200",
        pattern=r"^[1-9][0-9]{3,4}-[1-9][0-9]{3,4}$",
        description="Calls: sound of telephones, UDP; one port a call.",
    )
    call_address: str = Field(
        default="",
        description="Calls: this machine's address as callers reach it; empty: found out.",
    )

    header_timeout_s: float = Field(
        default=5.0, gt=0, description="A request's headers must be complete after this."
    )
    body_timeout_s: float = Field(
        default=60.0, gt=0, description="A request's body must be complete after this."
    )
    body_idle_s: float = Field(
        default=15.0, gt=0, description="Longest pause inside a request's body."
    )
    drain_s: float = Field(
        default=60.0, gt=0, description="How long a stop waits for what is under way."
    )
    voice_port: int = Field(
        default=8081, ge=1, le=65535, description="Calls: the worker's health, on this machine."
    )
    calls_at_once: int = Field(default=10, ge=1, description="Calls the worker takes at once.")
    call_memory_mb: int = Field(
        default=1000, ge=300, description="A call's process that grows past this is ended."
    )
    log_personal_data: bool = Field(
        default=False, description="With log_level debug: keep the pii_ fields in the log."
    )

    @property
    def url(self) -> str:
        """The address to print and to put into links, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def load() -> Settings:
    """Read the settings from the environment.

    Raises:
        Misconfigured: a variable's value does not fit its field; says which and why.
    """
    try:
        return Settings()
    except ValidationError as cause:
        wrong = "; ".join(
            f"APPLIANCE_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in cause.errors()
        )
        raise errors.Misconfigured(f"The environment is not valid: {wrong}.") from cause


def livekit_server() -> tuple[str, str, str]:
    """Give the address, key and secret of LiveKit's server, as its own tools read them.

    Raises:
        Misconfigured: one of them is missing.
    """
    names = ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET")
    url, key, secret = (os.environ.get(name, "") for name in names)
    if not (url and key and secret):
        raise errors.Misconfigured(
            f"The worker needs {', '.join(names)}. `appliance up` gives them to it; a LiveKit "
            "server of your own has them in its configuration."
        )
    return url, key, secret


def secret_variable(name: str) -> str:
    """Name the environment variable of a secret: `crm-prod` is `APPLIANCE_SECRET_CRM_PROD`."""
    return _SECRET + "".join(c if c.isalnum() else "_" for c in name).upper()


def secrets_in_environment() -> list[str]:
    """List the values of this process's variables that hold secrets, ours and the libraries'."""
    return [
        value
        for name, value in os.environ.items()
        if value
        and (
            name.startswith(_SECRET)
            or name.endswith(("_API_KEY", "_SECRET", "_TOKEN", "_PASSWORD"))
        )
    ]


def secret_from_environment(name: str) -> str | None:
    """Find a secret's value in the environment, or None."""
    return os.environ.get(secret_variable(name))


def whole_environment() -> dict[str, str]:
    """Give our environment, for another process of ours."""
    return dict(os.environ)


def bare_environment() -> dict[str, str]:
    """Give what a foreign program may see of our environment: where programs lie, and the locale.

    None of our own variables and none of our secrets.
    """
    return {name: os.environ[name] for name in _BARE if name in os.environ}
