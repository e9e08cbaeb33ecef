"""Figures of calls, counted from their rows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appliance.services.calls.values import Call, Turn


@dataclass(frozen=True, slots=True)
class VoiceMetrics:
    """The seed's figures of a call. None: not known (nobody was asked, nothing was measured).

    `response_latency_ms` is the median from the caller's last sound to the reply's first;
    `talk_ratio` the bot's share of all that was spoken, 0 to 1.
    """

    duration_seconds: float | None
    interruptions: int
    sentiment: float | None
    response_latency_ms: int | None
    user_satisfaction: float | None
    handoff_occurred: bool
    turns: int
    talk_ratio: float | None


def of_call(call: Call, turns: Sequence[Turn]) -> VoiceMetrics:
    """Count a call."""
    spoken_ms = call.bot_ms + call.caller_ms
    return VoiceMetrics(
        duration_seconds=(
            (call.ended_at - call.began_at).total_seconds() if call.ended_at else None
        ),
        interruptions=sum(turn.was_cut for turn in turns),
        sentiment=call.sentiment,
        response_latency_ms=percentile((turn.reply_ms for turn in turns), 0.5),
        user_satisfaction=None,
        handoff_occurred=call.handoff is not None,
        turns=len(turns),
        talk_ratio=round(call.bot_ms / spoken_ms, 3) if spoken_ms else None,
    )


def percentile(values: Iterable[int | None], share: float) -> int | None:
    """Give the value below which a share lies (nearest rank); None where there is none."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return None
    rank = max(-(-len(known) * share // 1), 1)  # rounded up
    return known[int(rank) - 1]
