"""Says a recording into a call's room, when no bot is there to speak."""

from __future__ import annotations

import asyncio
from datetime import datetime

from livekit import rtc

from appliance.connectors.phone import prompts
from appliance.connectors.phone.access import Access
from appliance.core import errors, ids

IDENTITY = "announcer-"
_FRAME_BYTES = 320  # 20 ms


async def announce(access: Access, now: datetime, room: str, recording: str) -> None:
    """Speak a recording in a room; returns once it is heard.

    Raises:
        Unavailable: the server does not let us in.
    """
    grant = {"room": room, "roomJoin": True, "canPublish": True, "canSubscribe": False}
    token = access.token(now, identity=f"{IDENTITY}{ids.new_id()}", claims={"video": grant})
    inside, source = rtc.Room(), rtc.AudioSource(prompts.RATE, 1)
    try:
        async with asyncio.timeout(30):
            await inside.connect(access.url, token, rtc.RoomOptions(auto_subscribe=False))
            track = rtc.LocalAudioTrack.create_audio_track("announcement", source)
            options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
            published = await inside.local_participant.publish_track(track, options)
            async with asyncio.timeout(3):
                await published.wait_for_subscription()
            sound = prompts.samples(recording)
            for at in range(0, len(sound), _FRAME_BYTES):
                part = sound[at : at + _FRAME_BYTES].ljust(_FRAME_BYTES, b"\0")
                await source.capture_frame(rtc.AudioFrame(part, prompts.RATE, 1, len(part) // 2))
            await source.wait_for_playout()
    except (rtc.ConnectError, rtc.participant.PublishTrackError, TimeoutError) as cause:
        raise errors.Unavailable("An announcement could not be made.") from cause
    finally:
        await inside.disconnect()
        await source.aclose()
