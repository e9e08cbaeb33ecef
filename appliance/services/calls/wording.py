"""Why a caller was not written to, for the operator."""

from __future__ import annotations

NO_TEXT = "voice.missed_call has no text"
GONE = "the conversation is gone"
TOO_LATE = "it was noticed too late"
CALLED_AGAIN = "the caller called again"
WRITTEN_LATELY = "the caller was written to within the hour"
WITH_PERSON = "a person has the conversation"
QUIET = "it is not the hour for it (voice.missed_call)"
NO_CHANNEL = "no channel is open on which it could be written"
NEVER_WROTE = "{channel}: the caller has never written to us there"
STOPPED = "{channel}: the caller wrote STOP"
NO_ADDRESS = "{channel}: nothing is known there to write to"
REFUSED = "{channel}: {why}"
