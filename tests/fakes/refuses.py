"""A process that a person must help first."""

from appliance.core import errors, process
from appliance.core.settings import Settings


def _main(_chosen: Settings) -> None:
    raise errors.Misconfigured("The key file does not fit the data.")


if __name__ == "__main__":
    process.run("refuses", _main)
