"""`appliance up` over the stand-ins: python -m tests.fakes.up [api] [jobs] [dies] [refuses]."""

from __future__ import annotations

import sys

from appliance.core import process
from appliance.core.settings import Settings
from appliance.processes import up
from appliance.processes.listing import Process

KNOWN = {
    "jobs": Process("jobs", "tests.fakes.jobs", 10, 15, "the stand-in's background"),
    "api": Process("api", "tests.fakes.appliance", 20, 15, "the stand-in"),
    "dies": Process("dies", "tests.fakes.dies", 30, 5, "ends at once"),
    "talks": Process("talks", "tests.fakes.talks", 30, 5, "writes far more than a pipe holds"),
    "refuses": Process("refuses", "tests.fakes.refuses", 30, 5, "ends as misconfigured"),
}


def _main(chosen: Settings) -> None:
    sys.exit(up.up(chosen, [KNOWN[name] for name in sys.argv[1:]]))


if __name__ == "__main__":
    process.run("up", _main)
