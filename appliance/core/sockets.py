"""Whether an address can be listened on, asked before a server is started."""

from __future__ import annotations

import errno
import socket

from appliance.core import errors


def check_free(host: str, port: int) -> int:
    """Give the port to listen on: `port`, or a free one where it is 0.

    Raises:
        Misconfigured: somebody else listens there, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        # As servers do: a port that only has old connections winding down counts as free.
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
            trial.listen(1)
        except OSError as wrong:
            raise errors.Misconfigured(_said(host, port, wrong)) from wrong
        chosen: int = trial.getsockname()[1]
        return chosen


def _said(host: str, port: int, wrong: OSError) -> str:
    if wrong.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is already in use by another program. "
            "Stop that program, or set APPLIANCE_PORT to a free port."
        )
    if wrong.errno == errno.EACCES:
        return f"Port {port} may not be opened by this user. Set APPLIANCE_PORT to 1024 or higher."
    return f"Cannot listen on {host}, port {port} ({wrong.strerror}). Check APPLIANCE_HOST."
