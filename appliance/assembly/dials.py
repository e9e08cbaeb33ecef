"""The terms of calls we make, as the live config has them."""

from __future__ import annotations

from appliance.assembly.office import Office
from appliance.config import versions
from appliance.config.calendar_of import calendar_of
from appliance.config.model import BotConfig
from appliance.core import errors
from appliance.services.dials.values import Terms


def terms_of(config: BotConfig) -> Terms:
    """Give the terms of a config."""
    return Terms(
        outbound=config.voice.outbound,
        region=config.client.region,
        calendar=calendar_of(config.calendar),
    )


def live_config(office: Office) -> BotConfig | None:
    """Give the live config; None where none is active."""
    active = versions.active(office.db)
    return versions.config_of(active) if active else None


def live_terms(office: Office) -> Terms:
    """Give the terms that hold now.

    Raises:
        Refused: no config is active.
    """
    config = live_config(office)
    if config is None:
        raise errors.Refused(
            "No config is active yet. Run: appliance config activate bot_config.yaml"
        )
    return terms_of(config)
