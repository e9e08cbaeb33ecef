"""The jobs process: `python -m appliance.jobs`."""

from __future__ import annotations

from appliance.assembly import jobs as rooms
from appliance.assembly.office import open_office
from appliance.core import process
from appliance.core.settings import Settings
from appliance.jobs import schedule, worker


def _main(chosen: Settings) -> None:
    office = open_office(chosen)
    background = rooms.Background(office)
    jobs = schedule.recurring(office.db, office.clock, background.jobs)
    try:
        worker.work(chosen.data_dir / "jobs.db", jobs)
    finally:
        background.close()
        office.close()


if __name__ == "__main__":
    process.run("jobs", _main)
