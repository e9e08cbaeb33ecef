"""Runs the image as a user would: start, chat, stop, start again with the same data.

    python3 packaging/image_test.py --image NAME [--tests NAME]

Needs nothing but Python and a Docker engine. `--tests` is the image whose command is the test
suite in the image's own Python.
"""

# ruff: noqa: S603, S607 - every command below is this file's own, and `docker` is the user's choice

from __future__ import annotations

import argparse
import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

READY_S = 60.0
REPLY_S = 30.0
STOP_S = 90.0
NAME = "frontdesk-image-test"
VOLUMES = {f"{NAME}-data": "/data", f"{NAME}-keys": "/keys"}
QUESTION = "What are your opening hours?"
HARDENED = [
    "--read-only",
    "--tmpfs=/tmp",
    "--tmpfs=/run",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--pids-limit=1024",
    "--memory=3g",
]


def attempt(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one docker command, whatever comes of it."""
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)


def docker(*arguments: str) -> str:
    """Run one docker command that must succeed; gives what it printed."""
    done = attempt(*arguments)
    if done.returncode:
        raise AssertionError(f"docker {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


def start(image: str) -> int:
    """Start a container on the volumes; gives its port on this machine."""
    mounts = [f"--volume={volume}:{path}" for volume, path in VOLUMES.items()]
    docker("run", "--detach", "--name", NAME, *HARDENED, *mounts, "-p", "127.0.0.1::8080", image)
    return int(docker("port", NAME, "8080").splitlines()[0].rpartition(":")[2])


def ask(
    port: int, method: str, path: str, body: Any = None, token: str = ""
) -> tuple[int, dict[str, Any]]:
    """Make one JSON request."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def until(what: str, within_s: float, look: Callable[[], Any]) -> Any:
    """Try until something comes back; what a server that starts throws is no answer yet."""
    began, last = time.monotonic(), ""
    while time.monotonic() - began < within_s:
        try:
            if (found := look()) is not None:
                print(f"  {what}: {time.monotonic() - began:.1f} s", flush=True)
                return found
        except (OSError, http.client.HTTPException, ValueError) as wrong:
            last = str(wrong)
        time.sleep(0.2)
    logs = attempt("logs", NAME)
    raise AssertionError(f"{what}: not within {within_s:.0f} s {last}\n{logs.stdout}{logs.stderr}")


def ready(port: int) -> dict[str, Any] | None:
    """Give what /ready says once it is 200."""
    status, told = ask(port, "GET", "/ready")
    return told if status == 200 else None


def history(port: int, token: str) -> list[dict[str, Any]]:
    """Read the whole conversation."""
    status, told = ask(port, "GET", "/v1/chat/messages?after=0", token=token)
    assert status == 200, told
    messages: list[dict[str, Any]] = told["messages"]
    return messages


def replies(port: int, token: str) -> list[dict[str, Any]] | None:
    """Read the conversation once the bot has said something after the visitor did."""
    status, told = ask(port, "GET", "/v1/chat/messages?after=0", token=token)
    if status == 429:  # read too often: wait, like any client
        return None
    assert status == 200, told
    said: list[dict[str, Any]] = told["messages"]
    return said if said and said[-1]["from"] == "bot" else None


def chat(port: int) -> tuple[str, list[dict[str, Any]]]:
    """Be a visitor who asks one thing; gives the token and the conversation."""
    status, visitor = ask(port, "POST", "/v1/chat/visitors", {})
    assert status == 201, visitor
    token = visitor["token"]
    status, accepted = ask(port, "POST", "/v1/chat/messages", {"id": "m1", "text": QUESTION}, token)
    assert status == 202, accepted
    said = until("a reply", REPLY_S, lambda: replies(port, token))
    print(f"  visitor: {QUESTION}\n  bot: {said[-1]['text'][:100]}", flush=True)
    return token, said


def stop() -> None:
    """Stop the container as Docker does; it must leave by itself, in time, with code 0."""
    began = time.monotonic()
    docker("stop", "--time", str(int(STOP_S) + 10), NAME)
    took = time.monotonic() - began
    code = docker("inspect", "--format", "{{.State.ExitCode}}", NAME)
    print(f"  stopped: {took:.1f} s, exit code {code}", flush=True)
    assert code == "0", f"exit code {code}"
    assert took < STOP_S, f"the stop took {took:.0f} s"


def banner() -> str | None:
    """Give what `appliance up` says once it is ready."""
    said = attempt("logs", NAME).stdout
    return said if "Chat " in said else None


def check_inside() -> None:
    """The container runs as nobody special on a read-only root, and calls itself healthy."""
    assert docker("exec", NAME, "id", "-u") == "10001"
    assert attempt("exec", NAME, "touch", "/app/x").returncode != 0, (
        "the root file system can be written"
    )
    assert docker("exec", NAME, "appliance", "doctor", "--up") == "up"
    readable = docker("exec", NAME, "find", "/data", "/keys", "!", "-type", "l", "-perm", "/077")
    assert not readable, f"other users may use {readable}"


def check_log() -> None:
    """Nothing went wrong, as far as the log knows."""
    done = attempt("logs", NAME)
    signs = ('"level": "error"', '"level": "critical"', "Traceback", "panicked")
    bad = [
        line for line in (done.stdout + done.stderr).splitlines() if any(s in line for s in signs)
    ]
    assert not bad, "\n".join(bad)


def clean() -> None:
    """Remove what this file made, the volumes too."""
    attempt("rm", "--force", NAME)
    for volume in VOLUMES:
        attempt("volume", "rm", "--force", volume)


def live(image: str) -> None:
    """The image's two lives on the same volumes."""
    print("first start", flush=True)
    port = start(image)
    told = until("ready", READY_S, lambda: ready(port))
    assert told["mode"] == "basic", told
    assert not any("says" in check for check in told["checks"]), "reasons are told outside"
    assert ask(port, "GET", "/metrics")[0] == 403, "the figures are told outside"
    until("banner in the log", 10, banner)
    check_inside()
    token, said = chat(port)
    stop()
    check_log()
    docker("rm", NAME)

    print("second start, same volumes", flush=True)
    port = start(image)
    until("ready", READY_S, lambda: ready(port))
    assert history(port, token) == said, "the conversation is not what it was"
    print(f"  history: {len(said)} messages, as before", flush=True)
    stop()
    check_log()


def main() -> None:
    """Run everything; leaves with 1 and the reason where something is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--image", required=True)
    parser.add_argument("--tests")
    chosen = parser.parse_args()
    clean()
    try:
        live(chosen.image)
    except AssertionError as wrong:
        sys.exit(f"image test failed: {wrong}")
    finally:
        clean()
    if chosen.tests:
        print("the test suite in the image's Python", flush=True)
        command = ["docker", "run", "--rm", "--cap-drop", "ALL", "--shm-size", "256m", chosen.tests]
        sys.exit(subprocess.run(command, check=False).returncode)


if __name__ == "__main__":
    main()
