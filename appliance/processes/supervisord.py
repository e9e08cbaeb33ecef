"""Speaks supervisord's language: writes its configuration, asks for its processes' states."""

from __future__ import annotations

import getpass
import http.client
import os
import shlex
import sys
import xmlrpc.client
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from supervisor.xmlrpc import SupervisorTransport

from appliance.core.process import MISCONFIGURED
from appliance.processes.listing import Process

# 0: supervisord restarts at once and keeps the exit code, which it forgets of a process that dies
# before this time. When enough is enough is `watch`'s to say.
_STARTED_S = 0


def configuration(
    processes: Iterable[Process], folder: Path, environment: Mapping[str, str]
) -> str:
    """Give the text of supervisord.conf. `folder` holds the socket: keep its path short.

    Sockets' paths end at 108 bytes, so `folder` is a temporary one, not the data folder.
    """
    head = _SUPERVISORD.format(folder=_escaped(str(folder)), user=_user(), name=_NAME)
    return "\n".join([head, *(_program(process, environment) for process in processes)])


# The folder is readable by its owner alone, which is what protects the socket; supervisord calls a
# socket without a password critical all the same.
_NAME = "appliance"

_SUPERVISORD = """\
[supervisord]
nodaemon=true
logfile=/dev/null
logfile_maxbytes=0
loglevel=warn
pidfile={folder}/supervisord.pid
childlogdir={folder}
{user}
[unix_http_server]
file={folder}/supervisor.sock
chmod=0600
username={name}
password={name}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""


def _user() -> str:
    # supervisord warns a root that did not say so.
    return f"user={getpass.getuser()}\n" if os.geteuid() == 0 else ""


def _program(process: Process, environment: Mapping[str, str]) -> str:
    command = shlex.join([sys.executable, "-u", "-m", "appliance.core.supervised", process.module])
    lines = {
        "command": _escaped(command),
        "priority": process.order,
        "stopwaitsecs": process.stop_s,
        "startsecs": _STARTED_S,
        "autorestart": "unexpected",
        "exitcodes": MISCONFIGURED,
        "redirect_stderr": "true",
        "stdout_logfile": "/dev/fd/1",
        "stdout_logfile_maxbytes": 0,
        "environment": ",".join(f'{name}="{_escaped(to)}"' for name, to in environment.items()),
    }
    return f"[program:{process.name}]\n" + "".join(
        f"{k}={v}\n" for k, v in lines.items() if v != ""
    )


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


@dataclass(frozen=True, slots=True)
class State:
    """What supervisord says of one process."""

    name: str
    state: str
    pid: int
    exit_code: int


def states(folder: Path) -> list[State]:
    """Ask for every process's state; an empty list while supervisord does not answer."""
    transport = SupervisorTransport(_NAME, _NAME, f"unix://{folder}/supervisor.sock")
    try:
        told = xmlrpc.client.ServerProxy(
            "http://supervisor", transport=transport
        ).supervisor.getAllProcessInfo()
    except (OSError, http.client.HTTPException, xmlrpc.client.Error):
        return []
    finally:
        transport.close()
    assert isinstance(told, list)
    return [State(o["name"], o["statename"], o["pid"], o["exitstatus"]) for o in told]
