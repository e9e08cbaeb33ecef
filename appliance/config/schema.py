"""The config's JSON schema, for editors that complete and check while one types."""

from __future__ import annotations

import json

from appliance.config.model import SCHEMA_VERSION, BotConfig

SCHEMA_ID = f"urn:frontdesk:bot-config:{SCHEMA_VERSION}"


def render() -> str:
    """Give the JSON schema as indented text; the same models always give the same text."""
    made = BotConfig.model_json_schema(mode="validation")
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "bot_config.yaml",
        **{key: value for key, value in made.items() if key != "title"},
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
