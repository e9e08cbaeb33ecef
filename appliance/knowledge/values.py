"""What knowledge reads and gives."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Access(StrEnum):
    """Who may be told: everybody, or only the company's own people."""

    PUBLIC = "public"
    INTERNAL = "internal"


class State(StrEnum):
    """How a document stands. A ready one may have a problem too: its earlier text still serves."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A passage to be stored: `source` is cited, `also` finds it and is never shown."""

    source: str
    title: str
    text: str
    also: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    access: Access = Access.PUBLIC
    language: str = ""

    @property
    def embedded(self) -> str:
        """The words its vector is made of."""
        return f"{self.title}. {self.text}"

    @property
    def digest(self) -> str:
        """Which words its vector is made of."""
        return digest_of(self.embedded)


def digest_of(words: str) -> str:
    """Give a short name for some words."""
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person said of a document when adding it; it holds until they say otherwise."""

    access: Access | None = None
    valid_from: date | None = None
    valid_until: date | None = None

    def over(self, before: Asked) -> Asked:
        """Give this where something is said, and what was said before elsewhere."""
        return Asked(
            access=self.access or before.access,
            valid_from=self.valid_from or before.valid_from,
            valid_until=self.valid_until or before.valid_until,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document: a file, or a page of a website.

    `address` is its full path or its web address. `problem` says what is wrong with it, `remark`
    what a person should know. `due_at` is set while something is still to be done with it.
    """

    id: str
    address: str
    title: str
    digest: str
    added_at: datetime
    state: State
    problem: str | None
    remark: str | None
    format: str
    access: Access
    language: str
    valid_from: date | None
    valid_until: date | None
    asked: Asked
    size_bytes: int
    site_id: str | None
    etag: str
    modified: str
    due_at: datetime | None
    attempts: int
    passages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A website, or the part of it below `address`, that is read again every `every_s`."""

    id: str
    address: str
    added_at: datetime
    pages: int
    every_s: float
    due_at: datetime
    asked: Asked
    problem: str | None
    checked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which passages a search may find."""

    on: date
    internal: bool = False
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A passage that was found, and why.

    `meaning` is the cosine of query and passage, `words` the BM25 weight of their common words
    (0: none), `every_word` whether it has all of them. Ranks count from 1; 0: not in that half.
    `sure` tells that it most likely answers; else it only speaks of something near.
    """

    id: int
    document_id: str | None
    is_fact: bool
    text: str
    source: str
    access: Access
    language: str
    score: float
    sure: bool
    meaning: float
    meaning_rank: int
    words: float
    words_rank: int
    every_word: bool


@dataclass(frozen=True, slots=True)
class Serving:
    """The embedder whose vectors are searched: its name, and what is needed to open it."""

    name: str
    spec: Mapping[str, Any] = field(default_factory=dict)
