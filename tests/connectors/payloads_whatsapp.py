"""Real WhatsApp webhooks, and what each of them must be read as."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from appliance.connectors.messages import DeliveryReport, Inbound, InboundMessage, Notice
from tests.fakes.shared import SHARED

HERE = Path(__file__).parent / "payloads" / "whatsapp.json"
THERE = SHARED / "payloads" / "whatsapp"

# What stands in the published bodies where a real one has a value.
_PLACEHOLDERS = {
    "<BUSINESS_PHONE_NUMBER_ID>": "106540352242922",
    "<BUSINESS_DISPLAY_PHONE_NUMBER>": "15550783881",
    "<WHATSAPP_USER_PHONE_NUMBER>": "16505551234",
    "<USER_PHONE_NUMBER>": "16505551234",
    "<BSUID>": "US.13491208655302741918",
}

EXPECTED: dict[str, list[str]] = {
    "account_update__account_deleted": ["notice account_update stops"],
    "account_update__account_disabled": ["notice account_update"],
    "account_update__account_offboarded": ["notice account_update stops"],
    "account_update__account_reconnected": ["notice account_update"],
    "account_update__account_restriction": ["notice account_update"],
    "account_update__account_violation": ["notice account_update"],
    "account_update__ad_account_linked": ["notice account_update"],
    "account_update__authentication_international_eligibility": ["notice account_update"],
    "account_update__mm_api_for_wa_terms_of_service": ["notice account_update"],
    "account_update__partner_added": ["notice account_update"],
    "account_update__partner_app_installed": ["notice account_update"],
    "account_update__partner_app_uninstalled": ["notice account_update"],
    "account_update__partner_led_business_verification_status": ["notice account_update"],
    "account_update__partner_removed": ["notice account_update"],
    "account_update__partner_removed_wa_app_disconnection": ["notice account_update"],
    "account_update__pricing_tiering_update": ["notice account_update"],
    "account_update__primary_business_location_set": ["notice account_update"],
    "animated_sticker": ["sticker"],
    "audio": ["audio"],
    "call_connect__business_initiated": ["notice calls"],
    "call_connect__user_initiated": ["notice calls"],
    "call_permission_update__accept": ["notice call_permission_reply"],
    "call_permission_update__reject": ["notice call_permission_reply"],
    "call_status__call_status": ["notice calls"],
    "call_terminate__call_terminate": ["notice calls", "notice errors"],
    "callback_button__button": ["choice"],
    "callback_button__quick_reply": ["choice"],
    "callback_button__quick_reply_without_context": ["choice"],
    "callback_selection__callback": ["choice"],
    "callback_selection__description": ["choice"],
    "chosen_location": ["location"],
    "contacts": ["contacts"],
    "current_location": ["location"],
    "deleted_message__revoke": ["Revocation"],
    "derived_batch_duplicate_ids": ["text", "Reaction", "choice", "image"],
    "derived_batch_unique_ids": ["text", "Reaction", "choice", "image"],
    "derived_status_and_message_in_one_value": ["report delivered", "text"],
    "document": ["document"],
    "edited_message__image": ["Edit"],
    "flow_completion__completion": ["form"],
    "flow_completion__without_flow_token": ["form"],
    "forwarded": ["text"],
    "forwarded_many_times": ["text"],
    "image": ["image"],
    "interactive_message_with_err": ["unsupported", "notice errors"],
    "media_with_url": ["image"],
    "message_status__delivered": ["report delivered"],
    "message_status__failed": ["report failed"],
    "message_status__group": ["notice group"],
    "message_status__played": ["report read"],
    "message_status__read": ["report read"],
    "message_status__sent": ["report sent"],
    "message_status__with_tracker": ["report sent"],
    "official_button_message": ["choice"],
    "official_contact_sharing_message": ["contacts"],
    "official_group_create_message": ["notice group_lifecycle_update"],
    "official_group_remove_participants": ["notice group_participants_update"],
    "official_group_settings_update": ["notice group_settings_update"],
    "official_image_message": ["image"],
    "official_interactive_button_reply_message": ["choice"],
    "official_interactive_list_reply_message": ["choice"],
    "official_location_message": ["location"],
    "official_order_message": ["order"],
    "official_reaction_message": ["Reaction"],
    "official_system_message": ["IdentityChange"],
    "official_text_message": ["text"],
    "official_text_message_from_click_to_whatsapp_ad": ["text"],
    "official_text_message_with_context_product_inquiry": ["text"],
    "official_unsupported_message": ["unsupported"],
    "order": ["order"],
    "outgoing_message__delete": ["Revocation"],
    "outgoing_message__edit": ["Edit"],
    "outgoing_message__text": ["Echo"],
    "reaction": ["Reaction"],
    "referral": ["text"],
    "reply": ["text"],
    "static_sticker": ["sticker"],
    "system__identity_change": ["notice customer_identity_changed"],
    "system__phone_number_change": ["IdentityChange"],
    "template_quality_update__yellow": ["notice message_template_quality_update"],
    "template_status_update__approved": ["notice message_template_status_update"],
    "template_status_update__rejected": ["notice message_template_status_update"],
    "text": ["text"],
    "unreaction_empty": ["Reaction"],
    "unreaction_no_emoji": ["Reaction"],
    "unsupported": ["unsupported"],
    "unsupported_with_type": ["unsupported"],
    "user_marketing_preferences__resume": ["notice user_preferences"],
    "user_marketing_preferences__signup": ["notice user_preferences"],
    "video": ["video"],
    "voice": ["audio"],
}


def own() -> dict[str, Any]:
    """Give the bodies that are kept in the project, by name."""
    kept = json.loads(HERE.read_text("utf-8"))
    return {name: case["content"] for name, case in kept.items()}


def collected() -> dict[str, Any]:
    """Give all bodies of the shared collection; none where it is not there."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in THERE.glob("*.json")}


def body_of(content: object) -> bytes:
    """Give a body as it would arrive, with values in place of placeholders."""
    text = json.dumps(content)
    for placeholder, value in _PLACEHOLDERS.items():
        text = text.replace(placeholder, value)
    return text.encode("ascii")


def number_of(body: bytes) -> str:
    """Give the number a body is addressed to."""
    value = json.loads(body)["entry"][0]["changes"][0]["value"]
    return str(value.get("metadata", {}).get("phone_number_id", "106540352242922"))


def word(value: Inbound) -> str:
    """Name what a value is, as `EXPECTED` does."""
    if isinstance(value, InboundMessage):
        return value.kind.value
    if isinstance(value, DeliveryReport):
        return f"report {value.status.value}"
    if isinstance(value, Notice):
        return f"notice {value.kind}{' stops' if value.stops else ''}"
    return type(value).__name__
