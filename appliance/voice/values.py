"""What the parts of a call hand each other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from appliance.connectors.messages import Identity

Kind = Literal["sip", "web", "raw"]


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """A call as it reached us.

    Attributes:
        caller: The other side's number; of a web call the visitor's id. None: withheld.
        called: Which of our numbers was dialled.
        dial_id: Of a call that we make, what we owe.
        opening: What is said then after the disclosure, in place of the greeting.
    """

    call_id: str
    direction: Literal["inbound", "outbound"]
    caller: str | None
    called: str | None
    kind: Kind
    dial_id: str | None = None
    opening: str | None = None

    @property
    def identity(self) -> Identity:
        """Who the caller is to us; somebody without a number is new with each call."""
        if self.caller is None:
            return Identity("visitor", f"call-{self.call_id}")
        return Identity("visitor" if self.kind == "web" else "phone", self.caller)


class Ended(StrEnum):
    """Why a call ended. `by_keys`: speech broke, and it goes on by keys, in a row of its own."""

    CALLER = "caller_hung_up"
    SILENCE = "silence"
    TOO_LONG = "too_long"
    TRANSFERRED = "transferred"
    STOPPED = "stopped"
    SERVED = "served"
    NOT_TAKEN = "not_taken"
    FAILED = "failed"
    BY_KEYS = "by_keys"


# By us, in the middle.
CUT_OFF = frozenset({Ended.STOPPED, Ended.FAILED})


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """How a call went.

    Attributes:
        handoff: The ticket's reference, where a person was asked for.
        is_disclosed: Whether the caller has heard that they talk to a machine.
        is_lost: Whether the caller got no answer, or was cut off by us.
    """

    call_id: str
    ended: Ended
    conversation_id: str
    turns: int
    seconds: float
    handoff: str | None = None
    is_disclosed: bool = False
    is_lost: bool = False
