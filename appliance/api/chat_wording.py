"""The sentences of the web chat's server side. The widget's own stand at its head."""

from __future__ import annotations

SAFE_MODE = (
    "The chat is not available: the appliance runs in safe mode because its configuration is "
    "broken. Correct the file named on /ready; the chat returns by itself."
)
SWITCHED_OFF = "The web chat is switched off here. Please reach the company in another way."
ORIGIN = (
    "The site {origin} may not use this chat. Add it to allowed_origins of the web_chat channel "
    "in bot_config.yaml."
)
NAMELESS = "This request carries no visitor token. Ask POST /v1/chat/visitors for one."
UNPROVED = (
    "This visitor token is not valid here: it has expired, was changed, or was given to another "
    "site. Ask POST /v1/chat/visitors for a new one."
)
TOO_MANY_MESSAGES = "Too many messages in a short time. This one can be sent in {seconds} s."
TOO_MANY_VISITORS = "Too many new chats from this address. Try again in {seconds} s."
TOO_MANY_STREAMS = "This visitor already has {count} open streams. Close one of them."
TOO_MANY_LISTENERS = "Too many chats are open right now. Messages still arrive; try again shortly."
TOO_MANY_READS = "The conversation was read too often in a short time. Try again in {seconds} s."
REASONS_ELSEWHERE = (
    "The chat is being set up. The reasons stand in the appliance's log, and on /ready when it is "
    "asked from the machine itself."
)
NO_FILE = "There is no such file, or this link to it is not valid. Use the link in the chat."
AWAY = "Our team is away right now. I am here all the time, and can take a message."
NO_SCRIPT = "This chat needs JavaScript."
REACH = "You can reach {name} {ways}."
BY_PHONE = "by phone at {phone}"
BY_EMAIL = "by e-mail at {email}"
OR = " or "
CALL_US = "Call {name}"
CALL_READY = "Talk to us right here, with your microphone."
CALL = "Call"
HANG_UP = "Hang up"
MUTE = "Mute"
KEYPAD = "Keypad"
BACK_TO_CHAT = "Back to the chat"
NO_CALLS = "Calls are switched off here. Write to us in the chat."
TOO_MANY_CALLS = "Too many calls in a short time. Try again in {seconds} s."
