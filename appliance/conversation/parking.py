"""Turns that wait for a person, kept across restarts.

A turn's graph thread lives in memory. Only when an interrupt waits is it copied into
langgraph-checkpoint-sqlite, sealed; on resume it is copied back.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import aiosqlite
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.base import CipherProtocol
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from appliance.core.crypto import Keyring

_NONCE_BYTES = 12


class _Cipher(CipherProtocol):
    """AES-256-GCM for checkpoints."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def encrypt(self, plaintext: bytes) -> tuple[str, bytes]:
        nonce = os.urandom(_NONCE_BYTES)
        return "aes-gcm", nonce + self._aead.encrypt(nonce, plaintext, b"checkpoint")

    def decrypt(self, ciphername: str, ciphertext: bytes) -> bytes:
        if ciphername != "aes-gcm":
            raise ValueError(ciphername)
        return self._aead.decrypt(
            ciphertext[:_NONCE_BYTES], ciphertext[_NONCE_BYTES:], b"checkpoint"
        )


class Parking:
    """The turns that wait: one thread each, named by the turn's id."""

    def __init__(self, path: Path, keyring: Keyring) -> None:
        self._path = path
        self._cipher = _Cipher(keyring.derive("checkpoints"))
        self._disk: AsyncSqliteSaver | None = None
        self.memory = InMemorySaver()

    async def open(self) -> None:
        """Open graph.db, making its tables where they are missing."""
        connection = await aiosqlite.connect(self._path, isolation_level=None)
        await connection.execute("PRAGMA busy_timeout=10000")
        await connection.execute("PRAGMA secure_delete=ON")
        serde = EncryptedSerializer(self._cipher, JsonPlusSerializer())
        self._disk = AsyncSqliteSaver(connection, serde=serde)
        await self._disk.setup()
        await connection.execute("PRAGMA synchronous=FULL")

    async def close(self) -> None:
        """Close graph.db."""
        disk, self._disk = self._disk, None
        if disk is not None:
            await disk.conn.close()

    async def park(self, turn_id: str) -> None:
        """Copy a waiting turn from memory to the disk."""
        await _copy(self.memory, self._saver, turn_id)

    async def unpark(self, turn_id: str) -> bool:
        """Copy a waiting turn back into memory; False where there is none."""
        return await _copy(self._saver, self.memory, turn_id)

    async def discard(self, turn_id: str) -> None:
        """Forget a turn that has ended, on the disk."""
        await self._saver.adelete_thread(turn_id)

    def forget(self, turn_id: str) -> None:
        """Forget a turn's thread in memory."""
        self.memory.delete_thread(turn_id)

    @property
    def _saver(self) -> AsyncSqliteSaver:
        assert self._disk is not None
        return self._disk


def thread(turn_id: str) -> RunnableConfig:
    """Give the graph's configuration for a turn."""
    return {"configurable": {"thread_id": turn_id}}


async def _copy(
    source: BaseCheckpointSaver[Any], target: BaseCheckpointSaver[Any], turn: str
) -> bool:
    found = await source.aget_tuple(thread(turn))
    if found is None:
        return False
    config: RunnableConfig = {"configurable": {"thread_id": turn, "checkpoint_ns": ""}}
    versions = found.checkpoint["channel_versions"]
    saved = await target.aput(config, found.checkpoint, found.metadata, versions)
    writes: dict[str, list[tuple[str, Any]]] = {}
    for task, channel, value in found.pending_writes or []:
        writes.setdefault(task, []).append((channel, value))
    for task, made in writes.items():
        await target.aput_writes(saved, made, task)
    return True
