"""Every sentence of the WhatsApp channel: what a model reads, a contact sees, an operator is told.

Descriptions stand in brackets, so that model and operator see they are ours and not the contact's.
"""

from __future__ import annotations

from collections.abc import Mapping

# What a contact sees.
CHOOSE = "Please choose:"
OPEN_LIST = "Choose"
SOURCES = "Sources:"

# What the model reads where a contact sent no words.
EMPTY = "[An empty message]"
UNSUPPORTED = "[Something WhatsApp does not pass on to us]"
UNSUPPORTED_KIND = "[Something WhatsApp does not pass on to us: {kind}]"
NEW_KIND = "[Something we cannot read: {kind}]"
PICTURE, VIDEO, AUDIO, VOICE = "[A picture]", "[A video]", "[A sound file]", "[A voice message]"
STICKER, DOCUMENT, NAMED_DOCUMENT = "[A sticker]", "[A document]", "[A document: {name}]"
LOCATION = "[A place: {place}]"
CARDS = "[Contact details: {cards}]"
FORM, EMPTY_FORM = "[A form was filled in: {fields}]", "[A form was filled in]"
ORDER = "[An order: {items}]"

# Why a message was not sent, and what to do.
TOO_MANY = "WhatsApp asks us to send more slowly."
BUSY = "WhatsApp had a fault of its own."
MAINTENANCE = "The WhatsApp account is in maintenance."
PAIR_LIMIT = "Too many messages to this contact in a short time."
SPAM_LIMIT = (
    "WhatsApp holds back: too many earlier messages were reported. Check the quality rating."
)
UPLOAD = "WhatsApp could not take the file."
WINDOW_CLOSED = (
    "More than 24 hours since the contact last wrote: only an approved template may be sent."
)
NEVER_WROTE = "The contact has not written yet: only an approved template may be sent."
NO_TEMPLATE = (
    "None is named: make one with the variable {{1}}, name it as late_template of the channel, "
    "then: appliance jobs retry."
)
NO_FILE_LATE = "A file cannot travel in the template."
TOO_LONG_LATE = "These words do not fit into the template's variable."
UNDELIVERABLE = "WhatsApp cannot deliver to this contact."
INVALID = "WhatsApp did not accept the message as we wrote it."
TO_OURSELVES = "The message was addressed to our own number."
NOT_ON_TEST_LIST = "A test number sends to listed numbers only. Add the contact's number at Meta."
HELD_BACK = "WhatsApp holds this message back for the contact's sake. Wait at least 24 hours."
OPTED_OUT = "The contact has stopped marketing messages."
UNKNOWN_TYPE = "WhatsApp does not know this kind of message."
MEDIA_GONE = "WhatsApp could not read the file."
NEEDS_PHONE = "This message needs the contact's phone number, and WhatsApp gives us none."
EXPERIMENT = "WhatsApp does not deliver to this contact: their number is part of an experiment."
TEMPLATE = "The template is not approved, or its parameters do not fit."
ACCESS_ENDED = "The access token is not valid any more. Make a new one at Meta and set its secret."
RIGHTS = "The access token may not send for this number. Give it whatsapp_business_messaging."
POLICY = "WhatsApp has blocked the account for breaking its rules. See the Business Support page."
COUNTRY = "The account may not write to this country."
LOCKED = "WhatsApp has locked the account. See the Business Support page."
DISPLAY_NAME = "The number's display name is not approved yet. See WhatsApp Manager."
PAYMENT = "WhatsApp has a problem with the payment method. See WhatsApp Manager."
CERTIFICATE = "The number's certificate is wrong. Register the number again."
NOT_REGISTERED = "The number is not registered with the Cloud API. Register it."
NO_SUCH_NUMBER = "The token sees no such number. Check phone_number_id and the token's accounts."
NO_SUCH_ACCOUNT = "The token sees no such account. Check business_account_id."
NOT_THE_API = "That address is not the Graph API's. Check base_url and api_version."
NO_USABLE_ANSWER = "WhatsApp gave no usable answer; the message may have been taken."
UNKNOWN_CODE = "WhatsApp refused the message."
NO_REASON = "WhatsApp reports a failure and no reason."
NOTHING_TO_SEND = "There was nothing to send."
FILE_GONE = "The file to send is not there any more."
NO_ADDRESS = "WhatsApp cannot reach a contact known by {kind}."

# What a webhook tells operators.
UNREADABLE = "WhatsApp sent something that is not readable."
NOBODY = "WhatsApp sent a message that does not say whose it is."
NOTHING = "WhatsApp sent an empty notice."
OTHER_NUMBER = "A message for another number of the account ({account}) was left alone."
GROUP = "A message of a group was left alone: the bot answers single contacts."
SECURITY_CHANGE = "A contact's security code changed, e.g. by a new phone."
CHAT_OPENED = "A contact opened the chat for the first time."
CALL_PERMISSION = "A contact answered whether we may call them: {answer}."
OUR_REACTION = "A colleague reacted to a message in the WhatsApp app."
OWN_CHANGE = "WhatsApp reports a change of a contact that names nobody new."
FIELD = "WhatsApp reports {field}."
FIELD_EVENT = "WhatsApp reports {field}: {event}."
ERROR = "WhatsApp reports error {code}. {why}"
FIELDS: Mapping[str, str] = {
    "account_alerts": "an alert on the account",
    "account_review_update": "a review of the account",
    "account_update": "a change of the account",
    "business_capability_update": "new limits of the account",
    "calls": "a call",
    "group_lifecycle_update": "a change of a group",
    "group_participants_update": "a change of a group's members",
    "group_settings_update": "a change of a group's settings",
    "message_template_components_update": "a changed template",
    "message_template_quality_update": "a new quality of a template",
    "message_template_status_update": "a new state of a template",
    "phone_number_name_update": "a decision on the number's display name",
    "phone_number_quality_update": "a new quality or limit of the number",
    "security": "a change of the number's security settings",
    "template_category_update": "a new category of a template",
    "user_preferences": "a contact's wish about marketing messages",
}
CANNOT_SEND = "The account cannot send any more. See WhatsApp Manager."

# What `probe` says.
PROBE_CREDENTIALS = "The access token works."
PROBE_NO_ANSWER = "The Graph API did not answer: {why} Check the network and base_url."
PROBE_NUMBER = "{number} ({name}), quality {quality}."
PROBE_SUBSCRIBED = "The account's events reach {count} app(s)."
PROBE_NOT_SUBSCRIBED = (
    "No app receives the account's events. In the app's WhatsApp settings, subscribe it to the "
    "account and to the field `messages`."
)
PROBE_SUBSCRIPTION_SKIPPED = "Not checked: set business_account_id to have it checked."
PROBE_ADDRESS = "Meta is to call {url}: enter it in the app's WhatsApp settings."
PROBE_NO_ADDRESS = (
    "Meta calls only addresses that begin with https://. Set APPLIANCE_PUBLIC_URL to ours."
)
