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
WITH_PERSON = "A colleague is already taking care of this. I have noted what you said for them."
STOPPING = "I'm sorry, I have to stop here. Please call again in a minute. Goodbye."
VOICEMAIL = "A message of {seconds} s from {caller}. appliance voicemail save {id} FILE"
NO_NUMBER = "a hidden number"

# What may have to be said when no voice is left.
FIXED = (NOT_SPOKEN, NOT_HEARD, STILL_THERE, GOODBYE, TOO_LONG, NOT_NOW, REPEAT, STOPPING)

# For the ticket of a call that broke.
CALL_FAILED = "A call broke off because speech did not work. Please call back."
