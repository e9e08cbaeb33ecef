"""The worker: LiveKit's server gives it calls, and each gets a process of its own.

The functions here run in those processes; LiveKit hands them over by name.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from functools import partial

from livekit import rtc
from livekit.agents import AgentServer, JobContext, JobProcess

from appliance.assembly import calls
from appliance.connectors.phone import access
from appliance.connectors.phone.rooms import is_disguised
from appliance.core import errors, logs, settings
from appliance.core.settings import Settings
from appliance.core.supervised import die_with_parent
from appliance.voice import hold, keys, ladder, outgoing, pipeline, room, transfer

_DRAIN_S = 20
# As long as it takes to say so and to write the rows.
_CLOSE_S = 11.0
_READY_S = 60.0
_log = logs.get(__name__)


def build(chosen: Settings) -> AgentServer:
    """Build the worker.

    Raises:
        Misconfigured: it is not told where LiveKit's server is.
    """
    url, key, secret = settings.livekit_server()
    server = AgentServer(
        ws_url=url,
        api_key=key,
        api_secret=secret,
        host="127.0.0.1",
        port=chosen.voice_port,
        setup_fnc=warm,
        num_idle_processes=1,
        load_fnc=_Load(chosen.calls_at_once),
        load_threshold=0.99,
        job_memory_limit_mb=chosen.call_memory_mb,
        job_memory_warn_mb=chosen.call_memory_mb * 0.8,
        preload_modules=["appliance.voice.worker"],  # once, and shared by all calls
        initialize_process_timeout=_READY_S,
        drain_timeout=_DRAIN_S,
        log_level=chosen.log_level.upper().replace("WARNING", "WARN"),
    )
    server.rtc_session(take, agent_name=access.AGENT)
    return server


async def run(chosen: Settings) -> None:
    """Take calls until SIGTERM or SIGINT, then let those that run say goodbye."""
    hold.forget_all(chosen.data_dir)
    server = build(chosen)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    serving = asyncio.create_task(server.run(), name="worker")
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        stopping.cancel()
        serving.result()
        raise errors.Unavailable("The worker ended: LiveKit's server does not answer.")
    _log.info("stopping")
    try:
        await asyncio.to_thread(calls.tell_calls_to_end, chosen)
    except errors.Error as cause:
        _log.error("calls could not be told that they end", why=cause.sentence)
    with contextlib.suppress(TimeoutError):
        # A process that is being made ready may take longer; it ends with us.
        async with asyncio.timeout(_CLOSE_S):
            await server.aclose()
    serving.cancel()
    await asyncio.wait({serving}, timeout=1)


def warm(process: JobProcess) -> None:
    """Make a process ready before a call is there for it."""
    die_with_parent()
    chosen = settings.load()
    logs.configure(chosen, process="call")
    pipeline.warm()
    process.userdata["house"] = calls.opened(chosen)


async def take(job: JobContext) -> None:
    """Take one call, unless another process holds it already."""
    house = job.proc.userdata["house"]
    entering = asyncio.create_task(room.caller_in(job), name="enter the room")
    async with calls.started(house):
        caller = await entering
        if caller is None:
            job.shutdown("nobody was there")
            return
        with hold.alone(house.settings.data_dir, job.job.room.name) as is_ours:
            ended = (
                await _held(job, caller, house) if is_ours else "another process holds this call"
            )
    job.shutdown(ended)


async def _held(
    job: JobContext, caller: rtc.RemoteParticipant, house: calls.SpokenAppliance
) -> str:
    """Hold the call; gives why it ended."""
    line = room.RoomLine(job, caller, person=partial(transfer.way_of, house))
    if is_disguised(caller.attributes):
        _log.warning("a call was turned away", why="it names a network as its host")
        await line.hang_up()
        return "the caller is in disguise"

    async def by_keys() -> keys.KeyLine:
        opened = keys.KeyLine(job, caller, line, stop=house.draining)
        await opened.begin()
        return opened

    incoming = room.call_of(job, caller)
    if (dial_id := access.dial_of(job.job.room.name)) is not None:
        incoming = outgoing.of_dial(house, incoming, dial_id)
    await ladder.hold(incoming, line, house, by_keys=by_keys)
    return "the call is over"


class _Load:
    """How busy the worker is: by calls, not by the machine's load, which others cause too."""

    def __init__(self, most: int) -> None:
        self._most = most

    def __call__(self, server: AgentServer) -> float:
        return min(len(server.active_jobs) / self._most, 1.0)
