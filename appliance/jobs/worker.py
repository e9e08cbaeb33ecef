"""Runs the schedule and the workers of one process until it is told to stop.

The schedule decides when and only puts jobs; the queue runs them.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable
from datetime import UTC
from pathlib import Path
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from appliance.core import logs
from appliance.core.queue import Job, Queue

_log = logs.get(__name__)


def work(path: Path, jobs: Iterable[Job]) -> None:
    """Run the jobs until SIGTERM or SIGINT, then finish what runs. `path` is jobs.db."""
    listed = list(jobs)
    queue = Queue(path, listed)
    schedule = scheduler(queue, listed)
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    queue.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    for job in listed:
        queue.put(job.name)
    schedule.start()
    _log.info("working", jobs=[job.name for job in listed])
    stop.wait()
    _log.info("stopping")
    schedule.shutdown(wait=False)
    queue.stop()
    _log.info("stopped")


def scheduler(queue: Queue, jobs: Iterable[Job]) -> BackgroundScheduler:
    """Make the schedule: each job at its interval, once after any pause."""
    made = BackgroundScheduler(
        timezone=UTC,
        # By default APScheduler drops a job that is more than a second late.
        job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
    )
    for job in jobs:
        made.add_job(
            queue.put,
            IntervalTrigger(seconds=job.every_s, timezone=UTC),
            args=[job.name],
            id=job.name,
        )
    return made
