"""Makes this checkout runnable in the Python that runs this file: the path, and the command.

What an editable install does, without downloading a build backend.
"""

import pathlib
import sys
import sysconfig

HOUSE = pathlib.Path(__file__).resolve().parent.parent
COMMAND = """#!{python}
import sys

from appliance.__main__ import main

sys.exit(main())
"""


def link() -> None:
    """Write the path file into site-packages and the command beside the interpreter."""
    site = pathlib.Path(sysconfig.get_path("purelib"))
    (site / "frontdesk_appliance.pth").write_text(f"{HOUSE}\n")
    command = pathlib.Path(sysconfig.get_path("scripts")) / "appliance"
    command.write_text(COMMAND.format(python=sys.executable))
    command.chmod(0o755)


if __name__ == "__main__":
    link()
