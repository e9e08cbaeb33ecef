"""The wake-up queue of background work: huey over a file of its own, jobs.db.

A job here is a hint ("look now"), never the truth: huey has no acknowledgement and loses a running
task when it is killed. Whatever must happen is a row with a state, and every job is safe to run
twice.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huey import SqliteHuey
from huey.consumer import Consumer
from huey.registry import Message
from huey.serializer import Serializer

from appliance.core import errors, logs

WORKERS = 2
_IDLE_S = 0.05
_IDLE_MOST_S = 0.1
_log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Recurring work. `run` looks for rows that are due and is safe to run twice."""

    name: str
    every_s: float
    run: Callable[[], None]
    doc: str


class Queue:
    """Puts jobs by name and runs them in worker threads."""

    def __init__(self, path: Path, jobs: Iterable[Job]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._huey = SqliteHuey(
            "jobs", filename=str(path), results=False, utc=True, serializer=_Json(), timeout=10
        )
        self._waiting: set[str] = set()
        self._lock = threading.Lock()
        self._tasks = {
            job.name: self._huey.task(name=job.name, retries=0)(self._once(job)) for job in jobs
        }
        self._consumer: Consumer | None = None

    def put(self, name: str) -> bool:
        """Wake a job up; False where it already waits, as one look finds everything due."""
        with self._lock:
            if name in self._waiting:
                return False
            self._waiting.add(name)
        try:
            self._tasks[name]()
        except BaseException:  # the file is locked or full: it is put at the next turn
            with self._lock:
                self._waiting.discard(name)
            raise
        return True

    def start(self) -> None:
        """Start the workers. The caller sets the signal handlers after this: huey sets its own."""
        self._consumer = self._huey.create_consumer(
            workers=WORKERS, periodic=False, initial_delay=_IDLE_S, max_delay=_IDLE_MOST_S
        )
        self._consumer.start()

    def stop(self) -> None:
        """Finish the jobs that run; what waits stays in the file."""
        if self._consumer:
            self._consumer.stop(graceful=True)
            self._consumer = None
        self._huey.storage.close()

    def _once(self, job: Job) -> Callable[[], None]:
        def run() -> None:
            with self._lock:
                self._waiting.discard(job.name)
            try:
                job.run()
            except errors.Unavailable as wrong:
                _log.warning("job will be tried again", job=job.name, exc_info=wrong)
            except Exception as wrong:  # noqa: BLE001 - one job's fault must not end the others
                _log.error("job failed", job=job.name, exc_info=wrong)

        return run


class _Json(Serializer):  # type: ignore[misc]  # huey has no types
    """Messages as JSON: a pickle in a writable file would be code."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(list(data) if isinstance(data, Message) else data).encode()

    def _deserialize(self, data: bytes) -> Any:
        value = json.loads(bytes(data))
        return Message(*value) if isinstance(value, list) else value
