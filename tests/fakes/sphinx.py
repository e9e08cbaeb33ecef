"""A real recogniser for tests, never shipped: Debian's pocketsphinx behind the appliance's framing.

`python -P tests/fakes/sphinx.py` hears English by the model of Debian's pocketsphinx-en-us, which
was trained on sound of 16 kHz: it does well on clean speech and badly on a telephone's.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from pathlib import Path

from appliance.models.speech import _stdio

_MODEL = Path("/usr/share/pocketsphinx/model/en-us")
INSTALLED = ctypes.util.find_library("pocketsphinx") is not None and _MODEL.is_dir()
HOW = "apt-get install pocketsphinx pocketsphinx-en-us"


def program() -> list[str]:
    """Give the command that runs it, for a config."""
    # -P: the file appliance.py beside this one is not the appliance.
    return [sys.executable, "-P", str(Path(__file__).resolve())]


class Sphinx:
    """The decoder, by its C interface: Debian's Python module fits only Debian's own Python."""

    def __init__(self) -> None:
        base = ctypes.CDLL(ctypes.util.find_library("sphinxbase"))
        self._c = ctypes.CDLL(ctypes.util.find_library("pocketsphinx"))
        for function in (self._c.ps_args, self._c.ps_init, base.cmd_ln_init):
            function.restype = ctypes.c_void_p
        self._c.ps_get_hyp.restype = ctypes.c_char_p
        options = {
            "-hmm": _MODEL / "en-us",
            "-lm": _MODEL / "en-us.lm.bin",
            "-dict": _MODEL / "cmudict-en-us.dict",
            "-logfn": "/dev/null",
            # A third of the time for a word or two more in a hundred that are wrong.
            "-maxhmmpf": 3000,
            "-maxwpf": 10,
        }
        words = [str(word).encode() for pair in options.items() for word in pair]
        given = base.cmd_ln_init(
            None, ctypes.c_void_p(self._c.ps_args()), 1, *map(ctypes.c_char_p, words), None
        )
        made = self._c.ps_init(ctypes.c_void_p(given))
        if made is None:
            raise OSError("pocketsphinx does not take its model")
        self._decoder = ctypes.c_void_p(made)
        self._is_open = False

    def hear(self, sound: bytes) -> None:
        """Take more of an utterance: 16 bits at 16 kHz."""
        if not self._is_open:
            self._c.ps_start_utt(self._decoder)
            self._is_open = True
        self._c.ps_process_raw(self._decoder, sound, ctypes.c_size_t(len(sound) // 2), 0, 0)

    def words(self) -> str:
        """End the utterance; gives what was said in it."""
        if not self._is_open:
            return ""
        self._is_open = False
        self._c.ps_end_utt(self._decoder)
        return (self._c.ps_get_hyp(self._decoder, None) or b"").decode()


def _main() -> None:
    sphinx = Sphinx()
    _stdio.tell(ready=True)
    for piece in _stdio.pieces():
        if piece:
            sphinx.hear(piece)
        else:
            _stdio.tell(final=sphinx.words())


if __name__ == "__main__":
    _main()
