"""Text and Markdown files as passages of about 120 words under their headings."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from appliance.core import errors, ids
from appliance.core.clock import Clock
from appliance.core.safe_text import one_line
from appliance.core.store.database import Connection, Database
from appliance.knowledge import records, vectors
from appliance.knowledge.values import Document, Text
from appliance.models.embedder import Embedder

SUFFIXES = frozenset({".txt", ".md", ".markdown"})
_LARGEST_BYTES = 5 * 1024 * 1024
_WORDS = 120
_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*\s*$")
_FENCE = re.compile(r"\s*(```|~~~)")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def files_in(path: Path) -> list[Path]:
    """Give the files a path stands for: itself, or all text and Markdown files of a folder.

    A link inside a folder is followed only to what lies in the folder too: whoever may put files
    there cannot bring in others of this machine.

    Raises:
        Refused: there is nothing of that name, or no text in the folder.
    """
    if str(path).startswith(("http:/", "https:/")):
        raise errors.Refused(
            f"{path} is a web address. Save the page as a text or Markdown file and add that."
        )
    if path.is_dir():
        folder = path.resolve()
        found = sorted(
            one
            for one in path.rglob("*")
            if one.suffix.lower() in SUFFIXES
            and one.is_file()
            and one.resolve().is_relative_to(folder)
        )
        if not found:
            raise errors.Refused(f"The folder {path} holds no text or Markdown file of its own.")
        return found
    if not path.is_file():
        raise errors.Refused(f"There is no file {path}. Check the spelling.")
    return [path]


def add(
    db: Database,
    embedder: Embedder,
    clock: Clock,
    path: Path,
    *,
    progress: vectors.Progress = vectors.no_progress,
) -> Document:
    """Take a file into the knowledge base, in place of its earlier self; an unchanged one stays.

    What cannot be read is kept as a failed document, so that a list shows it with its problem.
    """
    full = str(path.resolve())
    before = db.read(lambda connection: records.find_document(connection, full))
    content = _bytes(path)
    digest = hashlib.sha256(content).hexdigest()
    if before and before.digest == digest and before.state == "ready" and _fresh(
        db, before, embedder
    ):  # fmt: skip
        return before
    title, problem = path.stem, None
    texts: list[Text] = []
    try:
        title, texts = read(path, content)
    except errors.Refused as refusal:
        problem = refusal.sentence
    made = vectors.encode(embedder, texts, progress=progress)
    document_id = before.id if before else ids.new_id()

    def unit(connection: Connection) -> Document:
        records.remove_document(connection, document_id)
        records.add_document(
            connection,
            document_id=document_id,
            path=full,
            title=title,
            digest=digest,
            now=clock.now(),
            problem=problem,
        )
        records.add_passages(
            connection,
            zip(texts, made, strict=True),
            kind="document",
            embedder=embedder.name,
            document_id=document_id,
        )
        added = records.find_document(connection, full)
        assert added is not None
        return added

    return db.write_now(unit)


def read(path: Path, content: bytes) -> tuple[str, list[Text]]:
    """Give a file's title and passages.

    Raises:
        Refused: it is too large, no text, or empty.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise errors.Refused(
            f"{path.name} is no text or Markdown file. Save it as .txt or .md and add it again."
        )
    if len(content) > _LARGEST_BYTES:
        raise errors.Refused(f"{path.name} is larger than 5 MB. Split it into several files.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise errors.Refused(f"{path.name} is not UTF-8 text. Save it as UTF-8.") from None
    if "\x00" in text:
        raise errors.Refused(f"{path.name} is a binary file. Only text can be read.")
    markdown = path.suffix.lower() != ".txt"
    sections = list(_sections(text)) if markdown else [("", text)]
    heading = next((heading for heading, _ in sections if heading), "")
    title = one_line(heading.split(" › ")[0] or path.stem.replace("_", " "), limit=200)
    texts = [
        Text(source=_source(title, heading), title=heading or title, text=passage)
        for heading, body in sections
        for passage in _passages(body)
    ]
    if not texts:
        raise errors.Refused(f"{path.name} is empty. Add a file with text.")
    return title, texts


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_BYTES + 1)
    except OSError as cause:
        raise errors.Refused(
            f"{path} cannot be read: {cause.strerror}. Check its rights."
        ) from None


def _fresh(db: Database, document: Document, embedder: Embedder) -> bool:
    return not db.read(lambda connection: records.has_stale(connection, document.id, embedder.name))


def _source(title: str, heading: str) -> str:
    own = heading.removeprefix(title).removeprefix(" › ")
    return f"{title}, {own}" if own and own != title else title


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Split Markdown at its headings; each part comes with the headings above it."""
    path: list[tuple[int, str]] = []
    body: list[str] = []
    fenced = False
    for line in text.splitlines():
        fenced ^= bool(_FENCE.match(line))
        heading = None if fenced else _HEADING.match(line)
        if heading is None:
            body.append(line)
            continue
        yield " › ".join(words for _, words in path), "\n".join(body)
        body = []
        depth = len(heading[1])
        path = [*((d, words) for d, words in path if d < depth), (depth, one_line(heading[2]))]
    yield " › ".join(words for _, words in path), "\n".join(body)


def _passages(body: str) -> Iterator[str]:
    """Gather whole sentences into passages of about 120 words; paragraphs stay together."""
    kept: list[str] = []
    count = 0
    for paragraph in re.split(r"\n\s*\n", body):
        for piece in _pieces(" ".join(paragraph.split())):
            words = len(piece.split())
            if kept and count + words > _WORDS:
                yield " ".join(kept)
                kept, count = [], 0
            kept.append(piece)
            count += words
    if kept:
        yield " ".join(kept)


def _pieces(paragraph: str) -> Iterator[str]:
    """A short paragraph whole, a long one by sentences, an endless one by its words."""
    if not paragraph:
        return
    if len(paragraph.split()) <= _WORDS:
        yield paragraph
        return
    for sentence in _SENTENCE.split(paragraph):
        words = sentence.split()
        for start in range(0, len(words), _WORDS):
            yield " ".join(words[start : start + _WORDS])
