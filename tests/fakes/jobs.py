"""The jobs process over the stand-in, with one slow job that notes its start and its end."""

import time

from appliance.core import process
from appliance.core.queue import Job
from appliance.core.settings import Settings
from appliance.jobs import schedule, worker
from tests.fakes import appliance


def _main(chosen: Settings) -> None:
    made = appliance.build(chosen)

    def slow() -> None:
        (chosen.data_dir / "slow.began").touch()
        time.sleep(1.5)
        (chosen.data_dir / "slow.ended").touch()

    rooms = [Job("slow", 3600, slow, "Takes a second and a half.")]
    worker.work(chosen.data_dir / "jobs.db", schedule.recurring(made.db, made.clock, rooms))
    made.db.close()


if __name__ == "__main__":
    process.run("jobs", _main)
