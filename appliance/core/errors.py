"""The four kinds of trouble, and who must act.

Error:
    ├── Refused         the caller is wrong       -> HTTP 4xx, never retried
    │   ├── NotFound    no such thing             -> 404
    │   ├── NotAllowed  who are you               -> 401/403
    │   ├── TooLarge    more than we take         -> 413
    │   └── TooMany     slow down                 -> 429
    ├── Unavailable     try again later           -> 503, retried
    ├── Rejected        it will never work        -> dead letter
    └── Misconfigured   a person must edit a file -> exit 78

A sentence says what happened, to what, and what to do.
"""

from __future__ import annotations


class Error(Exception):
    """Any trouble of ours. `retry_after_s` is a hint where waiting helps."""

    def __init__(self, sentence: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.retry_after_s = retry_after_s


class Refused(Error):
    """The caller asked for something we do not do."""


class NotFound(Refused):
    """What was asked for does not exist."""


class NotAllowed(Refused):
    """The caller did not prove who they are, or may not do this."""


class TooLarge(Refused):
    """The caller sent more than we take."""


class TooMany(Refused):
    """The caller asks too often."""


class Unavailable(Error):
    """Not now: the same call may succeed later."""


class Rejected(Error):
    """Never: the other side has said a final no."""


class Misconfigured(Error):
    """A person must edit a file or a setting first."""
