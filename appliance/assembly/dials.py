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


def live_terms(office: Office) -> Terms:
    """Give the terms that hold now.

    Raises:
        Refused: no config is active.
    """
    config = versions.live(office.db)
    if config is None:
        raise errors.Refused(
            "No config is active yet. Run: appliance config activate bot_config.yaml"
        )
    return terms_of(config)
