"""A call and its turns, as rows tell them. Durations are milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a caller and what was said to it.

    Attributes:
        message_id: The caller's words in the conversation.
        end_of_turn_ms: From the last sound to the decision that the turn is over.
        stt_ms: From the last sound to the final words.
        first_token_ms: From the end of the turn to the first released words.
        first_audio_ms: From those words to their first sound.
        reply_ms: From the caller's last sound to the first sound of the reply; None: none came.
        was_cut: Whether the caller spoke over the reply.
    """

    ordinal: int
    message_id: str | None
    end_of_turn_ms: int | None
    stt_ms: int | None
    first_token_ms: int | None
    first_audio_ms: int | None
    reply_ms: int | None
    was_cut: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Call:
    """A call. `outcome` is why it ended; `state` is open, ended or dropped (its process died)."""

    id: str
    conversation_id: str
    contact_id: str
    kind: str
    direction: str
    state: str
    began_at: datetime
    ended_at: datetime | None
    outcome: str | None
    handoff: str | None
    disclosed_ms: int | None
    caller_ms: int
    bot_ms: int
    failures: int
    sentiment: float | None


@dataclass(frozen=True, slots=True)
class Lost:
    """A call that was lost: the caller got no answer, or it broke off.

    Attributes:
        state: due (to be judged), written (a message went out) or withheld.
        why: Why no message went out.
        channel: Where it went out.
    """

    call_id: str
    contact_id: str
    lost_at: datetime
    state: str
    why: str | None
    channel: str | None
    message_id: str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """How a call ends up: what is counted while it runs and written at its end.

    `sentiment` is -1 to 1, counted from words (`sentiment`); None: nothing showed any, or it was
    not English that was recognised.
    """

    caller_ms: int = 0
    bot_ms: int = 0
    failures: int = 0
    disclosed_ms: int | None = None
    sentiment: float | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """A call's recording. `state` is open, kept, refused (by the caller) or erased.

    Attributes:
        told_ms: When in the call the sentence began that tells of it.
        sound_ms: How much of the call it holds.
    """

    call_id: str
    state: str
    told_ms: int | None
    began_at: datetime
    sound_ms: int
