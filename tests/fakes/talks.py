"""A process that writes far more than a pipe holds, then waits."""

import signal
import sys

from appliance.core import process
from appliance.core.settings import Settings


def _main(chosen: Settings) -> None:
    for number in range(20_000):
        sys.stdout.write(f"{number} {'x' * 100}\n")
    sys.stdout.flush()
    (chosen.data_dir / "talked").touch()
    signal.sigwait({signal.SIGTERM})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    process.run("talks", _main)
