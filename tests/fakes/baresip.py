"""A real telephone: baresip (Debian), driven over its control socket."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import threading
import time
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tests.fakes.running import free_port, wait_for

MODULES = "/usr/lib/baresip/modules"
INSTALLED = shutil.which("baresip") is not None
_TRIES = 5

_CONFIG = """\
poll_method epoll
sip_listen {host}:{sip}
audio_source {source}
audio_player aubridge,ear
audio_alert aubridge,bell
ausrc_srate 8000
auplay_srate 8000
jitter_buffer_delay 1-5
module_path {modules}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
snd_path {folder}
"""


@dataclass
class Telephone:
    """baresip as a person holds it. `said` are the events it has reported."""

    control: socket.socket
    folder: Path
    sip: int
    said: list[dict[str, Any]] = field(default_factory=list)
    _rest: bytes = b""

    def dial(self, address: str) -> None:
        self.tell("dial", address)

    def press(self, key: str) -> None:
        self.tell("sndcode", key)

    def say(self, sound: Path) -> None:
        """Speak a sound (WAV, 8 kHz) from now on; silence comes after it."""
        self.tell("ausrc", f"aufile,{sound}")

    def hang_up(self) -> None:
        self.tell("hangup")

    def tell(self, command: str, parameters: str = "") -> None:
        said = json.dumps({"command": command, "params": parameters}).encode()
        self.control.sendall(b"%d:%s," % (len(said), said))

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Give the events of a kind so far, e.g. CALL_ESTABLISHED or CALL_CLOSED."""
        with contextlib.suppress(BlockingIOError):
            while more := self.control.recv(65536):
                self._rest += more
        while b":" in self._rest:
            length, _, rest = self._rest.partition(b":")
            if len(rest) <= int(length):
                break
            self.said.append(json.loads(rest[: int(length)]))
            self._rest = rest[int(length) + 1 :]
        return [each for each in self.said if each.get("type") == kind]

    def wait(self, kind: str, within_s: float = 15) -> dict[str, Any]:
        wait_for(lambda: bool(self.events(kind)), within_s, f"{kind}; said: {self.said}")
        return self.events(kind)[-1]

    def sounds(self) -> list[Path]:
        """Give what came out of the telephone, a file a call."""
        return sorted(self.folder.glob("dump-*-dec.wav"))

    def heard(self) -> np.ndarray:
        """Give every sample that came out of the telephone so far, in its newest call."""
        found = self.sounds()
        if not found:
            return np.zeros(0, np.int16)
        return np.frombuffer(found[-1].read_bytes()[44:][: _even(found[-1])], np.int16)


def _even(path: Path) -> int:
    return (path.stat().st_size - 44) // 2 * 2


@contextlib.contextmanager
def telephone(
    folder: Path,
    host: str,
    *,
    source: str | None = None,
    number: str = "caller",
    answers: bool = False,
    sip: int | None = None,
    user: str = "",
    password: str = "",
) -> Iterator[Telephone]:
    """Switch a telephone on. `source` is what it says: silence, or `aufile,PATH` (8 kHz WAV).

    `user` and `password` prove who it is.

    Silence is sent, as telephones do: a caller of whom nothing comes counts as gone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if source is None:
        source = f"aufile,{write_wav(folder / 'silence.wav', np.zeros(8000 * 600))}"
    mode = "auto" if answers else "manual"
    proof = f";auth_user={user};auth_pass={password}" if user else ""
    account = f"regint=0;audio_codecs=PCMU/8000/1;answermode={mode}{proof}"
    process, control, at = _switched_on(folder, host, source, f"{number}@{host}", account, sip)
    try:
        with control:
            yield Telephone(control, folder, at)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _switched_on(
    folder: Path, host: str, source: str, address: str, account: str, wanted: int | None
) -> tuple[subprocess.Popen[bytes], socket.socket, int]:
    """Start baresip; gives its process, its control and its port. A port may be taken meanwhile."""
    for _ in range(_TRIES):
        sip, control = wanted or free_port(), free_port()
        settings = _CONFIG.format(
            host=host, sip=sip, control=control, modules=MODULES, folder=folder, source=source
        )
        (folder / "config").write_text(settings)
        (folder / "accounts").write_text(f"<sip:{address}:{sip}>;{account}\n")
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                ["baresip", "-f", str(folder)], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        if (held := _connected(control, process)) is not None:
            return process, held, sip
        process.kill()
        process.wait()
    raise AssertionError(f"baresip does not start: {(folder / 'log').read_text()[-400:]}")


def _connected(port: int, process: subprocess.Popen[bytes]) -> socket.socket | None:
    """Open the telephone's control; None where it has ended or does not come up."""
    began = time.monotonic()
    while process.poll() is None and time.monotonic() - began < 30:
        try:
            control = socket.create_connection(("127.0.0.1", port), timeout=1)
        except OSError:
            time.sleep(0.05)
            continue
        control.setblocking(False)
        return control
    return None


def write_wav(path: Path, samples: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(samples.astype(np.int16).tobytes())
    return path


@contextlib.contextmanager
def busy_telephone(host: str, port: int = 0) -> Iterator[int]:
    """Give the port of a telephone that is always busy."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind((host, port))
        wire.settimeout(0.2)
        over = threading.Event()

        def refuse() -> None:
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    asked, caller = wire.recvfrom(65536)
                    if asked.startswith(b"INVITE"):
                        wire.sendto(_busy(asked.decode()), caller)

        refusing = threading.Thread(target=refuse)
        refusing.start()
        try:
            yield int(wire.getsockname()[1])
        finally:
            over.set()
            refusing.join()


def _busy(asked: str) -> bytes:
    kept = ("Via:", "From:", "Call-ID:", "CSeq:")
    lines = [line for line in asked.split("\r\n") if line.startswith(kept)]
    to = next(line for line in asked.split("\r\n") if line.startswith("To:"))
    whole = ["SIP/2.0 486 Busy Here", *lines, f"{to};tag=busy", "Content-Length: 0", "", ""]
    return "\r\n".join(whole).encode()
