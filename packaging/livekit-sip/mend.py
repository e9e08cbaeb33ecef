"""Mend a defect of livekit-sip v1.8.0 while it is built: `python mend.py SOURCES INTO`.

A transaction that is answered and over at the same moment is taken for one without an answer, by
the chance of a `select`: one REFER in three to a telephone that answers within the same
millisecond. The caller is then put through, and the bot is told that nobody took the call.

SOURCES is the module as it was downloaded, INTO a copy that becomes the mended one. Where the lines
are not as they were, nothing is built: look whether the new version needs this at all.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

FILE = "pkg/sip/outbound.go"
BEFORE = """\
		case <-tx.Done():
			return nil, psrpc.NewError(psrpc.Canceled, transactionTimeoutError{responses: cnt})
		case res := <-tx.Responses():
"""
AFTER = """\
		case res, isOpen := <-tx.Responses(): // what was answered comes before its closing
			if !isOpen {
				return nil, psrpc.NewError(psrpc.Canceled, transactionTimeoutError{responses: cnt})
			}
"""


def main() -> None:
    sources, into = Path(sys.argv[1]), Path(sys.argv[2])
    shutil.copytree(sources, into, copy_function=shutil.copyfile)  # the sources cannot be written
    text = (into / FILE).read_text()
    if text.count(BEFORE) != 1:
        sys.exit(f"{sources / FILE} is not as packaging/livekit-sip/mend.py knows it")
    (into / FILE).write_text(text.replace(BEFORE, AFTER))


if __name__ == "__main__":
    main()
