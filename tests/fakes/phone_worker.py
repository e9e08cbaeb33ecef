"""A worker without a bot: `python -m tests.fakes.phone_worker`, a real AgentServer.

It plays a tone of 440 Hz, and writes what happens to it as lines of JSON to $PHONE_DIARY. Key 0
ends the call, key 9 transfers it to the address in the file `person` beside the diary, key 7 kills
the call's own process.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
from livekit import rtc
from livekit.agents import AgentServer, JobContext, JobExecutorType
from livekit.agents.cli import run_app  # noqa: F401 - its import sets the library's logging up

RATE = 48_000


def diary(what: str, **facts: object) -> None:
    with Path(os.environ["PHONE_DIARY"]).open("a") as out:
        out.write(json.dumps({"what": what, **facts}) + "\n")


async def entry(job: JobContext) -> None:
    await job.connect()
    caller = await job.wait_for_participant()
    diary("joined", attributes=dict(caller.attributes), metadata=job.job.metadata, pid=os.getpid())
    source = rtc.AudioSource(RATE, 1)
    track = rtc.LocalAudioTrack.create_audio_track("bot", source)
    await job.room.local_participant.publish_track(track)
    over = asyncio.Event()
    tasks: list[asyncio.Future[Any]] = [
        asyncio.create_task(tone(source)),
        asyncio.create_task(listen(job.room)),
    ]

    def pressed(press: rtc.SipDTMF) -> None:
        diary("pressed", key=press.digit)
        if press.digit == "0":
            tasks.append(asyncio.ensure_future(job.delete_room()))
        elif press.digit == "9":
            tasks.append(asyncio.create_task(transfer(job, caller)))
        elif press.digit == "7":
            os.kill(os.getpid(), signal.SIGKILL)

    job.room.on("sip_dtmf_received", pressed)
    job.room.on("participant_disconnected", lambda _who: over.set())
    job.room.on("disconnected", lambda _why: over.set())
    await over.wait()
    diary("over")
    for task in tasks:
        task.cancel()
    job.shutdown()


async def tone(source: rtc.AudioSource) -> None:
    at = 0
    while True:
        wave = np.sin(2 * np.pi * 440 * np.arange(at, at + RATE // 50) / RATE) * 8000
        frame = rtc.AudioFrame(wave.astype(np.int16).tobytes(), RATE, 1, RATE // 50)
        await source.capture_frame(frame)
        at += RATE // 50


async def listen(room: rtc.Room) -> None:
    """Note once that the caller's own tone of 1000 Hz is heard."""
    while True:
        for who in room.remote_participants.values():
            for publication in who.track_publications.values():
                if isinstance(publication.track, rtc.RemoteAudioTrack):
                    await hear(publication.track)
                    return
        await asyncio.sleep(0.05)


async def hear(track: rtc.RemoteAudioTrack) -> None:
    stream = rtc.AudioStream.from_track(track=track, sample_rate=8000, num_channels=1)
    heard = np.zeros(0, np.int16)
    async for event in stream:
        heard = np.concatenate([heard, np.frombuffer(event.frame.data, np.int16)])[-1600:]
        if len(heard) == 1600 and (pitch := loudest(heard, 8000)) and abs(pitch - 1000) < 15:
            diary("heard", pitch=pitch)
            return


def loudest(samples: np.ndarray, rate: int) -> float:
    """Give the loudest frequency in Hz; 0 where it is quiet."""
    if np.abs(samples).max(initial=0) < 500:
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


async def transfer(job: JobContext, caller: rtc.RemoteParticipant) -> None:
    person = Path(os.environ["PHONE_DIARY"]).with_name("person").read_text()
    try:
        await job.transfer_sip_participant(caller, person)
    except Exception as wrong:
        diary("not transferred", why=str(wrong))
    else:
        diary("transferred")


def main() -> None:
    server = AgentServer(
        host="127.0.0.1",
        port=int(os.environ["PHONE_PORT"]),
        job_executor_type=JobExecutorType.PROCESS,
        num_idle_processes=1,
        drain_timeout=3,
        load_fnc=lambda server: len(server.active_jobs) / 50,
        load_threshold=0.99,
    )
    server.rtc_session(entry, agent_name="frontdesk")
    asyncio.run(server.run())


if __name__ == "__main__":
    main()
