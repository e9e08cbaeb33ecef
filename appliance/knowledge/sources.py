"""Getting the bytes of a document: from a file, or from the web if they have changed."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from appliance.core import errors
from appliance.knowledge.ingest import limits
from appliance.knowledge.ingest.kinds import MEDIA_TYPES, SUFFIXES
from appliance.knowledge.texts import is_web, name_of
from appliance.knowledge.values import Document
from appliance.knowledge.web.crawl import Crawler

RECIPE = "2"
"""How documents are read and cut into passages.

A new number lets every document be read anew once.
"""


@dataclass(frozen=True, slots=True)
class Content:
    """A document's bytes: None where they have not changed. `name` tells its format if need be."""

    name: str
    content: bytes | None
    digest: str
    size_bytes: int
    url: str = ""
    etag: str = ""
    modified: str = ""


def get(document: Document, crawler: Crawler | None) -> Content:
    """Get a document's bytes.

    Raises:
        Refused: there is nothing of that name, it may not be read, or it is too large.
        Unavailable: not now.
    """
    if not is_web(document.address):
        return _file(Path(document.address), document)
    if crawler is None:
        raise errors.Unavailable("Websites are read by the running appliance.", retry_after_s=60)
    same = document.digest.startswith(f"{RECIPE}:") and document.problem is None
    page = crawler.page(
        document.address,
        etag=document.etag if same else "",
        modified=document.modified if same else "",
    )
    name = _page_name(name_of(document.address), page.media_type)
    if page.content is None:
        return Content(name, None, document.digest, document.size_bytes, page.url,
                       document.etag, document.modified)  # fmt: skip
    digest = _digest(page.content)
    content = None if digest == document.digest else page.content
    size = len(page.content)
    return Content(name, content, digest, size, page.url, page.etag, page.modified)


def _file(path: Path, document: Document) -> Content:
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise errors.Refused(f"{path.name} is no file.")
            if found.st_size > limits.FILE_BYTES:
                raise errors.Refused(
                    f"{path.name} is {found.st_size / 1e6:,.0f} MB large; at most "
                    f"{limits.FILE_BYTES // 1_048_576} MB are read. Split it into smaller files."
                )
            content = file.read(limits.FILE_BYTES + 1)
    except FileNotFoundError:
        raise errors.Refused(f"There is no file {path} any more.") from None
    except OSError as cause:
        raise errors.Refused(
            f"{path} cannot be read: {cause.strerror}. Check its rights."
        ) from None
    digest = _digest(content)
    return Content(path.name, None if digest == document.digest else content, digest, len(content))


def _without_waiting(path: str, flags: int) -> int:
    """Open without waiting for the other end of a pipe somebody has put there."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)


def _digest(content: bytes) -> str:
    return f"{RECIPE}:{hashlib.sha256(content).hexdigest()}"


def _page_name(name: str, media_type: str) -> str:
    """Give a page a name whose suffix says what the server says of it."""
    suffix = MEDIA_TYPES.get(media_type)
    known = "." + name.rpartition(".")[2].casefold() if "." in name else ""
    if suffix is None or SUFFIXES.get(known) == SUFFIXES[suffix]:
        return name
    return f"{name}{suffix}"
