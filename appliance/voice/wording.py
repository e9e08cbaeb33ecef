"""Every sentence of ours that a caller may hear from this room."""

from __future__ import annotations

FILLER = "One moment, please."
AGAIN = "Sorry, let me say that again."
REPEAT = "Sorry, I didn't catch that. Could you say it again, please?"
STILL_THERE = "Are you still there?"
GOODBYE = "I can't hear you, so I will hang up now. Please call again any time. Goodbye."
TOO_LONG = "I have to end this call now. Please call again any time. Goodbye."
NOT_NOW = "I'm sorry, I can't do that right now. Please try again in a moment."
NOT_HEARD = "I'm sorry, I can't hear you at the moment. A colleague will call you back. Goodbye."
NOT_SPOKEN = "I'm sorry, I can't speak at the moment. A colleague will call you back. Goodbye."
NOT_RECORDED = "All right, this call is not recorded."
WITH_PERSON = "A colleague is already taking care of this. I have noted what you said for them."
STOPPING = "I'm sorry, I have to stop here. Please call again in a minute. Goodbye."
HOLD = "Please hold the line. I am calling a colleague for you."
STILL_RINGS = "I am still trying to reach a colleague. One moment, please."
NOBODY_TOOK = (
    "I'm sorry, nobody can take your call right now. Your request is with my colleagues. "
    "If you would like to leave them a message, please say it now."
)
WE_CALL = "I am calling for {company}. {reason}"
VOICEMAIL = "A message of {seconds} s from {caller}. appliance voicemail save {id} FILE"
NO_NUMBER = "a hidden number"

# What may have to be said when no voice is left.
FIXED = (NOT_SPOKEN, NOT_HEARD, STILL_THERE, GOODBYE, TOO_LONG, NOT_NOW, REPEAT, STOPPING)

SPELLED_ADDRESS = "The address: {}."
SPELLED_REFERENCE = "The reference: {}."

_SOMEBODY = "A caller without a number"
_LONGEST_WHY = 160


def announcement(*, company: str, who: str | None, why: str) -> str:
    """Tell a person who is on the line and why, and how they take the call."""
    plain = " ".join(why.split())
    about = plain if len(plain) <= _LONGEST_WHY else f"{plain[:_LONGEST_WHY].rsplit(' ', 1)[0]}..."
    said = f"{who or _SOMEBODY} is on the line for {company}: {about.rstrip('.')}."
    return f"{said} Press 1 to take the call, or 2 to send it back."


# For the ticket of a call that broke.
CALL_FAILED = "A call broke off because speech did not work. Please call back."
