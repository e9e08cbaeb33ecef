"""How often visitors and addresses may ask: token buckets in a bounded memory."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from appliance.api import networks
from appliance.core import clock, errors


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` in `per_s` seconds in the long run, at most `burst` at once."""

    count: float
    per_s: float
    burst: int


@dataclass(frozen=True, slots=True)
class ChatLimits:
    """The web chat's limits. A burst of 20 lets a client's retries through.

    The widget reads history once a tab, 200 messages a page, and then only listens: 60 reads at
    once are a browser that restores twelve tabs of a conversation of a thousand messages.
    """

    messages_of_visitor: Rate = Rate(20, 60, 20)
    messages_of_address: Rate = Rate(120, 60, 120)
    visitors_of_address: Rate = Rate(30, 3600, 30)
    reads_of_visitor: Rate = Rate(60, 60, 60)
    streams_of_visitor: int = 12
    streams: int = 700


@dataclass(frozen=True, slots=True)
class CallLimits:
    """The limits of calls in the browser.

    A call is costly: each is a process, and paid services may listen and speak in it.
    """

    calls_of_visitor: Rate = Rate(20, 3600, 5)
    calls_of_address: Rate = Rate(60, 3600, 20)
    lines: int = 64


class Buckets:
    """One bucket for each key, refilled with time. The least recently used are forgotten."""

    def __init__(self, rate: Rate, clock: clock.Clock, *, keys: int = 20_000) -> None:
        self._rate = rate
        self._clock = clock
        self._keys = keys
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Take one; gives 0, or the seconds until there is one to take."""
        speed = self._rate.count / self._rate.per_s
        now = self._clock.monotonic()
        level, at = self._levels.get(key, (float(self._rate.burst), now))
        level = min(float(self._rate.burst), level + (now - at) * speed)
        wait_s = 0.0 if level >= 1 else (1 - level) / speed
        self._levels[key] = (level if wait_s else level - 1, now)
        self._levels.move_to_end(key)
        if len(self._levels) > self._keys:
            self._levels.popitem(last=False)
        return wait_s


def refuse_after(wait_s: float, sentence: str) -> None:
    """Raise TooMany where somebody has to wait; `sentence` takes `{seconds}`."""
    if wait_s > 0:
        raise errors.TooMany(sentence.format(seconds=math.ceil(wait_s)), retry_after_s=wait_s)


def address_of(request: HTTPConnection) -> str:
    """Give the network that a request's address counts for."""
    return networks.group(request.client.host if request.client else "")
