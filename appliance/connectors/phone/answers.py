"""How a telephone we call answers."""

from __future__ import annotations

from enum import StrEnum


class Answer(StrEnum):
    """What became of one attempt.

    TRUNK_REFUSES: whoever carries our calls did not take this one. UNREACHABLE: no word came from
    there, or it is broken. UNKNOWN: the telephone may have rung, and may have been answered.
    """

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    NO_SUCH_NUMBER = "no_such_number"
    TRUNK_REFUSES = "trunk_refuses"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


_OF_STATUS = {
    401: Answer.TRUNK_REFUSES,
    402: Answer.TRUNK_REFUSES,
    403: Answer.TRUNK_REFUSES,
    404: Answer.NO_SUCH_NUMBER,
    407: Answer.TRUNK_REFUSES,
    408: Answer.NO_ANSWER,
    410: Answer.NO_SUCH_NUMBER,
    480: Answer.NO_ANSWER,
    484: Answer.NO_SUCH_NUMBER,
    486: Answer.BUSY,
    487: Answer.NO_ANSWER,
    600: Answer.BUSY,
    603: Answer.DECLINED,
    604: Answer.NO_SUCH_NUMBER,
    607: Answer.DECLINED,
    608: Answer.DECLINED,
}


def of_status(code: int) -> Answer:
    """Read a final SIP status (RFC 3261, 8197, 8688)."""
    return _OF_STATUS.get(code, Answer.UNREACHABLE)
