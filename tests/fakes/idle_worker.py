"""A worker that is there and takes no call: `python -m tests.fakes.idle_worker`."""

from __future__ import annotations

import os
import signal
import socket

if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", int(os.environ["PHONE_PORT"]))):
        signal.pause()
