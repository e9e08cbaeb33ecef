"""Messages that callers leave: kept sealed in the data folder, with a ticket for the staff."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from appliance.assembly.house import Appliance
from appliance.connectors.phone import prompts
from appliance.conversation.values import Conversation
from appliance.core import errors, ids, sound
from appliance.core.crypto import Keyring
from appliance.voice import notes, wording
from appliance.voice.values import IncomingCall

LONGEST_S = 120.0
FOLDER = "voicemail"
_PLACE = "voicemail|sound"
# Shorter, or quieter, is somebody who changed their mind.
_SHORTEST_S = 1.0
_QUIET = 300


async def keep(
    house: Appliance, conversation: Conversation, call: IncomingCall, samples: bytes
) -> str | None:
    """Keep a message and open its ticket; gives the ticket's reference, None where none was left.

    `samples` are 16 bits at 8 kHz.

    Raises:
        Unavailable: the disk or the store cannot be written.
    """
    if not is_message(samples):
        return None
    message_id = ids.new_id()
    try:
        _write(house.settings.data_dir / FOLDER, house.keyring, message_id, samples)
    except OSError as cause:
        raise errors.Unavailable("A caller's message could not be written to the disk.") from cause
    summary = wording.VOICEMAIL.format(
        seconds=round(seconds(samples)), caller=call.caller or wording.NO_NUMBER, id=message_id
    )
    ticket = await notes.ask_for_a_person(house, conversation, reason="voicemail", summary=summary)
    return ticket.reference


def seconds(samples: bytes) -> float:
    """Tell how long samples last."""
    return len(samples) / 2 / prompts.RATE


def is_message(samples: bytes) -> bool:
    """Tell whether somebody has said something."""
    heard = np.frombuffer(samples, "<i2")
    return len(heard) >= _SHORTEST_S * prompts.RATE and int(np.abs(heard).max(initial=0)) > _QUIET


def open_message(folder: Path, keyring: Keyring, message_id: str) -> bytes:
    """Give a kept message as a WAV file.

    Raises:
        NotFound: there is no such message.
        Misconfigured: another key sealed it, or it was changed.
    """
    if message_id not in {known for known, _ in kept(folder)}:
        raise errors.NotFound(
            f"No message {message_id[:40]} is kept. See: appliance voicemail list"
        )
    sealed = (folder / FOLDER / f"{message_id}.sealed").read_bytes()
    return base64.b64decode(keyring.open(_PLACE, message_id, sealed))


def kept(folder: Path) -> list[tuple[str, datetime]]:
    """List the messages in the data folder and when they were left, the oldest first."""
    return [
        (path.stem, datetime.fromtimestamp(path.stat().st_mtime, UTC))
        for path in sorted((folder / FOLDER).glob("*.sealed"))
    ]


def _write(folder: Path, keyring: Keyring, message_id: str, samples: bytes) -> None:
    """Write the sealed WAV file; it has its name only once it is whole."""
    whole = sound.wav(samples, rate=prompts.RATE)
    folder.mkdir(mode=0o700, exist_ok=True)
    sealed = keyring.seal(_PLACE, message_id, base64.b64encode(whole).decode())
    part = folder / f".{message_id}.part"
    part.write_bytes(sealed)
    part.rename(folder / f"{message_id}.sealed")
