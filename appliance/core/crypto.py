"""Field encryption: what people wrote and who they are, sealed with AES-256-GCM.

A sealed value is `key id (4 bytes) | nonce (12) | ciphertext | tag (16)`; its associated data is
`table|column|row id`, so ciphertext moved to another row or column does not open. A blind index is
a keyed hash of a normalised identity: equal identities can be found without being read.

The master key lives in its own mount. It is made on first start and never replaced over existing
ciphertext: the database keeps a check value, and a start with another key is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from appliance.core import errors

_FILE = "master.key"
_KEY_BYTES = 32
_ID_BYTES = 4
_NONCE_BYTES = 12


class Keyring:
    """The keys of this install. One master key, from which every other key is derived."""

    def __init__(self, master: bytes) -> None:
        self._master = master
        self.key_id = hashlib.sha256(b"frontdesk key id" + master).digest()[:_ID_BYTES]
        self._aead = AESGCM(self.derive("fields"))
        self._index = self.derive("blind index")

    def derive(self, purpose: str) -> bytes:
        """Give a 32-byte key for one purpose (HKDF-SHA256 of the master key)."""
        hkdf = HKDF(hashes.SHA256(), _KEY_BYTES, salt=b"frontdesk", info=purpose.encode())
        return hkdf.derive(self._master)

    def seal(self, place: str, row_id: str, text: str) -> bytes:
        """Encrypt `text` for one place (`table|column`) and row."""
        return self.seal_bytes(place, row_id, text.encode("utf-8", "surrogatepass"))

    def seal_bytes(self, place: str, row_id: str, plain: bytes) -> bytes:
        """Encrypt bytes for one place and row."""
        nonce = os.urandom(_NONCE_BYTES)
        return self.key_id + nonce + self._aead.encrypt(nonce, plain, f"{place}|{row_id}".encode())

    def open(self, place: str, row_id: str, sealed: bytes) -> str:
        """Decrypt what `seal` made for the same place and row.

        Raises:
            Misconfigured: another key sealed it, or the bytes were moved or damaged.
        """
        return self.open_bytes(place, row_id, sealed).decode("utf-8", "surrogatepass")

    def open_bytes(self, place: str, row_id: str, sealed: bytes) -> bytes:
        """Decrypt what `seal_bytes` made for the same place and row.

        Raises:
            Misconfigured: another key sealed it, or the bytes were moved or damaged.
        """
        if sealed[:_ID_BYTES] != self.key_id:
            raise errors.Misconfigured(
                f"{place} of row {row_id} was sealed with another key. Put the key file that "
                "belongs to this data back into the keys folder."
            )
        body = memoryview(sealed)[_ID_BYTES:]
        try:
            return self._aead.decrypt(
                bytes(body[:_NONCE_BYTES]), bytes(body[_NONCE_BYTES:]), f"{place}|{row_id}".encode()
            )
        except InvalidTag:
            raise errors.Misconfigured(
                f"{place} of row {row_id} does not open: the stored bytes were changed or moved. "
                "Restore the newest verified backup."
            ) from None

    def seal_json(self, place: str, row_id: str, value: Any) -> bytes:
        """Encrypt a JSON value."""
        return self.seal(place, row_id, json.dumps(value, separators=(",", ":")))

    def open_json(self, place: str, row_id: str, sealed: bytes) -> Any:
        """Decrypt a JSON value."""
        return json.loads(self.open(place, row_id, sealed))

    def blind(self, kind: str, value: str) -> bytes:
        """Give the 16-byte look-up hash of a normalised identity of this kind."""
        return hmac.digest(self._index, f"{kind}|{value}".encode("utf-8", "replace"), "sha256")[:16]

    @property
    def check_value(self) -> str:
        """What the database remembers of this key: tells two keys apart, reveals neither."""
        return hmac.digest(self._master, b"frontdesk check value", "sha256").hex()


def load_or_create(keys_dir: Path, *, data_is_new: bool) -> Keyring:
    """Read the master key, making it only where no data exists yet.

    Raises:
        Misconfigured: the key is missing although there is data, or is not a key.
    """
    path = keys_dir / _FILE
    if not path.exists():
        if not data_is_new:
            raise errors.Misconfigured(
                f"The key file {path} is missing, but the database holds data sealed with it. "
                "Put the key file back (from your copy of the keys folder); a new key could not "
                "read anything."
            )
        try:
            _create(path)
        except OSError as cause:
            raise errors.Misconfigured(
                f"The key file {path} cannot be written ({cause.strerror}). Give the folder to the "
                "user that runs the appliance, or name another one in APPLIANCE_KEYS_DIR."
            ) from None
    master = path.read_bytes()
    if len(master) != _KEY_BYTES:
        raise errors.Misconfigured(
            f"{path} is not a key: it has {len(master)} bytes instead of {_KEY_BYTES}. "
            "Put the original key file back."
        )
    return Keyring(master)


def _create(path: Path) -> None:
    """Write a fresh key so that a crash leaves the whole key or none, and two starts agree."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{_FILE}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, secrets.token_bytes(_KEY_BYTES))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
