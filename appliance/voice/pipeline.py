"""The one place where a call's session is put together, whatever carries its sound."""

from __future__ import annotations

from typing import Any

from livekit.agents import AgentSession, TurnHandlingOptions, inference, llm
from livekit.agents.types import APIConnectOptions
from livekit.agents.voice.agent_session import SessionConnectOptions

from appliance.models.speech.shelf import Speech

# Prediction of a turn's end begins after 0.2 s of silence; LiveKit refuses less than 0.25 s here.
_SILENCE_S = 0.25
_MIN_DELAY_S = 0.25
# What a wrong "not yet" costs. LiveKit's 2.5 s is heard as a dead line (livekit/agents #6415).
_MAX_DELAY_S = 0.8
_BARGE_IN_S = 0.25
_COUGH_S = 1.5
# When speech fails for good the call says so and ends (`call._on_error`); LiveKit would just close.
_ATTEMPT = APIConnectOptions(max_retry=1, retry_interval=0.3, timeout=8.0)


class Unasked(llm.LLM[Any]):
    """Stands where LiveKit wants a model: without one, turns are committed and never answered.

    The words come from `FrontdeskAgent.llm_node`.
    """

    def chat(self, **_: Any) -> llm.LLMStream:
        raise AssertionError("the desk answers; LiveKit's model is never asked")


def voice_activity() -> inference.VAD:
    """Give what tells speech from silence: Silero, compiled into LiveKit's core."""
    return inference.VAD(min_silence_duration=_SILENCE_S)


def end_of_turn() -> inference.TurnDetector:
    """Give what tells a turn's end from a pause: here, where without a version a cloud might."""
    return inference.TurnDetector(version="v1-mini")


def warm() -> None:
    """Load both models, once a process."""
    from livekit.local_inference import init_eot, init_vad  # noqa: PLC0415 - 35 MB, for calls only

    init_vad()
    init_eot()


def session(speech: Speech, vad: inference.VAD) -> AgentSession[None]:
    """Put a call's session together."""
    return AgentSession(
        stt=speech.ears,
        tts=speech.mouth,
        llm=Unasked(),
        vad=vad,
        turn_handling=TurnHandlingOptions(
            turn_detection=end_of_turn(),
            endpointing={"min_delay": _MIN_DELAY_S, "max_delay": _MAX_DELAY_S},
            interruption={
                "mode": "vad",
                "min_duration": _BARGE_IN_S,
                # A cough holds a reply, it does not end it: without words it goes on. (A room can
                # be held; raw sound cannot, there it ends.)
                "resume_false_interruption": True,
                "false_interruption_timeout": _COUGH_S,
            },
            preemptive_generation={"enabled": False},
        ),
        conn_options=SessionConnectOptions(
            stt_conn_options=_ATTEMPT, tts_conn_options=_ATTEMPT, max_unrecoverable_errors=1_000
        ),
        aec_warmup_duration=None,  # it would keep the first three seconds from being interrupted
        user_away_timeout=None,
    )
