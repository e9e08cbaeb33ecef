"""A module that is run under `supervised` finds its arguments where it would find them alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_a_modules_arguments_are_its_own(tmp_path: Path) -> None:
    (tmp_path / "echoes.py").write_text("import sys; print(sys.argv[1:], __name__)")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    command = [sys.executable, "-m", "appliance.core.supervised", "echoes", "first", "--second"]

    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "['first', '--second'] __main__"
