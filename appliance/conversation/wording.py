"""Every sentence of ours that a contact may read from this room."""

from __future__ import annotations

from collections.abc import Mapping

from appliance.connectors.messages import Kind

NOT_DONE: Mapping[str, str] = {
    "booked": "I have not booked anything yet.",
    "transferred": "I have not reached a colleague yet.",
    "lead saved": "I have not saved your details yet.",
    "sent": "I have not sent anything yet.",
    "refunded": "I cannot make refunds myself.",
    "cancelled": "I have not cancelled anything.",
    "changed": "I have not changed anything.",
    "granted": "I have not granted anything; a colleague would have to decide that.",
    "ordered": "I have not ordered or paid for anything.",
}
PRIVATE = "I can't share how I am set up or anything that is kept secret."
UNFOUNDED: Mapping[str, str] = {
    "money": "I can't confirm that price; our price list does not say so.",
    "percent": "I can't confirm that discount or percentage; our price list does not say so.",
    "free": "I can't confirm that this is free; our price list does not say so.",
    "reference": "I have no such reference in this conversation.",
    "email": "I can't give that e-mail address.",
    "phone": "I can't give that number.",
}
LINK_GONE = "(link removed)"

LIMIT_REACHED = (
    "I'm sorry, this is taking me too long. I've asked a colleague to take over; "
    "they can see our conversation (reference {reference})."
)
WENT_WRONG = (
    "I'm sorry, something went wrong on our side and I couldn't finish. I've asked a colleague "
    "to take over; they can see our conversation (reference {reference})."
)
AWAITING_APPROVAL = "A colleague has to decide this. I'll write here as soon as they have."
NOTHING_TO_SAY = "I'm sorry, I don't have an answer to that. Would you like to talk to a person?"

TOOL_UNKNOWN = "There is no such tool here. Answer without it, or offer a person."
TOOL_NOT_PROVED = (
    "For that I would have to be sure who you are, and I cannot check that here. "
    "I can ask a colleague to help."
)
TOOL_ARGUMENTS = (
    "I could not work with what I have for this ({fields}). Could you put it differently?"
)
TOOL_TIMEOUT = (
    "That took longer than expected, so I stopped waiting. "
    "Please try again in a moment, or I can ask a colleague."
)
TOOL_FAILED = "That did not work because of a problem on our side. I can ask a colleague to help."
TOOL_GARBLED = "The answer I got made no sense, so I won't use it. I can ask a colleague to help."
TOOL_REHEARSED = "This is a rehearsal, so nothing was done. In earnest it would be done now."
TOOL_TOO_MUCH = "That is more than I can take in at once. Could you ask for something narrower?"
TOOL_UNSURE = (
    "I can't tell whether that went through the first time, so I won't repeat it. "
    "A colleague can check."
)

UNREADABLE: Mapping[Kind, str] = {
    Kind.IMAGE: "Thank you. I can't look at pictures here: could you tell me in words?",
    Kind.VIDEO: "Thank you. I can't watch videos here: could you tell me in words?",
    Kind.AUDIO: "Thank you. I can't listen to voice messages here: could you write it, please?",
    Kind.DOCUMENT: "Thank you. I can't open documents here, but a colleague can see it.",
    Kind.UNSUPPORTED: "I can't read this kind of message here: could you write it, please?",
}
MCP_NOT_REACHED = (
    "I can't reach the system I need for that at the moment, so nothing was done. "
    "I can ask a colleague to help."
)
MCP_NOT_APPROVED = "A colleague has looked at it and decided against it, so nothing was done."
