"""The room's recurring work: documents that wait, websites that are due, vectors that lack."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from appliance.core import errors, logs
from appliance.core.clock import Clock
from appliance.knowledge import records, reindex, turns
from appliance.knowledge.library import open_file
from appliance.knowledge.room import Room

EVERY_S = 15.0
_AT_ONCE_S = 20.0  # then the worker is free for other jobs; what is left waits for the next look
_log = logs.get(__name__)


def take_up(path: Path, clock: Clock, wanted: str, open_room: Callable[[], Room]) -> None:
    """Do what is due. Looking costs a few milliseconds; the room is opened only for work.

    `wanted` is the name of the embedder the config asks for.
    """
    if not path.exists() or not _is_due(path, clock, wanted):
        return
    with turns.only_one(path) as ours:
        if ours:
            with closing(open_room()) as room:
                _do(room)


def _is_due(path: Path, clock: Clock, wanted: str) -> bool:
    now = clock.now()
    with closing(open_file(path)) as db:
        serving = db.read(records.serving)
        return (
            bool(db.read(lambda c: records.count_due(c, now)))
            or any(site.due_at <= now for site in db.read(records.list_sites))
            or db.read(records.must_wipe)
            or (serving is not None and serving.name != wanted)
            or db.read(records.lacks_vectors)
        )


def _do(room: Room) -> None:
    ends = room.library.clock.monotonic() + _AT_ONCE_S

    def goes_on() -> bool:
        return room.library.clock.monotonic() < ends

    if room.library.db.read(records.must_wipe):
        _wipe(room)
    with room.intake() as intake:
        intake.work(goes_on=goes_on)
    if reindex.is_due(room.library):
        made = reindex.reindex(room.library, goes_on=goes_on)
        _log.info("made vectors", made=made, embedder=room.library.embedder.name)


def _wipe(room: Room) -> None:
    try:
        room.library.db.compact()
        room.library.db.write_now(records.wiped)
    except errors.Unavailable as wrong:
        _log.warning("what was removed is not yet wiped", why=wrong.sentence)
