"""What the outbox's functions hand each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from appliance.core.effects import State

# Our own page and terminal read the rows themselves, and a call speaks them: writing is sending.
DIRECT = frozenset({"web_chat", "phone"})

# The code of a part whose window was found closed by the provider: it leaves in its late form.
LATE = "late"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A part of a message on its way. `why` and `code` tell of the last attempt."""

    id: str
    message_id: str
    part: int
    conversation_id: str
    contact_id: str
    channel: str
    account: str
    state: State
    attempts: int
    next_attempt_at: datetime | None
    lease_until: datetime | None
    provider_key: bytes | None
    code: str | None
    why: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Stop:
    """A channel that must not send until a person acts."""

    channel: str
    code: str | None
    why: str
    since: datetime
